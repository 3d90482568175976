"""Acts of the council: four eyes, once, never edited, within the ceiling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from node.core.errors import Conflict, DomainError, Forbidden
from node.core.node import Node
from node.core.unit import Unit
from node.emission import acts, verification
from node.emission.models import Act
from node.ledger import public as ledger
from tests.node.emission.people import Town, draft, give, settle, town, viewer


def refused(key: str, call: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.key == key
    return caught.value


def entered(unit: Unit, here: Town, **changes: object) -> str:
    return acts.enter(unit, viewer(unit, here.clerk), draft(**changes))


def test_nothing_is_minted_before_a_second_person_confirms(unit: Unit) -> None:
    here = town(unit, supply=0)
    act_id = entered(unit, here, amount=500)
    assert ledger.supply(unit).minted == 0
    refused("emission.four-eyes", lambda: acts.confirm(unit, viewer(unit, here.clerk), act_id))
    refused("core.forbidden", lambda: acts.confirm(unit, viewer(unit, here.lucie), act_id))
    refused("core.forbidden", lambda: acts.enter(unit, viewer(unit, here.agent), draft(number="x")))
    assert ledger.supply(unit).minted == 0
    assert acts.confirm(unit, viewer(unit, here.elected), act_id)
    assert not acts.confirm(unit, viewer(unit, here.agent), act_id)
    assert ledger.supply(unit).treasury == 500
    shown = acts.get(unit, act_id)
    assert (shown.state, shown.entered_by, shown.settled_by) == ("confirmed", "Claire M.", "Henri M.")
    refused("emission.act-state", lambda: acts.reject(unit, viewer(unit, here.elected), act_id, "Trop tard"))
    assert verification.verify(unit) == []


async def test_two_confirmations_at_once_mint_once(node: Node) -> None:
    here = await node.write(lambda unit: town(unit, supply=0))
    act_id = await node.write(lambda unit: entered(unit, here))

    def confirm(unit: Unit, account_id: str) -> bool:
        return acts.confirm(unit, viewer(unit, account_id), act_id)

    done = await asyncio.gather(*(node.write(confirm, who) for who in (here.elected, here.agent) * 4))
    assert sorted(done) == [False] * 7 + [True]
    assert (await node.read(ledger.supply)).minted == 1_000


def test_the_ceiling_of_the_year_holds(unit: Unit) -> None:
    here = town(unit)
    settle(unit, yearly_ceiling=1_500)
    act_id = entered(unit, here, number="8", amount=501)
    error = refused("emission.ceiling", lambda: acts.confirm(unit, viewer(unit, here.elected), act_id))
    assert error.params == {"year": 2026, "left": 500}
    assert acts.get(unit, act_id).state == "entered"
    assert acts.confirm(unit, viewer(unit, here.elected), entered(unit, here, number="9", amount=500))
    other_year = entered(unit, here, number="10", amount=1_500, year=2027)
    assert acts.confirm(unit, viewer(unit, here.elected), other_year)
    gold = entered(unit, here, number="9", amount=40, cls="gold")
    assert acts.confirm(unit, viewer(unit, here.elected), gold), "gold has a ceiling of its own"
    assert ledger.supply(unit, cls="gold").treasury == 40


def test_the_reserve_is_used_before_anything_is_made(unit: Unit) -> None:
    here = town(unit)
    settle(unit, reserve_first=800)
    act_id = entered(unit, here, number="8")
    refused("emission.reserve-first", lambda: acts.confirm(unit, viewer(unit, here.elected), act_id))
    settle(unit, second_signature_from=0)
    give(unit, here, 1, 200)
    assert acts.confirm(unit, viewer(unit, here.elected), act_id)


def test_an_act_is_corrected_by_another(unit: Unit) -> None:
    here = town(unit)
    [first] = acts.listing(unit)
    less = {"number": "9", "effect": "withdraw", "corrects": first.id}
    refused("emission.corrects-needed", lambda: entered(unit, here, number="9", effect="withdraw"))
    refused("emission.corrects-more", lambda: entered(unit, here, **less, amount=1_001))
    one, two = entered(unit, here, **less, amount=700), entered(unit, here, **{**less, "number": "10"}, amount=700)
    assert acts.confirm(unit, viewer(unit, here.elected), one)
    refused("emission.corrects-more", lambda: acts.confirm(unit, viewer(unit, here.elected), two))
    acts.reject(unit, viewer(unit, here.clerk), two, "Saisie deux fois")
    assert ledger.supply(unit).treasury == 300
    assert acts.issued_in(unit, 2026) == 300
    found = {(act.state, act.signed_amount) for act in acts.listing(unit) if act.corrects}
    assert found == {("rejected", -700), ("confirmed", -700)}


def test_bad_acts_change_nothing(unit: Unit) -> None:
    here = town(unit)
    refused("emission.number-taken", lambda: entered(unit, here))
    refused("emission.to-come", lambda: entered(unit, here, number="x", decided_on=date(2026, 11, 24)))
    refused("emission.year", lambda: entered(unit, here, number="x", year=2029))
    refused("emission.amount", lambda: entered(unit, here, number="x", amount=0))
    refused("emission.act-kind", lambda: entered(unit, here, number="x", cls="silver"))
    refused("emission.corrects-unknown", lambda: entered(unit, here, number="x", corrects="01K00000000000000000000000"))
    assert len(acts.listing(unit)) == 1


def test_sent_twice_it_is_entered_once(unit: Unit) -> None:
    here = town(unit, supply=0)
    clerk, own = viewer(unit, here.clerk), "01K00000000000000000000000"
    assert acts.enter(unit, clerk, draft(), own) == acts.enter(unit, clerk, draft(), own) == own
    with pytest.raises(Conflict):
        acts.enter(unit, clerk, draft(amount=7), own)
    acts.reject(unit, viewer(unit, here.elected), own, "Mauvais montant")
    assert acts.enter(unit, clerk, draft(amount=7)) != own, "its number is free again"


def test_tokens_are_valid_as_the_latest_act_says(unit: Unit) -> None:
    here = town(unit)
    assert acts.validity_months(unit) == 6
    act_id = entered(unit, here, number="8", validity_months=3, decided_on=date(2026, 11, 21))
    assert acts.validity_months(unit) == 6
    acts.confirm(unit, viewer(unit, here.agent), act_id)
    assert give(unit, here, 1).expiry_day == date(2027, 2, 23)


def test_the_check_sees_an_act_without_its_tokens(unit: Unit) -> None:
    here = town(unit)
    give(unit, here, 1)
    assert verification.verify(unit) == []
    unit.session.execute(update(Act).values(amount=2_000))
    unit.session.expire_all()
    assert verification.verify(unit) == ["emission: act 2026-11-20/07 has no transfer of its own"]


def test_the_database_knows_four_eyes_too(unit: Unit) -> None:
    here = town(unit, supply=0)
    act_id = entered(unit, here)
    with pytest.raises(Exception, match="four_eyes"), unit.session.begin_nested():
        unit.session.execute(update(Act).where(Act.id == act_id).values(state="confirmed", settled_by=here.clerk))
    with pytest.raises(Forbidden):
        acts.confirm(unit, viewer(unit, here.clerk), act_id)
