"""A resident of one commune signs up there for a mission of the next one (specs/sharing.md §3, §4)."""

from __future__ import annotations

from datetime import timedelta

from node.core.node import Node
from node.modules.missions import service, signups
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import SATURDAY, shift_at
from tests.node.neighbours.communes import outcomes, quiet
from tests.node.sharing.communes import guests, shared, subjects


async def test_asked_here_granted_there_left_again(pair: tuple[Node, Node]) -> None:
    here, there = pair
    world = await shared(here, there)
    asked = await world.ask()
    assert asked.state == "asked"
    granted = await world.state("registered")
    assert (granted.title, granted.organisation) == ("Planter la haie du chemin des écoliers", "Arbres et Paysages")
    assert await world.roll() == {"Leïla, de Castanet-Tolosan": "registered"}
    [guest] = await guests(there)
    assert (guest.name, guest.code) == ("Leïla", granted.code)
    assert (await world.leave(granted)).state == "leaving"
    await world.state("left")
    assert await world.roll() == {}
    [guest] = await guests(there)
    assert (guest.name, guest.code) == ("", ""), "who does not come is forgotten"
    again = await world.ask()
    assert again.id == asked.id
    await world.state("registered")
    assert len(await guests(there)) == 1
    await quiet(here, there)
    assert [line for line in await outcomes(here) + await outcomes(there) if line[1].startswith("refused")] == []


async def test_waiting_list_promotion_and_change_and_cancellation_are_told(
    pair: tuple[Node, Node],
) -> None:
    here, there = pair
    world = await shared(here, there, shifts=(shift_at(SATURDAY, places=2),))
    locals_ = await world.fill()
    await world.ask()
    await world.state("waiting")
    await there.write(signups.leave, locals_[0], world.shift_ids[0])
    await world.state("registered")
    later = SATURDAY + timedelta(hours=2)
    await world.change(shifts=(shift_at(later, places=2, id_=world.shift_ids[0]),))
    await quiet(here, there)
    assert (await world.mine()).starts_at == later
    await there.write(service.withdraw, world.town.manager, world.mission_id)
    await quiet(here, there)
    assert (await world.mine()).reason == "withdrawn"
    await there.write(service.cancel, world.town.manager, world.mission_id, "Trop de vent.")
    cancelled = await world.state("cancelled")
    assert cancelled.note == "Trop de vent."
    title = "Planter la haie du chemin des écoliers"
    assert await subjects(here, world.leila) == [
        f"Vous êtes sur la liste d’attente : {title}",
        f"Une place s’est libérée : {title}",
        f"Changement de date ou de lieu : {title}",
        f"Plus proposée, votre place reste : {title}",
        f"Annulé : {title}",
    ]


async def test_certified_there_lands_here_with_the_neighbours_proof(
    pair: tuple[Node, Node],
    clock: TestClock,
) -> None:
    here, there = pair
    world = await shared(here, there)
    await world.ask()
    await world.state("registered")
    clock.now = SATURDAY + timedelta(hours=1)
    await world.certify()
    done = await world.state("attended")
    assert done.settled
    assert (done.tokens, done.paid) == (0, False), "no terms, no tokens"
    assert await world.roll() == {"Leïla, de Castanet-Tolosan": "attended"}
