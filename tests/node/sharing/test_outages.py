"""A neighbour that does not answer, a node that is stopped between two messages: the story goes on where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from node.core.node import Node
from node.modules.profile import reading
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import free_port, local_address, served
from tests.modules.missions.people import SATURDAY
from tests.node.neighbours.communes import quiet, wake
from tests.node.neighbours.conftest import LOCAL
from tests.node.sharing.communes import guests, requests, shared, subjects


@pytest.fixture
async def apart(tmp_path: Path, clock: TestClock) -> AsyncIterator[tuple[Node, Node]]:
    """Castanet and Ramonville in processes of their own, as it were: two runtimes, two ports. Neither is served."""
    factories = [NodeFactory(tmp_path / name, LOCAL, clock) for name in ("one", "other")]
    try:
        castanet = factories[0]("Castanet-Tolosan", address=local_address("castanet", free_port()))
        yield castanet, factories[1]("Ramonville", code="31446", address=local_address("ramonville", free_port()))
    finally:
        for factory in factories:
            factory.close()


async def test_the_whole_story_with_each_side_stopped_in_turn(apart: tuple[Node, Node], clock: TestClock) -> None:
    here, there = apart
    async with served([here]), served([there]):
        world = await shared(here, there)
        await quiet(here, there)
    async with served([here]):  # the neighbour is down: the request waits
        assert (await world.ask()).state == "asked"
        clock.forward(minutes=3)
    assert [one.state for one in await requests(here)] == ["asked"]
    async with served([there]):  # home is down: nothing is lost
        assert await guests(there) == []
    async with served([here]), served([there]):
        clock.forward(hours=1)
        wake(here)
        await world.state("registered")
        await quiet(here, there)
    clock.now = SATURDAY + timedelta(minutes=5)
    async with served([there]):  # home is down while its resident is certified
        await world.certify()
        clock.forward(minutes=3)
    assert [one.state for one in await requests(here)] == ["registered"]
    async with served([here]), served([there]):
        clock.forward(hours=1)
        wake(there)
        await world.state("attended")
        await quiet(here, there)
    [action] = await here.read(reading.actions, world.leila)
    assert (action.title, action.commune) == ("Planter la haie du chemin des écoliers", "Ramonville")
    assert len(await guests(there)) == 1
    title = action.title
    assert await subjects(here, world.leila) == [f"Ramonville vous attend : {title}", f"Présence certifiée : {title}"]
