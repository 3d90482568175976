"""Wishes and answers in any order, twice, or late: in the end both communes say the same, and no place is given twice
(specs/sharing.md §2.3, §3.1, §4.1)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions import elsewhere, federation, neighbours, rules, service, signups
from node.modules.missions.models import Neighbour, Signup
from node.modules.missions.sharing import OFFERED
from node.sharing import gdpr, hosting, requests
from node.sharing import public as sharing
from node.sharing.models import Guest, Request
from protocols import missions as wire_missions
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.modules.missions.people import SATURDAY, Town, draft_with, person, published, shift_at, town
from tests.node.sharing.wire import Wire, befriend

PLACES = 2


@dataclass
class Pair:
    here: Node
    there: Node
    wire: Wire
    town: Town
    clock: TestClock

    async def mission(self, **changes: object) -> tuple[str, str, str]:
        """A mission there, known here: its id, its slot's id, our id of it."""
        mission_id, [shift_id] = await self.there.write(published, self.town, draft_with(**changes))
        event = await self.there.read(federation.event_of, mission_id)
        note = federation.note_from(wire_missions.parse_mission(event))

        def take(unit: Unit) -> str:
            neighbours.receive(unit, self.there.host, self.there.name, note)
            return unit.session.scalars(select(Neighbour.id).where(Neighbour.uri == note.uri)).one()

        return mission_id, shift_id, await self.here.write(take)

    def slot(self, mission_id: str, shift_id: str) -> str:
        return f"{self.there.base_url}/ap/missions/{mission_id}#{shift_id}"


@pytest.fixture
async def pair(node_factory: NodeFactory, clock: TestClock) -> Pair:
    here, there = node_factory("Castanet-Tolosan"), node_factory("Ramonville", code="31446")
    await befriend(here, there)
    await befriend(there, here)
    return Pair(here, there, Wire((here, there)), await there.write(town), clock)


async def seated(pair: Pair, shift_id: str) -> int:
    return await pair.there.read(signups.seated, shift_id)


async def asked(pair: Pair, account_id: str) -> Request:
    def read(unit: Unit) -> Request:
        row = unit.session.scalars(select(Request).where(Request.account_id == account_id)).one()
        unit.session.expunge(row)
        return row

    return await pair.here.read(read)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_order_both_sides_agree_in_the_end(pair: Pair, seed: int) -> None:
    draw = random.Random(seed)
    mission_id, shift_id, neighbour_id = await pair.mission(shifts=(shift_at(SATURDAY, places=PLACES),))
    slot = pair.slot(mission_id, shift_id)
    ours = [await pair.here.write(person, f"Habitant{number}") for number in range(3)]
    theirs = [await pair.there.write(person, f"Local{number}") for number in range(2)]
    delivered: set[str] = set()

    async def ask() -> None:
        who = draw.choice(ours)
        await pair.here.write(elsewhere.ask, who, neighbour_id, slot, "Leïla")

    async def leave() -> None:
        who = draw.choice(ours)
        for one in await pair.here.read(sharing.mine, who):
            await pair.here.write(sharing.leave, who, one.id)

    async def locally() -> None:
        who = draw.choice(theirs)
        present = await pair.there.read(signups.find_signup, shift_id, who)
        if present is not None and present.state in rules.LIVE:
            await pair.there.write(signups.leave, who, shift_id)
        else:
            await pair.there.write(signups.sign_up, who, shift_id)

    async def deliver() -> None:
        """Some message, heard before or not, in any order."""
        sender = draw.choice(pair.wire.nodes)
        if said := await pair.wire.said(sender):
            activity = draw.choice(said)
            delivered.add(str(activity["id"]))
            await pair.wire.hand_over(sender, activity)

    async def repeat() -> None:
        pair.clock.forward(hours=7)
        await pair.here.write(requests.repeat)

    steps = [ask, ask, leave, locally, deliver, deliver, deliver, deliver]
    for number in range(26):
        await (repeat() if number == 13 else draw.choice(steps)())
        assert await seated(pair, shift_id) <= PLACES
    await pair.wire.settle()
    assert await seated(pair, shift_id) <= PLACES

    def truth(unit: Unit) -> dict[str, str]:
        found = {}
        for guest in unit.session.scalars(select(Guest)):
            standing = OFFERED.standing(unit, guest.id, guest.object_uri, guest.slot_uri)
            state = standing.state if standing else None
            found[guest.participant] = guest.state if guest.state in {"left", "refused"} else str(state)
        return found

    def belief(unit: Unit) -> dict[str, str]:
        return {row.participant: row.state for row in unit.session.scalars(select(Request))}

    assert await pair.here.read(belief) == await pair.there.read(truth)
    assert await pair.there.read(_guests) == await pair.here.read(_requests)


def _guests(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).select_from(Guest)).scalar_one()


def _requests(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).select_from(Request)).scalar_one()


async def test_a_leave_that_overtakes_its_join_wins(pair: Pair) -> None:
    mission_id, shift_id, neighbour_id = await pair.mission()
    leila = await pair.here.write(person, "Leïla")
    one = await pair.here.write(elsewhere.ask, leila, neighbour_id, pair.slot(mission_id, shift_id), "Leïla")
    await pair.here.write(sharing.leave, leila, one.id)
    join, leave = await pair.wire.said(pair.here)
    assert (join["type"], leave["type"]) == ("Join", "Leave")
    assert await pair.wire.hand_over(pair.here, leave) == "left"
    assert await pair.wire.hand_over(pair.here, join) == "late: passed over"
    assert await seated(pair, shift_id) == 0


async def test_an_accept_after_the_leave_changes_nothing(pair: Pair) -> None:
    mission_id, shift_id, neighbour_id = await pair.mission()
    leila = await pair.here.write(person, "Leïla")
    one = await pair.here.write(elsewhere.ask, leila, neighbour_id, pair.slot(mission_id, shift_id), "Leïla")
    [join] = await pair.wire.said(pair.here)
    await pair.wire.hand_over(pair.here, join)
    await pair.here.write(sharing.leave, leila, one.id)
    [accept] = await pair.wire.said(pair.there)
    assert await pair.wire.hand_over(pair.there, accept) == "late: passed over"
    assert (await asked(pair, leila)).state == "leaving"
    await pair.wire.settle()
    assert (await asked(pair, leila)).state == "left"


async def test_a_join_repeated_with_a_new_id_has_the_same_answer(pair: Pair) -> None:
    mission_id, shift_id, neighbour_id = await pair.mission(shifts=(shift_at(SATURDAY, places=1),))
    leila = await pair.here.write(person, "Leïla")
    await pair.here.write(elsewhere.ask, leila, neighbour_id, pair.slot(mission_id, shift_id), "Leïla")
    pair.clock.forward(hours=7)
    assert await pair.here.write(requests.repeat) == 1
    first, second = await pair.wire.said(pair.here)
    assert first["id"] != second["id"]
    assert await pair.wire.hand_over(pair.here, second) == "registered"
    assert await pair.wire.hand_over(pair.here, first) == "answered again"
    one, other = await pair.wire.said(pair.there)
    assert one["result"] == other["result"]
    assert await pair.wire.hand_over(pair.there, other) == "registered"
    assert await pair.wire.hand_over(pair.there, one) == "late: passed over"
    assert await seated(pair, shift_id) == 1


async def test_too_late_to_leave_and_a_slot_that_is_gone(pair: Pair) -> None:
    mission_id, shift_id, neighbour_id = await pair.mission()
    leila = await pair.here.write(person, "Leïla")
    slot = pair.slot(mission_id, shift_id)
    one = await pair.here.write(elsewhere.ask, leila, neighbour_id, slot, "Leïla")
    await pair.wire.settle()
    pair.clock.now = SATURDAY - timedelta(minutes=1)
    await pair.here.write(sharing.leave, leila, one.id)
    pair.clock.now = SATURDAY + timedelta(minutes=1)
    await pair.wire.settle()
    row = await asked(pair, leila)
    assert (row.state, row.reason) == ("registered", "begun")

    other_id, other_shift, other_neighbour = await pair.mission(shifts=(shift_at(SATURDAY + timedelta(days=1)),))
    marcel = await pair.here.write(person, "Marcel")

    def move(unit: Unit) -> None:
        mission = service.find(unit, other_id)
        draft = draft_with(shifts=(shift_at(SATURDAY + timedelta(days=2)),))
        service.edit(unit, pair.town.manager, other_id, mission.version, draft)

    await pair.there.write(move)
    slot = pair.slot(other_id, other_shift)
    await pair.here.write(elsewhere.ask, marcel, other_neighbour, slot, "Marcel")
    await pair.wire.settle()
    row = await asked(pair, marcel)
    assert (row.state, row.reason) == ("refused", "unknown")


async def test_who_goes_for_good_gives_the_places_back(pair: Pair) -> None:
    mission_id, shift_id, neighbour_id = await pair.mission()
    leila = await pair.here.write(person, "Leïla")
    await pair.here.write(elsewhere.ask, leila, neighbour_id, pair.slot(mission_id, shift_id), "Leïla")
    await pair.wire.settle()
    exported = await pair.here.read(gdpr.export, leila)
    assert [one["name_shown"] for one in exported["participations"]] == ["Leïla"]
    await pair.here.write(gdpr.erase, leila)
    await pair.wire.settle()
    assert await seated(pair, shift_id) == 0
    row = await asked(pair, leila)
    assert (row.state, row.name) == ("left", "")


async def test_bounds_of_what_one_commune_may_hold(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "MOST_LIVE_OF_A_PEER", 1)
    mission_id, shift_id, neighbour_id = await pair.mission()
    slot = pair.slot(mission_id, shift_id)
    people = [await pair.here.write(person, f"Habitant{number}") for number in range(2)]
    for who in people:
        await pair.here.write(elsewhere.ask, who, neighbour_id, slot, "Leïla")
    await pair.wire.settle()
    states = sorted([(row.state, row.reason) for row in [await asked(pair, who) for who in people]])
    assert states == [("refused", "too-many"), ("registered", "")]
    assert await seated(pair, shift_id) == 1


async def test_two_events_never_share_a_reference_and_two_slots_of_one_do(pair: Pair) -> None:
    slots = (shift_at(SATURDAY), shift_at(SATURDAY + timedelta(days=1)))
    mission_id, shift_ids = await pair.there.write(published, pair.town, draft_with(shifts=slots))
    note = federation.note_from(wire_missions.parse_mission(await pair.there.read(federation.event_of, mission_id)))
    await pair.here.write(neighbours.receive, pair.there.host, pair.there.name, note)
    query = select(Neighbour.id).where(Neighbour.uri == note.uri)
    neighbour_id = await pair.here.read(lambda unit: unit.session.scalars(query).one())
    other_id, other_shift, other_neighbour = await pair.mission()
    leila = await pair.here.write(person, "Leïla")
    for shift_id in shift_ids:
        await pair.here.write(elsewhere.ask, leila, neighbour_id, pair.slot(mission_id, shift_id), "Leïla")
    await pair.here.write(elsewhere.ask, leila, other_neighbour, pair.slot(other_id, other_shift), "Leïla")
    await pair.wire.settle()

    def read(unit: Unit) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for guest in unit.session.scalars(select(Guest)):
            found.setdefault(guest.object_uri, set()).add(guest.participant)
        assert unit.session.execute(select(func.count()).select_from(Signup)).scalar_one() == 3
        return found

    one, other = (await pair.there.read(read)).values()
    assert len(one) == len(other) == 1
    assert one != other
