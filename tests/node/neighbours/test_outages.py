"""A neighbour that is down, a node that is killed: everything arrives, once, in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from node.core.clock import utc_now
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import outbox
from node.neighbours.models import DeliveryRow, Destination
from node.neighbours.queues import refresh_hosts
from node.serving import serving
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import free_port, local_address, served, until
from tests.modules.missions.people import draft_with, published, shift_at, town
from tests.node.neighbours.communes import follow, foreign, outcomes, post, quiet, shows, titles, wake
from tests.node.neighbours.conftest import LOCAL


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


async def attempts(node: Node) -> int:
    query = select(func.max(DeliveryRow.attempts)).where(DeliveryRow.state == "pending")
    return await node.read(lambda unit: unit.session.scalar(query)) or 0


async def test_a_neighbour_that_is_down_gets_everything_once_when_it_is_back(
    apart: tuple[Node, Node], clock: TestClock
) -> None:
    castanet, ramonville = apart
    async with served([castanet]):
        async with served([ramonville]):
            await follow(ramonville, castanet)
            await quiet(castanet, ramonville)
        mission = await post(castanet, "Première")
        await mission.change(title="Première, changée")
        await post(castanet, "Seconde", mission.town)
        await until(lambda: attempts(castanet))
        waiting = await castanet.read(outbox.backlog, ramonville.host)
        assert waiting.pending == 3
        due = await castanet.read(outbox.next_due)
        assert due is not None
        assert due > clock(), "only the first of the row is due, and not at once"
        for _ in range(3):
            clock.forward(hours=1)
            before = await attempts(castanet)
            wake(castanet)
            await until(partial(_more_than, castanet, before))
        async with served([ramonville]):
            clock.forward(hours=13)
            wake(castanet)
            await shows(ramonville, "Première, changée", "Seconde")
            await quiet(castanet)
        assert [kind for kind, _ in await outcomes(ramonville)] == ["Accept", "Create", "Update", "Create"]


async def _more_than(node: Node, before: int) -> bool:
    return await attempts(node) > before


async def test_hearing_from_it_is_enough_to_try_again(apart: tuple[Node, Node], clock: TestClock) -> None:
    castanet, ramonville = apart
    async with served([castanet]):
        async with served([ramonville]):
            await follow(ramonville, castanet)
            await follow(castanet, ramonville)
            await quiet(castanet, ramonville)
        await post(castanet)
        await until(lambda: attempts(castanet))
        clock.forward(seconds=5)
        async with served([ramonville]):
            await post(ramonville, "De là-bas")
            await shows(castanet, "De là-bas")
            await shows(ramonville, "Planter la haie")


async def test_a_message_committed_while_nobody_serves_goes_out_at_the_next_start(apart: tuple[Node, Node]) -> None:
    castanet, ramonville = apart
    async with served([ramonville]):
        async with served([castanet]):
            await follow(ramonville, castanet)
        await post(castanet)
        assert await foreign(ramonville) == []
        async with served([castanet]):
            await shows(ramonville, "Planter la haie")


@asynccontextmanager
async def process(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real `ygor serve` on the folder, killed at the end if it still runs."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("YGOR_")},
        "YGOR_FEDERATION_ALLOW_PRIVATE": "1",
        "YGOR_LOG_LEVEL": "error",
    }
    command = [str(Path(sys.executable).with_name("ygor")), "serve", "--port", str(port), str(folder)]
    child = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGKILL)
        await child.wait()


class Mute:
    """Stands before a node: passes every request on, and swallows the answers while told to."""

    def __init__(self, behind: int) -> None:
        self.behind, self.swallows, self.swallowed = behind, False, asyncio.Event()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.behind)
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, to_writer), self._pass(to_reader, writer, answers=True))

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool = False) -> None:
        while data := await source.read(65536):
            if answers and self.swallows:
                self.swallowed.set()
                continue
            target.write(data)
            await target.drain()
        target.close()


@asynccontextmanager
async def behind(mute: Mute, port: int) -> AsyncIterator[None]:
    server = await asyncio.start_server(mute.connected, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


def end_leases(unit: Unit) -> None:
    """As if the 90 s of the dead worker's lease had passed."""
    unit.session.execute(update(DeliveryRow).where(DeliveryRow.lease.is_not(None)).values(leased_until=unit.now))
    ended = {"leased_until": unit.now, "due_at": unit.now}
    unit.session.execute(update(Destination).where(Destination.lease.is_not(None)).values(ended))
    refresh_hosts(unit, unit.session.scalars(select(Destination.host)).all())


async def test_killed_in_the_middle_of_a_delivery_it_arrives_once_after_the_restart(tmp_path: Path) -> None:
    """Castanet is a process of its own. Ramonville has taken its mission in, but before Castanet hears so it is killed:
    after the restart it sends again, and Ramonville knows it already."""
    one, other = (NodeFactory(tmp_path / name, LOCAL, utc_now) for name in ("one", "other"))
    front, back = free_port(), free_port()
    mute = Mute(back)
    try:
        castanet = one("Castanet-Tolosan", address=local_address("castanet", free_port()))
        ramonville = other("Ramonville", code="31446", address=local_address("ramonville", front))
        port = int(castanet.host.rpartition(":")[2])
        async with serving([ramonville], other.runtime, port=back), behind(mute, front):
            async with served([castanet]):
                await follow(ramonville, castanet)
                await quiet(castanet, ramonville)
            mute.swallows = True
            mission = await castanet.write(coming_mission)
            async with process(castanet.folder, port) as child:
                await asyncio.wait_for(mute.swallowed.wait(), 20)
                await shows(ramonville, mission)
                child.send_signal(signal.SIGKILL)
                assert await child.wait() == -signal.SIGKILL
            assert (await castanet.read(outbox.backlog, None)).pending == 1, "nobody has told Castanet"
            mute.swallows = False
            await castanet.write(end_leases)
            async with process(castanet.folder, port):
                await quiet(castanet)
        assert (await castanet.read(outbox.backlog, None)).dead == 0
        assert [kind for kind, _ in await outcomes(ramonville)] == ["Accept", "Create"]
        assert await titles(ramonville) == [mission]
    finally:
        one.close()
        other.close()


def coming_mission(unit: Unit) -> str:
    """A mission two days from the real now; returns its title."""
    start = unit.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    published(unit, town(unit), draft_with(title="Écrite avant la mort", shifts=(shift_at(start),)))
    return "Écrite avant la mort"
