"""What the commune's rules do to a certified mission: reduced, waiting, refused, revoked; and what people read."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from node.accounts import public as accounts
from node.core.errors import Conflict, Invalid
from node.core.models import Setting
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import awarding, revoking, scale
from node.emission.scale import Line
from node.ledger import public as ledger
from node.modules.missions import certifying, rules, service, signups
from node.modules.missions.certifying import Certified
from node.modules.missions.models import Signup
from node.modules.profile import reading
from tests.fixtures.nodes import TestClock
from tests.modules.missions.conftest import People
from tests.modules.missions.people import DRAFT, SATURDAY, Town, draft_with, prepared, published, residents, town

AGENT = Viewer(account_id="01K0000000000000000000AGNT", roles=frozenset({"agent", "administrator"}))


def certified(unit: Unit, tokens: int = 60) -> tuple[Town, Certified]:
    """Somebody came and was certified by the manager."""
    here = town(unit)
    _mission, [shift_id] = published(unit, here, draft_with(tokens=tokens))
    signup = signups.sign_up(unit, here.resident, shift_id)
    unit.now = SATURDAY
    [done] = certifying.certify_signups(unit, here.manager, shift_id, [signup.signup_id])
    return here, done


def tokens_of(unit: Unit, account_id: str) -> int:
    wallet_id = ledger.wallet_of(unit, account_id)
    return ledger.balance(unit, wallet_id).available if wallet_id else 0


def state_of(unit: Unit, signup_id: str) -> str:
    return unit.session.scalars(select(Signup.state).where(Signup.id == signup_id)).one()


def test_before_the_second_signature_nothing_is_paid_or_registered(unit: Unit) -> None:
    here, done = certified(unit)
    assert (done.tokens, done.waiting, done.expiry_day) == (60, True, None)
    assert (tokens_of(unit, here.resident), reading.actions(unit, here.resident)) == (0, ())
    own = rules.transfer_id(done.signup_id)
    awarding.sign(unit, accounts.viewer(unit, here.helper), own)
    awarding.sign(unit, accounts.viewer(unit, here.helper), own)
    [action] = reading.actions(unit, here.resident)
    assert (action.tokens, action.title, tokens_of(unit, here.resident)) == (60, DRAFT.title, 60)


def test_a_refused_or_revoked_mission_is_not_certified_again(unit: Unit) -> None:
    here, done = certified(unit)
    awarding.refuse(unit, accounts.viewer(unit, here.helper), rules.transfer_id(done.signup_id), "Pas venue")
    assert state_of(unit, done.signup_id) == "revoked"
    [again] = certifying.certify_signups(unit, here.manager, done.shift_id, [done.signup_id])
    assert again.already
    assert tokens_of(unit, here.resident) == 0
    assert signups.sign_up(unit, here.resident, done.shift_id).state == "revoked"
    assert state_of(unit, done.signup_id) == "revoked"


def test_a_revoked_mission_leaves_the_register_and_takes_its_tokens_back(unit: Unit) -> None:
    here, done = certified(unit, tokens=6)
    assert len(reading.actions(unit, here.resident)) == 1
    revoking.revoke(unit, AGENT, rules.transfer_id(done.signup_id), "Elle n’est pas venue.")
    assert state_of(unit, done.signup_id) == "revoked"
    assert (tokens_of(unit, here.resident), reading.actions(unit, here.resident)) == (0, ())


def test_what_a_mission_promises_is_within_the_scale(unit: Unit) -> None:
    here = town(unit)
    scale.change_line(unit, AGENT, Line("mission", "", "hour", 2))
    with pytest.raises(Invalid) as caught:
        published(unit, here, draft_with(tokens=7))
    assert (caught.value.key, caught.value.field, caught.value.params) == (
        "missions.tokens-scale", "tokens", {"limit": 6},
    )  # fmt: skip
    published(unit, here, draft_with(tokens=6))


async def test_the_last_of_a_budget_goes_to_one_of_two_phones(node: Node, clock: TestClock) -> None:
    here, _mission, [shift_id] = await prepared(node)
    await node.write(lambda unit: scale.change_budget(unit, AGENT, here.association_id, "month", 10))
    people = await node.write(residents, 4)
    ids = [(await node.write(signups.sign_up, who, shift_id)).signup_id for who in people]
    clock.now = SATURDAY
    attempts = [node.write(certifying.certify_signups, here.manager, shift_id, [own]) for own in ids]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert [each.key for each in results if isinstance(each, Conflict)] == ["emission.budget-month"] * 3
    assert (await node.read(ledger.supply)).circulating == 6
    states = [await node.read(state_of, own) for own in ids]
    assert sorted(states) == ["attended", "registered", "registered", "registered"], "refused whole"


async def test_the_certifier_and_the_person_read_why_it_was_less(node: Node, clock: TestClock, browser: People) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    await node.write(lambda unit: unit.session.add(Setting(part="emission", key="cap_week", value=4)))
    signup = await node.write(signups.sign_up, here.resident, shift_id)
    clock.now = SATURDAY
    manager, lucie = await browser(here.manager), await browser(here.resident)
    page = f"/missions/{mission_id}/presence"
    done = await manager.post(f"{page}/{shift_id}", {"signup": signup.signup_id, "action": "attend"}, page=page)
    assert "1 attribution réduite." in done.text
    assert "4 au lieu de 6" in (await lucie.get("/moi/attributions")).text
    assert (await node.read(service.signups_of, shift_id))[0].state == "attended"
    await node.write(revoking.revoke, AGENT, rules.transfer_id(signup.signup_id), "Erreur de personne")
    assert "Présence annulée" in (await lucie.get(f"/missions/{mission_id}")).text
    assert "Annulée" in (await manager.get(page)).text


async def test_an_exhausted_budget_is_said_above_the_list(node: Node, clock: TestClock, browser: People) -> None:
    here, mission_id, [shift_id] = await prepared(node)
    await node.write(lambda unit: scale.change_budget(unit, AGENT, here.association_id, "week", 5))
    signup = await node.write(signups.sign_up, here.resident, shift_id)
    clock.now = SATURDAY
    manager = await browser(here.manager)
    page = f"/missions/{mission_id}/presence"
    said = await manager.post(f"{page}/{shift_id}", {"signup": signup.signup_id, "action": "attend"}, page=page)
    assert (said.status, "Il reste 5 jetons au budget de la semaine" in said.text) == (200, True)
    assert await node.read(state_of, signup.signup_id) == "registered"
