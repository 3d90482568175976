"""The offering side: places shared with its own people, strangers told no, the code shown on the day, bounds."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.missions import certifying, elsewhere, rules, signups
from node.modules.missions.models import Signup
from node.neighbours.models import Peer
from node.sharing import public as sharing
from node.sharing.hosting import NAMES_KEPT, forget_names
from node.sharing.models import Guest
from tests.modules.missions.people import SATURDAY, person, shift_at
from tests.node.sharing.wire import Wired


async def test_remote_joins_and_local_sign_ups_at_once_never_exceed_the_places(wired_on_each: Wired) -> None:
    wired = wired_on_each
    places, each = 4, 5
    mission_id, shift_id, neighbour_id = await wired.mission(shifts=(shift_at(SATURDAY, places=places),))
    slot = wired.slot(mission_id, shift_id)
    for number in range(each):
        who = await wired.here.write(person, f"Habitant{number}")
        await wired.here.write(elsewhere.ask, who, neighbour_id, slot, "Leïla")
    locals_ = [await wired.there.write(person, f"Local{number}") for number in range(each)]
    joins = await wired.wire.said(wired.here)
    remote = [wired.wire.hand_over(wired.here, join) for join in joins]
    local = [wired.there.write(signups.sign_up, who, shift_id) for who in locals_]
    await asyncio.gather(*[task for both in zip(remote, local, strict=True) for task in both])

    def states(unit: Unit) -> list[str]:
        return list(unit.session.scalars(select(Signup.state).where(Signup.shift_id == shift_id)))

    found = await wired.there.read(states)
    assert len(found) == 2 * each
    assert sum(state in rules.SEATED for state in found) == places
    assert found.count("waiting") == 2 * each - places


async def test_a_commune_that_we_do_not_follow_is_told_so(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()

    def stop(unit: Unit) -> None:
        row = unit.session.scalars(select(Peer)).one()
        row.we_follow = "no"

    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.there.write(stop)
    await wired.wire.settle()
    row = await wired.asked(leila)
    assert (row.state, row.reason) == ("refused", "not-neighbours")
    assert await wired.there.read(signups.seated, shift_id) == 0


async def test_an_ordinary_actors_join_is_refused_and_leaves_nothing(wired: Wired) -> None:
    """Mobilizon's: `Join` of an Event, without a participant."""
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    [join] = await wired.wire.said(wired.here)
    bare = {name: value for name, value in join.items() if name != "ygor:participation"}
    assert await wired.wire.hand_over(wired.here, bare) == "refused: not-a-node"
    [reject] = await wired.wire.said(wired.there)
    assert (reject["type"], reject["object"]) == ("Reject", join["id"])

    def kept(unit: Unit) -> int:
        return len(unit.session.scalars(select(Guest)).all())

    assert await wired.there.read(kept) == 0
    assert await wired.there.read(signups.seated, shift_id) == 0


async def test_what_is_not_ours_or_malformed_changes_nothing(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    [join] = await wired.wire.said(wired.here)
    base = wired.here.base_url
    said = join["ygor:participation"]
    assert isinstance(said, dict)
    broken = [
        {**said, "ygor:participant": "court"},
        {**said, "ygor:sequence": 0},
        {**said, "ygor:sequence": True},
        {**said, "name": ""},
        {**said, "name": "x" * 61},
        {**said, "ygor:code": "abc"},
        {**said, "ygor:slot": "https://ailleurs.example/x#y"},
        {**said, "ygor:slot": ["a"]},
        "texte",
    ]
    for number, one in enumerate(broken):
        forged = {**join, "id": f"{base}/ap/activities/f{number}", "ygor:participation": one}
        outcome = await wired.wire.hand_over(wired.here, forged)
        assert outcome.startswith("refused:"), one
    other = {**join, "id": f"{base}/ap/activities/other", "object": f"{wired.there.base_url}/ap/rien/1"}
    other["ygor:participation"] = {**said, "ygor:slot": f"{wired.there.base_url}/ap/rien/1#2"}
    assert await wired.wire.hand_over(wired.here, other) == "refused: unknown"
    assert await wired.there.read(signups.seated, shift_id) == 0


async def test_the_code_shown_on_the_day_certifies_the_guest_and_nobody_else(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    one = await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    wired.clock.now = SATURDAY
    shown = f"YGOR:{wired.there.host}:{one.grouped_code}"
    done = await wired.there.write(certifying.certify_card, wired.town.manager, shift_id, shown)
    assert (done.name, done.tokens, done.on_the_spot) == ("Leïla, de Castanet-Tolosan", 0, False)
    again = await wired.there.write(certifying.certify_card, wired.town.manager, shift_id, one.code)
    assert again.already
    await wired.wire.settle()
    assert (await wired.asked(leila)).state == "attended"
    later = await wired.here.write(sharing.leave, leila, one.id)
    assert later.state == "attended", "what was certified stays"


async def test_names_of_guests_are_forgotten_after_a_while(wired: Wired) -> None:
    mission_id, shift_id, neighbour_id = await wired.mission()
    leila = await wired.here.write(person, "Leïla")
    await wired.here.write(elsewhere.ask, leila, neighbour_id, wired.slot(mission_id, shift_id), "Leïla")
    await wired.wire.settle()
    wired.clock.now += NAMES_KEPT
    wired.clock.forward(days=1)
    await wired.there.write(forget_names)

    def names(unit: Unit) -> list[str]:
        return list(sharing.guest_names(unit, unit.session.scalars(select(Guest.id)).all()).values())

    assert await wired.there.read(names) == ["Quelqu’un, de Castanet-Tolosan"]
