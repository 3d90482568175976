"""Wishes and answers in any order, twice, or late: in the end both communes say the same, and no place is given twice
(specs/sharing.md §2.3, §3.1, §4.1)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from node.core.unit import Unit
from node.modules.missions import elsewhere, federation, neighbours, rules, service, signups
from node.modules.missions.models import Neighbour, Signup
from node.modules.missions.sharing import OFFERED
from node.neighbours.events import PeerMoved
from node.sharing import gdpr, hosting, requests
from node.sharing import public as sharing
from node.sharing.hosting import _addresses
from node.sharing.models import Guest, Request
from node.sharing.moves import follow_move
from protocols import missions as wire_missions
from protocols.joining import Wish
from tests.modules.missions.people import SATURDAY, draft_with, person, published, shift_at
from tests.node.sharing.communes import subjects
from tests.node.sharing.wire import Wired

PLACES = 2


async def seated(wired: Wired, shift_id: str) -> int:
    return await wired.there.read(signups.seated, shift_id)


async def asked(wired: Wired, account_id: str) -> Request:
    def read(unit: Unit) -> Request:
        row = unit.session.scalars(select(Request).where(Request.account_id == account_id)).one()
        unit.session.expunge(row)
        return row

    return await wired.here.read(read)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_order_both_sides_agree_in_the_end(wired: Wired, seed: int) -> None:
    await _in_any_order(wired, seed)


async def test_whatever_the_order_on_both_databases(wired_on_each: Wired) -> None:
    await _in_any_order(wired_on_each, 77)


async def _in_any_order(wired: Wired, seed: int) -> None:
    draw = random.Random(seed)
    mission_id, shift_id, neighbour_id = await wired.mission(shifts=(shift_at(SATURDAY, places=PLACES),))
    slot = wired.slot(mission_id, shift_id)
    ours = [await wired.here.write(person, f"Habitant{number}") for number in range(3)]
    theirs = [await wired.there.write(person, f"Local{number}") for number in range(2)]
    delivered: set[str] = set()

    async def ask() -> None:
        who = draw.choice(ours)
        await wired.here.write(elsewhere.ask, who, neighbour_id, slot, "Leïla")

    async def leave() -> None:
        who = draw.choice(ours)
        for one in await wired.here.read(sharing.mine, who):
            await wired.here.write(sharing.leave, who, one.id)

    async def locally() -> None:
        who = draw.choice(theirs)
        present = await wired.there.read(signups.find_signup, shift_id, who)
        if present is not None and present.state in rules.LIVE:
            await wired.there.write(signups.leave, who, shift_id)
        else:
            await wired.there.write(signups.sign_up, who, shift_id)

    async def deliver() -> None:
        """Some message, heard before or not, in any order."""
        sender = draw.choice(wired.wire.nodes)
        if said := await wired.wire.said(sender):
            activity = draw.choice(said)
            delivered.add(str(activity["id"]))
            await wired.wire.hand_over(sender, activity)

    async def repeat() -> None:
        wired.clock.forward(hours=7)
        await wired.here.write(requests.repeat)

    steps = [ask, ask, leave, locally, deliver, deliver, deliver, deliver]
    for number in range(26):
        await (repeat() if number == 13 else draw.choice(steps)())
        assert await seated(wired, shift_id) <= PLACES
    await wired.wire.settle()
    assert await seated(wired, shift_id) <= PLACES

    def truth(unit: Unit) -> dict[str, str]:
        found = {}
        for guest in unit.session.scalars(select(Guest)):
            standing = OFFERED.standing(unit, guest.id, *_addresses(unit, guest))
            state = standing.state if standing else None
            found[guest.participant] = guest.state if guest.state in {"left", "refused"} else str(state)
        return found

    def belief(unit: Unit) -> dict[str, str]:
        return {row.participant: row.state for row in unit.session.scalars(select(Request))}

    assert await wired.here.read(belief) == await wired.there.read(truth)
    assert await wired.there.read(_guests) == await wired.here.read(_requests)


def _guests(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).select_from(Guest)).scalar_one()


def _requests(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).select_from(Request)).scalar_one()


async def test_a_leave_that_overtakes_its_join_wins(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    one = await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.here.write(sharing.leave, leila, one.id)
    join, leave = await wired.wire.said(wired.here)
    assert (join["type"], leave["type"]) == ("Join", "Leave")
    assert await wired.wire.hand_over(wired.here, leave) == "left"
    assert await wired.wire.hand_over(wired.here, join) == "late: passed over"
    assert await seated(wired, shift_id) == 0


async def test_an_accept_after_the_leave_changes_nothing(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    one = await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    [join] = await wired.wire.said(wired.here)
    await wired.wire.hand_over(wired.here, join)
    await wired.here.write(sharing.leave, leila, one.id)
    [accept] = await wired.wire.said(wired.there)
    assert await wired.wire.hand_over(wired.there, accept) == "late: passed over"
    assert (await asked(wired, leila)).state == "leaving"
    await wired.wire.settle()
    assert (await asked(wired, leila)).state == "left"


async def test_a_join_repeated_with_a_new_id_has_the_same_answer(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission(shifts=(shift_at(SATURDAY, places=1),))
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    wired.clock.forward(hours=7)
    assert await wired.here.write(requests.repeat) == 1
    first, second = await wired.wire.said(wired.here)
    assert first["id"] != second["id"]
    assert await wired.wire.hand_over(wired.here, second) == "registered"
    assert await wired.wire.hand_over(wired.here, first) == "answered again"
    one, other = await wired.wire.said(wired.there)
    assert one["result"] == other["result"]
    assert await wired.wire.hand_over(wired.there, other) == "registered"
    assert await wired.wire.hand_over(wired.there, one) == "late: passed over"
    assert await seated(wired, shift_id) == 1


async def test_too_late_to_leave_and_a_slot_that_is_gone(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    slot = wired.slot(mission_id, shift_id)
    one = await wired.here.write(elsewhere.ask, leila, neighbour_id, slot, "Leïla")
    await wired.wire.settle()
    wired.clock.now = SATURDAY - timedelta(minutes=1)
    await wired.here.write(sharing.leave, leila, one.id)
    wired.clock.now = SATURDAY + timedelta(minutes=1)
    await wired.wire.settle()
    row = await asked(wired, leila)
    assert (row.state, row.reason) == ("registered", "begun")

    other_id, other_shift, other_neighbour = await wired.mission(shifts=(shift_at(SATURDAY + timedelta(days=1)),))
    marcel = await wired.here.write(person, "Marcel")

    def move(unit: Unit) -> None:
        mission = service.find(unit, other_id)
        draft = draft_with(shifts=(shift_at(SATURDAY + timedelta(days=2)),))
        service.edit(unit, wired.town.manager, other_id, mission.version, draft)

    await wired.there.write(move)
    slot = wired.slot(other_id, other_shift)
    await wired.here.write(elsewhere.ask, marcel, other_neighbour, slot, "Marcel")
    await wired.wire.settle()
    row = await asked(wired, marcel)
    assert (row.state, row.reason) == ("refused", "unknown")


async def test_who_goes_for_good_gives_the_places_back(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    exported = await wired.here.read(gdpr.export, leila)
    assert [one["name_shown"] for one in exported["participations"]] == ["Leïla"]
    await wired.here.write(gdpr.erase, leila)
    await wired.wire.settle()
    assert await seated(wired, shift_id) == 0
    row = await asked(wired, leila)
    assert (row.state, row.name) == ("left", "")


async def test_bounds_of_what_one_commune_may_hold(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "MOST_LIVE_OF_A_PEER", 1)
    mission_id, shift_id, neighbour_id = await wired.mission()
    slot = wired.slot(mission_id, shift_id)
    people = [await wired.here.write(person, f"Habitant{number}") for number in range(2)]
    for who in people:
        await wired.here.write(elsewhere.ask, who, neighbour_id, slot, "Leïla")
    await wired.wire.settle()
    states = sorted([(row.state, row.reason) for row in [await asked(wired, who) for who in people]])
    assert states == [("refused", "too-many"), ("registered", "")]
    assert await seated(wired, shift_id) == 1


async def test_two_events_never_share_a_reference_and_two_slots_of_one_do(wired: Wired) -> None:
    slots = (shift_at(SATURDAY), shift_at(SATURDAY + timedelta(days=1)))
    mission_id, shift_ids = await wired.there.write(published, wired.town, draft_with(shifts=slots))
    note = federation.note_from(wire_missions.parse_mission(await wired.there.read(federation.event_of, mission_id)))
    await wired.here.write(neighbours.receive, wired.there.host, wired.there.name, note)
    query = select(Neighbour.id).where(Neighbour.uri == note.uri)
    neighbour_id = await wired.here.read(lambda unit: unit.session.scalars(query).one())
    other_id, other_shift, other_neighbour = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    for shift_id in shift_ids:
        await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.here.write(elsewhere.ask, leila, other_neighbour, wired.slot(other_id, other_shift), "Leïla")
    await wired.wire.settle()

    def read(unit: Unit) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for guest in unit.session.scalars(select(Guest)):
            found.setdefault(guest.object_uri, set()).add(guest.participant)
        assert unit.session.execute(select(func.count()).select_from(Signup)).scalar_one() == 3
        return found

    one, other = (await wired.there.read(read)).values()
    assert len(one) == len(other) == 1
    assert one != other


async def test_reminded_once_on_the_eve(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    assert await wired.here.write(requests.remind) == 0, "it is days away"
    wired.clock.now = SATURDAY - timedelta(hours=20)
    assert [await wired.here.write(requests.remind) for _ in range(2)] == [1, 0]
    assert (await subjects(wired.here, leila))[-1] == "Rappel : Planter la haie du chemin des écoliers"


async def test_who_moved_to_another_address_keeps_the_place(wired: Wired) -> None:
    """The home commune moves: its guests keep their rows, and a Leave from the new address is understood."""
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    one = await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    former, new = f"{wired.here.base_url}/ap/actor/castanet-tolosan", "https://castanet.example/ap/actor/castanet"

    def move(unit: Unit) -> tuple[str, str]:
        follow_move(unit, PeerMoved(former, new, "castanet.example", "Castanet"))
        guest = unit.session.scalars(select(Guest)).one()
        wish = Wish(guest.object_uri, guest.participant, 1, guest.slot_uri)
        assert guest.key == hosting.key_of(new, wish)
        return guest.peer_actor, guest.state

    assert await wired.there.write(move) == (new, "registered")
    offering = f"{wired.there.base_url}/ap/actor/ramonville"

    def moved_there(unit: Unit) -> tuple[str, str]:
        follow_move(unit, PeerMoved(offering, "https://r.example/ap/actor/r", "r.example", "Ramonville"))
        row = unit.session.scalars(select(Request)).one()
        return row.object_uri, row.slot_uri

    assert await wired.here.write(moved_there) == (
        f"https://r.example/ap/missions/{mission_id}", f"https://r.example/ap/missions/{mission_id}#{shift_id}"
    )  # fmt: skip
    assert one.state == "asked"
