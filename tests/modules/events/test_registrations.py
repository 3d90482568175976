"""Coming along: places are never given twice, who waits moves up in order and hears of it once; the door on the day."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from node.cards import public as cards
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from node.modules.events import checking, reading, registrations
from node.modules.events.models import Registration
from tests.modules.events.people import DRAFT, SATURDAY, draft_with, person, prepared, published, residents, town

both = pytest.mark.parametrize(
    "settings", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def states(unit: Unit, event_id: str) -> dict[str, str]:
    query = select(Registration.account_id, Registration.state).where(Registration.event_id == event_id)
    return dict(unit.session.execute(query).all())


@both
async def test_the_last_place_asked_for_at_once(node: Node) -> None:
    _town, event_id = await prepared(node, draft_with(places=3))
    people = await node.write(residents, 12)
    results = await asyncio.gather(*(node.write(registrations.register, each, event_id) for each in people))
    assert Counter(result.state for result in results) == {"registered": 3, "waiting": 9}
    assert Counter((await node.read(states, event_id)).values()) == {"registered": 3, "waiting": 9}


@both
async def test_a_double_click_is_one_registration(node: Node) -> None:
    here, event_id = await prepared(node)
    results = await asyncio.gather(*(node.write(registrations.register, here.resident, event_id) for _ in range(6)))
    assert len({result.registration_id for result in results}) == 1
    assert await node.read(states, event_id) == {here.resident: "registered"}


@both
async def test_everybody_leaves_at_once_and_each_free_place_is_given_once(node: Node) -> None:
    _town, event_id = await prepared(node, draft_with(places=3))
    people = await node.write(residents, 8)
    for each in people:
        await node.write(registrations.register, each, event_id)
    await asyncio.gather(*(node.write(registrations.leave, each, event_id) for each in [*people[:3], people[0]]))
    found = await node.read(states, event_id)
    assert [found[each] for each in people] == ["cancelled"] * 3 + ["registered"] * 3 + ["waiting"] * 2
    subjects = [letter.subject for letter in await node.read(recent_mails, 50)]
    assert sum(subject.startswith("Une place s’est libérée") for subject in subjects) == 3


def test_the_line_keeps_its_order(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here, draft_with(places=1))
    first, second, third = residents(unit, 3)
    for account_id in (first, second, third):
        registrations.register(unit, account_id, event_id)
        unit.now += timedelta(seconds=1)
    assert reading.page(unit, event_id, third).position == 2
    registrations.leave(unit, second, event_id)
    assert registrations.register(unit, second, event_id).position == 2
    registrations.leave(unit, first, event_id)
    assert states(unit, event_id) == {first: "cancelled", second: "waiting", third: "registered"}
    assert [card.mine for card in reading.mine(unit, third, limit=5)] == ["registered"]


def test_when_one_cannot_come_or_leave(unit: Unit) -> None:
    here = town(unit)
    free = published(unit, here, draft_with(registration=False, places=None))
    with pytest.raises(Conflict, match="open-entrance"):
        registrations.register(unit, here.resident, free)
    event_id = published(unit, here)
    with pytest.raises(NotFound, match="not-registered"):
        registrations.leave(unit, here.resident, event_id)
    with pytest.raises(NotFound, match="unknown"):
        registrations.register(unit, here.resident, "0" * 26)
    registrations.register(unit, here.resident, event_id)
    unit.now = SATURDAY
    with pytest.raises(Conflict, match="begun"):
        registrations.leave(unit, here.resident, event_id)
    unit.now = SATURDAY + timedelta(hours=2)
    with pytest.raises(Conflict, match="over"):
        registrations.register(unit, here.agent, event_id)


def test_mail_in_the_readers_language_and_on_one_line(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here, draft_with(title="Visite\nBcc: tout@example.org"))
    registrations.register(unit, person(unit, "Emma", locale="en"), event_id)
    [letter] = recent_mails(unit)
    assert letter.subject == "You are registered: Visite Bcc: tout@example.org"
    assert "Saturday 5 December 2026, 10:00" in letter.body
    assert "{" not in letter.body


def test_arrivals_by_list_and_by_card(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here, draft_with(places=2))
    comes, misses, waits = residents(unit, 3)
    for account_id in (comes, misses, waits):
        registrations.register(unit, account_id, event_id)
    ids = {row.account_id: row.id for row in registrations.of_event(unit, event_id)}
    with pytest.raises(Conflict, match="too-early"):
        checking.check_in(unit, here.member, event_id, [ids[comes]])
    unit.now = SATURDAY
    with pytest.raises(Forbidden):
        checking.check_in(unit, here.stranger, event_id, [ids[comes]])
    with pytest.raises(NotFound, match="registration-unknown"):
        checking.check_in(unit, here.member, event_id, ["0" * 26])
    assert not checking.check_in(unit, here.member, event_id, [ids[comes]])[0].already
    assert checking.check_in(unit, here.member, event_id, [ids[comes]])[0].already
    code = cards.issue(unit, waits).code
    with pytest.raises(Conflict, match="full"):
        checking.check_in_card(unit, here.member, event_id, code)
    checking.mark_absent(unit, here.member, event_id, [ids[misses]])
    arrived = checking.check_in_card(unit, here.member, event_id, code)
    assert (arrived.on_the_spot, arrived.already) == (True, False)
    assert states(unit, event_id) == {comes: "attended", misses: "absent", waits: "attended"}
    assert checking.door_list(unit, here.member, event_id).arrived == 2
    unit.now = SATURDAY + timedelta(days=8)
    with pytest.raises(Conflict, match="too-late"):
        checking.check_in(unit, here.member, event_id, [ids[misses]])


@both
async def test_a_card_shown_twice_at_once_is_one_arrival(node: Node) -> None:
    here, event_id = await prepared(node, DRAFT)
    code = (await node.write(cards.issue, here.resident)).code

    def show(unit: Unit) -> checking.Arrived:
        unit.now = SATURDAY
        return checking.check_in_card(unit, here.member, event_id, code)

    done = await asyncio.gather(*(node.write(show) for _ in range(4)))
    assert Counter(one.already for one in done) == {False: 1, True: 3}
    assert await node.read(states, event_id) == {here.resident: "attended"}
