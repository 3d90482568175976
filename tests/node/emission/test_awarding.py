"""Scale, caps, budgets, second signatures, revocation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import select

from node.core.errors import DomainError, Forbidden
from node.core.models import MailMessage
from node.core.node import Node
from node.core.unit import Unit
from node.emission import awarding, reading, revoking, scale, verification
from node.emission.awarding import Awarded
from node.emission.events import AwardProposed, AwardRevoked
from node.emission.scale import Line
from node.ledger import public as ledger
from node.organisations.models import Member
from tests.fixtures.nodes import TestClock
from tests.node.emission.people import Town, balance, claim, give, settle, town, viewer


def refused(key: str, call: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.key == key
    return caught.value


def letters(unit: Unit) -> list[str]:
    return list(unit.session.scalars(select(MailMessage.subject).order_by(MailMessage.id)))


def test_the_scale_of_the_theme_counts_before_that_of_the_kind(unit: Unit) -> None:
    here = town(unit)
    clerk = viewer(unit, here.clerk)
    assert give(unit, here, 1, 40).amount == 40, "without a scale the promise counts"
    scale.change_line(unit, clerk, Line("mission", "", "hour", 3))
    scale.change_line(unit, clerk, Line("mission", "culture", "action", 30))
    less = give(unit, here, 2, 40)
    assert (less.amount, less.asked, less.reason) == (6, 40, "scale")
    assert give(unit, here, 3, 40, theme="culture").amount == 30
    assert balance(unit, here.lucie) == 76
    assert letters(unit) == ["6 jetons au lieu de 40 : Planter la haie", "30 jetons au lieu de 40 : Planter la haie"]
    scale.change_line(unit, clerk, Line("mission", "", "hour", 0))
    assert [line.theme for line in scale.lines(unit)] == ["culture"]
    refused("core.forbidden", lambda: scale.change_line(unit, viewer(unit, here.agent), Line("mission", "", "hour", 9)))
    refused("emission.scale-kind", lambda: scale.change_line(unit, clerk, Line("dream", "", "hour", 9)))


def test_caps_reduce_and_say_so_and_begin_anew(unit: Unit, clock: TestClock) -> None:
    here = town(unit)
    settle(unit, cap_week=15, cap_month=25)
    assert [give(unit, here, n).amount for n in (1, 2, 3)] == [10, 5, 0]
    assert balance(unit, here.lucie) == 15
    third = next(award for award in reading.mine(unit, here.lucie) if award.id == "mission:3")
    assert (third.reason, third.state) == ("week", "paid")
    assert give(unit, here, 4, account_id=here.paul).amount == 10, "a cap is each person's own"
    clock.forward(days=7)  # Monday 30 November: another week of the same month
    unit.now = clock.now
    assert give(unit, here, 5).amount == 10
    monthly = give(unit, here, 6)
    assert (monthly.amount, monthly.reason) == (0, "month")
    clock.forward(days=1)  # 1 December, same week
    unit.now = clock.now
    assert give(unit, here, 7).amount == 5
    assert [(cap.period, cap.earned) for cap in reading.caps(unit, here.lucie)] == [("week", 15), ("month", 5)]


def test_a_budget_refuses_what_it_does_not_cover(unit: Unit) -> None:
    here = town(unit)
    clerk = viewer(unit, here.clerk)
    scale.change_budget(unit, clerk, here.association, "month", 25)
    scale.change_budget(unit, clerk, here.association, "week", 20)
    give(unit, here, 1)
    give(unit, here, 2)
    error = refused("emission.budget-week", lambda: give(unit, here, 3, 1))
    assert error.params == {"left": 0}
    assert reading.listing(unit)[1] == 2
    [week] = [each for each in scale.budgets(unit) if each.period == "week"]
    assert (week.used, week.left) == (20, 0)
    scale.change_budget(unit, clerk, here.association, "week", 0)
    assert refused("emission.budget-month", lambda: give(unit, here, 3)).params == {"left": 5}
    assert give(unit, here, 4, 5).amount == 5
    give(unit, here, 5, 10, organisation_id="", certifier_id=here.agent)  # the commune's own have none


async def test_two_at_once_cannot_both_take_the_last_of_a_budget_or_a_cap(node: Node) -> None:
    here = await node.write(town)
    await node.write(lambda unit: scale.change_budget(unit, viewer(unit, here.clerk), here.association, "month", 35))
    await node.write(lambda unit: settle(unit, cap_week=25))

    def one(unit: Unit, number: int) -> Awarded:
        return give(unit, here, number)

    done = await asyncio.gather(*(node.write(one, number) for number in range(6)))
    assert sorted(each.amount for each in done) == [0, 0, 0, 5, 10, 10]
    more = [node.write(lambda unit, n=n: give(unit, here, n, account_id=here.paul)) for n in range(10, 16)]
    results = await asyncio.gather(*more, return_exceptions=True)
    assert [type(each).__name__ for each in results].count("Awarded") == 1
    assert all(each.key == "emission.budget-month" for each in results if isinstance(each, DomainError))
    assert (await node.read(ledger.supply)).circulating == 35


def test_nobody_certifies_themselves_or_alone(unit: Unit) -> None:
    here = town(unit)
    refused("emission.own-award", lambda: give(unit, here, 1, account_id=here.maya))
    unit.session.delete(unit.session.get(Member, (here.association, here.hugo)))
    unit.session.flush()
    refused("emission.sole-member", lambda: give(unit, here, 1, account_id=here.maya, certifier_id=here.agent))
    assert reading.listing(unit)[1] == 0


def test_other_parts_may_refuse_a_signature(unit: Unit) -> None:
    here = town(unit)

    def household(_unit: Unit, event: AwardProposed) -> None:
        if {event.signer_id, event.account_id} == {here.hugo, here.lucie}:
            raise Forbidden("core.forbidden")

    unit.subscribers = {**unit.subscribers, AwardProposed: (household,)}
    refused("core.forbidden", lambda: give(unit, here, 1, certifier_id=here.hugo))
    large = give(unit, here, 2, 60)
    refused("core.forbidden", lambda: awarding.sign(unit, viewer(unit, here.hugo), large.award_id))
    assert awarding.sign(unit, viewer(unit, here.agent), large.award_id).state == "paid"


def test_a_large_award_waits_for_somebody_else(unit: Unit) -> None:
    here = town(unit)
    large = give(unit, here, 1, 50)
    assert (large.state, large.amount, large.transfer_id) == ("waiting", 50, "")
    assert balance(unit, here.lucie) == 0
    for signer, key in (
        (here.maya, "emission.same-signer"),
        (here.lucie, "core.forbidden"),
        (here.elected, "core.forbidden"),
        (here.paul, "core.forbidden"),
    ):
        refused(key, lambda signer=signer: awarding.sign(unit, viewer(unit, signer), large.award_id))
    assert [award.blocked for award in reading.waiting(unit, viewer(unit, here.maya))] == ["emission.same-signer"]
    assert reading.waiting_count(unit, viewer(unit, here.hugo)) == 1
    assert reading.waiting(unit, viewer(unit, here.paul)) == ()
    for _ in range(2):
        assert awarding.sign(unit, viewer(unit, here.hugo), large.award_id).state == "paid"
    assert balance(unit, here.lucie) == 50
    refused("emission.state", lambda: awarding.refuse(unit, viewer(unit, here.hugo), large.award_id, "Trop tard"))
    assert give(unit, here, 1, 50).state == "paid", "the same claim again answers what became of it"
    assert letters(unit)[-1] == "50 jetons sont arrivés : Planter la haie"


async def test_two_second_signatures_at_once_pay_once(node: Node) -> None:
    here = await node.write(town)
    large = await node.write(lambda unit: give(unit, here, 1, 70))

    def sign(unit: Unit, account_id: str) -> str:
        return awarding.sign(unit, viewer(unit, account_id), large.award_id).state

    done = await asyncio.gather(*(node.write(sign, who) for who in (here.hugo, here.agent) * 3))
    assert done == ["paid"] * 6
    assert await node.read(balance, here.lucie) == 70


def test_a_refused_award_is_never_paid(unit: Unit) -> None:
    here = town(unit)
    settle(unit, cap_week=60)
    large = give(unit, here, 1, 50)
    assert give(unit, here, 2, 20).amount == 10, "what waits counts for the cap"
    refused("emission.note", lambda: awarding.refuse(unit, viewer(unit, here.hugo), large.award_id, "non"))
    awarding.refuse(unit, viewer(unit, here.hugo), large.award_id, "Je ne l’y ai pas vue.")
    refused("emission.state", lambda: awarding.sign(unit, viewer(unit, here.agent), large.award_id))
    assert give(unit, here, 1, 50).state == "refused"
    assert balance(unit, here.lucie) == 10
    assert give(unit, here, 3, 50).amount == 50


def test_a_revoked_award_takes_back_what_is_there(unit: Unit) -> None:
    here = town(unit)
    told: list[AwardRevoked] = []
    note = lambda _unit, event: told.append(event)  # noqa: E731 - a subscriber in one line
    unit.subscribers = {**unit.subscribers, AwardRevoked: (note,)}
    give(unit, here, 1, 30)
    wallet = ledger.wallet_of(unit, here.lucie)
    assert wallet
    ledger.spend(unit, "s", wallet, 22, memo={})
    agent = viewer(unit, here.agent)
    refused("core.forbidden", lambda: revoking.revoke(unit, viewer(unit, here.maya), "mission:1", "Pas fait"))
    refused("emission.note", lambda: revoking.revoke(unit, agent, "mission:1", " "))
    for _ in range(2):
        done = revoking.revoke(unit, agent, "mission:1", "La haie n’est pas plantée.")
        assert (done.taken, done.lost) == (8, 22)
    assert balance(unit, here.lucie) == 0
    assert ledger.supply(unit).treasury == 1_000
    assert [(event.taken, event.lost) for event in told] == [(8, 22)]
    give(unit, here, 2, 10)
    assert balance(unit, here.lucie) == 10, "later tokens are not taken for it"
    assert ledger.verify(unit) == verification.verify(unit) == []
    body = unit.session.scalars(select(MailMessage.body)).one()
    assert "8 jetons sont repris" in body
    assert "Les 22 autres étaient déjà dépensés" in body


def test_what_was_lost_still_counts_for_the_certifier(unit: Unit) -> None:
    here = town(unit)
    scale.change_budget(unit, viewer(unit, here.clerk), here.association, "month", 40)
    give(unit, here, 1, 30)
    wallet = ledger.wallet_of(unit, here.lucie)
    assert wallet
    ledger.spend(unit, "s", wallet, 20, memo={})
    revoking.revoke(unit, viewer(unit, here.agent), "mission:1", "Jamais fait.")
    assert refused("emission.budget-month", lambda: give(unit, here, 2, 21)).params == {"left": 20}


async def test_revoked_twice_at_once_it_is_taken_once(node: Node) -> None:
    here = await node.write(town)
    await node.write(lambda unit: [give(unit, here, 1, 30), give(unit, here, 2, 30)])

    def revoke(unit: Unit, account_id: str) -> int:
        return revoking.revoke(unit, viewer(unit, account_id), "mission:1", "Jamais fait.").taken

    assert await asyncio.gather(*(node.write(revoke, who) for who in (here.agent, here.clerk) * 2)) == [30] * 4
    assert await node.read(balance, here.lucie) == 30


def test_the_agent_who_got_the_tokens_does_not_revoke_them(unit: Unit) -> None:
    here: Town = town(unit)
    awarding.award(unit, claim(here, 1, account_id=here.agent))
    refused("emission.own-award", lambda: revoking.revoke(unit, viewer(unit, here.agent), "mission:1", "Jamais fait."))
