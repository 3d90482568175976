"""Certification: once, by another member of the organisation, on the day, and paid once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from node.cards import public as cards
from node.core.errors import Conflict, DomainError, Forbidden, NotFound
from node.core.models import AuditEntry
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.missions import certifying, service, signups
from node.modules.missions.certifying import Certified
from node.modules.missions.events import MissionCertified
from node.modules.missions.models import Certification, Signup
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.modules.missions.people import (
    SATURDAY,
    Town,
    draft_with,
    person,
    prepared,
    published,
    residents,
    shift_at,
    town,
)


@dataclass(frozen=True, slots=True)
class Books:
    """What a person holds, what the treasury lost, how often it was said."""

    tokens: int
    treasury: int
    certifications: int
    state: str


def books(unit: Unit, account_id: str) -> Books:
    wallet = ledger.wallet_of(unit, account_id)
    return Books(
        tokens=ledger.balance(unit, wallet).available if wallet else 0,
        treasury=ledger.supply(unit).treasury,
        certifications=unit.session.scalars(select(func.count()).select_from(Certification)).one(),
        state=unit.session.scalars(select(Signup.state).where(Signup.account_id == account_id)).one_or_none() or "",
    )


def on_the_day(unit: Unit, here: Town, account_ids: Sequence[str], places: int = 5) -> tuple[str, str, list[str]]:
    """Mission, slot and sign-ups; the unit's clock stands at the beginning of the slot."""
    mission_id, [shift_id] = published(unit, here, draft_with(shifts=(shift_at(SATURDAY, places=places),)))
    ids = [signups.sign_up(unit, account_id, shift_id).signup_id for account_id in account_ids]
    unit.now = SATURDAY
    return mission_id, shift_id, ids


def test_from_the_list(unit: Unit) -> None:
    here = town(unit)
    events: list[MissionCertified] = []
    note = lambda _unit, event: events.append(event)  # noqa: E731 - a subscriber in one line
    unit.subscribers = {**unit.subscribers, MissionCertified: (*unit.subscribers.get(MissionCertified, ()), note)}
    mission_id, shift_id, [signup_id] = on_the_day(unit, here, [here.resident])
    [done] = certifying.certify_signups(unit, here.manager, shift_id, [signup_id])
    assert (done.name, done.tokens, done.minutes, done.already) == ("Lucie B.", 6, 180, False)
    assert books(unit, here.resident) == Books(6, 994, 1, "attended")
    [event] = events
    assert (event.signup_id, event.mission_id, event.account_id) == (signup_id, mission_id, here.resident)
    assert (event.organisation_name, event.hours, event.skills) == ("Arbres et Paysages", 3.0, ("gardening", "nature"))
    assert (event.theme, event.tokens, event.certified_at) == ("ecology", 6, SATURDAY)
    assert event.expiry_day == done.expiry_day == date(2027, 5, 28)
    audit = unit.session.scalars(select(AuditEntry).where(AuditEntry.action == "missions.certified")).one()
    assert (audit.actor_id, audit.subject) == (here.manager, signup_id)


def test_twice_pays_once(unit: Unit) -> None:
    here = town(unit)
    _mission, shift_id, ids = on_the_day(unit, here, [here.resident])
    certifying.certify_signups(unit, here.manager, shift_id, ids * 3)
    [again] = certifying.certify_signups(unit, here.helper, shift_id, ids)
    assert again.already
    assert books(unit, here.resident) == Books(6, 994, 1, "attended")


async def test_two_members_with_two_phones(node: Node, clock: TestClock) -> None:
    here, _mission, [shift_id] = await prepared(node)
    signup = await node.write(signups.sign_up, here.resident, shift_id)
    card = await node.write(cards.issue, here.resident)
    clock.now = SATURDAY
    attempts = [
        node.write(certifying.certify_signups, certifier, shift_id, [signup.signup_id])
        for certifier in (here.manager, here.helper) * 4
    ]
    scans = [node.write(certifying.certify_card, here.manager, shift_id, card.code) for _ in range(4)]
    done: list[Certified] = []
    for result in await asyncio.gather(*attempts, *scans):
        done += result if isinstance(result, tuple) else [result]
    assert [one.already for one in done].count(False) == 1
    assert await node.read(books, here.resident) == Books(6, 994, 1, "attended")


async def test_one_place_and_five_cards_at_once(node: Node, clock: TestClock) -> None:
    here, _mission, [shift_id] = await prepared(node, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    people = await node.write(residents, 5)
    codes = [(await node.write(cards.issue, account_id)).code for account_id in people]
    clock.now = SATURDAY
    attempts = (node.write(certifying.certify_card, here.manager, shift_id, code) for code in codes)
    results = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [result.key for result in results if isinstance(result, DomainError)]
    assert refused == ["missions.full"] * 4
    assert sum(isinstance(result, Certified) for result in results) == 1


def test_on_the_spot_with_a_card(unit: Unit) -> None:
    here = town(unit)
    _mission, shift_id, _none = on_the_day(unit, here, [])
    card = cards.issue(unit, here.resident)
    done = certifying.certify_card(unit, here.manager, shift_id, card.payload, method="card")
    assert done.on_the_spot
    assert books(unit, here.resident) == Books(6, 994, 1, "attended")
    again = certifying.certify_card(unit, here.manager, shift_id, card.grouped_code.lower())
    assert again.already
    assert unit.session.scalars(select(Certification.method)).all() == ["card"]


def test_who_waited_and_came_gets_the_place_of_who_did_not(unit: Unit) -> None:
    here = town(unit)
    other = person(unit, "Noé")
    _mission, shift_id, [first, second] = on_the_day(unit, here, [here.resident, other], places=1)
    with pytest.raises(Conflict, match="full"):
        certifying.certify_signups(unit, here.manager, shift_id, [second])
    certifying.mark_absent(unit, here.manager, shift_id, first)
    certifying.certify_signups(unit, here.manager, shift_id, [second])
    assert books(unit, other).tokens == 6
    certifying.certify_signups(unit, here.manager, shift_id, [first])
    assert books(unit, here.resident) == Books(6, 988, 2, "attended")


def test_nobody_certifies_themselves(unit: Unit) -> None:
    here = town(unit)
    _mission, shift_id, [signup_id] = on_the_day(unit, here, [here.manager])
    code = cards.issue(unit, here.manager).code
    for attempt in (
        lambda: certifying.certify_signups(unit, here.manager, shift_id, [signup_id]),
        lambda: certifying.certify_card(unit, here.manager, shift_id, code),
        lambda: certifying.mark_absent(unit, here.manager, shift_id, signup_id),
    ):
        with pytest.raises(Forbidden, match="own-attendance"):
            attempt()
    certifying.certify_signups(unit, here.helper, shift_id, [signup_id])
    assert books(unit, here.manager).tokens == 6


async def test_own_card_refused_before_a_place_is_taken(node: Node, clock: TestClock) -> None:
    here, _mission, [shift_id] = await prepared(node)
    code = (await node.write(cards.issue, here.manager)).code
    clock.now = SATURDAY
    with pytest.raises(Forbidden):
        await node.write(certifying.certify_card, here.manager, shift_id, code)
    assert (await node.read(books, here.manager)).state == ""


@pytest.mark.parametrize("who", ["stranger", "resident"])
def test_only_members_of_the_organisation_certify(unit: Unit, who: str) -> None:
    here = town(unit)
    other = person(unit, "Noé")
    _mission, shift_id, [signup_id] = on_the_day(unit, here, [other])
    code = cards.issue(unit, other).code
    for attempt in (
        lambda: certifying.certify_signups(unit, getattr(here, who), shift_id, [signup_id]),
        lambda: certifying.certify_card(unit, getattr(here, who), shift_id, code),
        lambda: certifying.mark_absent(unit, getattr(here, who), shift_id, signup_id),
    ):
        with pytest.raises(Forbidden, match="not-member"):
            attempt()
    assert books(unit, other) == Books(0, 1000, 0, "registered")


def test_a_signup_of_another_slot(unit: Unit) -> None:
    here = town(unit)
    _mission, shift_id, [signup_id] = on_the_day(unit, here, [here.resident])
    unit.now -= timedelta(days=2)
    _other, [other_shift] = published(unit, here)
    unit.now = SATURDAY
    with pytest.raises(NotFound, match="signup-unknown"):
        certifying.certify_signups(unit, here.manager, other_shift, [signup_id])
    with pytest.raises(NotFound, match="signup-unknown"):
        certifying.certify_signups(unit, here.manager, shift_id, ["0" * 26])


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (datetime.fromisoformat("2026-11-27T23:59:59+01:00"), "missions.too-early"),
        (datetime.fromisoformat("2026-11-28T00:00:00+01:00"), None),
        (datetime.fromisoformat("2026-12-12T23:59:59+01:00"), None),
        (datetime.fromisoformat("2026-12-13T00:00:00+01:00"), "missions.too-late"),
    ],
)
def test_the_days_are_those_of_the_commune(unit: Unit, moment: datetime, refusal: str | None) -> None:
    here = town(unit)
    _mission, shift_id, ids = on_the_day(unit, here, [here.resident])
    unit.now = moment
    if refusal is None:
        certifying.certify_signups(unit, here.manager, shift_id, ids)
        return
    with pytest.raises(Conflict) as refused:
        certifying.certify_signups(unit, here.manager, shift_id, ids)
    assert refused.value.key == refusal


async def test_the_commune_sets_how_long(node_factory: NodeFactory, clock: TestClock) -> None:
    node = node_factory("Auzeville", parts={"missions": {"certification_days": 0}})
    here, _mission, [shift_id] = await prepared(node)
    signup = await node.write(signups.sign_up, here.resident, shift_id)
    clock.now = SATURDAY + timedelta(days=1)
    with pytest.raises(Conflict, match="too-late"):
        await node.write(certifying.certify_signups, here.manager, shift_id, [signup.signup_id])


def test_one_refusal_refuses_the_list(unit: Unit) -> None:
    here = town(unit)
    _mission, shift_id, ids = on_the_day(unit, here, [here.resident, here.manager])
    savepoint = unit.session.begin_nested()
    with pytest.raises(Forbidden, match="own-attendance"):
        certifying.certify_signups(unit, here.manager, shift_id, ids)
    savepoint.rollback()
    assert books(unit, here.resident) == Books(0, 1000, 0, "registered")


async def test_an_empty_treasury_certifies_nobody(node: Node, clock: TestClock) -> None:
    here, _mission, [shift_id] = await prepared(node)
    people = await node.write(residents, 2)
    ids = [(await node.write(signups.sign_up, account_id, shift_id)).signup_id for account_id in people]
    await node.write(ledger.destroy, "destroy-1", 994, {"kind": "vote"})
    clock.now = SATURDAY
    with pytest.raises(DomainError, match="treasury-short"):
        await node.write(certifying.certify_signups, here.manager, shift_id, ids)
    assert (await node.read(books, people[0])) == Books(0, 6, 0, "registered")


def test_cards_unknown_lost_or_cancelled_slot(unit: Unit) -> None:
    here = town(unit)
    mission_id, shift_id, _none = on_the_day(unit, here, [])
    code = cards.issue(unit, here.resident).code
    cards.report_lost(unit, here.resident, here.resident)
    for typed, key in ((code, "cards.lost"), ("00000000", "cards.unknown"), ("hello", "cards.malformed")):
        with pytest.raises(DomainError) as refused:
            certifying.certify_card(unit, here.manager, shift_id, typed)
        assert (refused.value.key, refused.value.field) == (key, "code")
    service.cancel(unit, here.manager, mission_id)
    with pytest.raises(Conflict, match="closed"):
        certifying.certify_card(unit, here.manager, shift_id, cards.issue(unit, here.resident).code)


def test_a_mission_may_give_no_token(unit: Unit) -> None:
    here = town(unit)
    _mission, [shift_id] = published(unit, here, draft_with(tokens=0))
    signup = signups.sign_up(unit, here.resident, shift_id)
    unit.now = SATURDAY
    [done] = certifying.certify_signups(unit, here.manager, shift_id, [signup.signup_id])
    assert (done.tokens, done.expiry_day) == (0, None)
    assert books(unit, here.resident) == Books(0, 1000, 1, "attended")


def test_absent_then_certified_after_all(unit: Unit) -> None:
    here = town(unit)
    _mission, shift_id, [signup_id] = on_the_day(unit, here, [here.resident])
    certifying.mark_absent(unit, here.manager, shift_id, signup_id)
    certifying.mark_absent(unit, here.manager, shift_id, signup_id)
    assert books(unit, here.resident).state == "absent"
    certifying.certify_signups(unit, here.manager, shift_id, [signup_id])
    with pytest.raises(Conflict, match="signup-state"):
        certifying.mark_absent(unit, here.manager, shift_id, signup_id)
