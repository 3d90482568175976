"""Through a proxy that drops, delays, duplicates and reorders, with processes killed on both sides: everything arrives,
and acts exactly once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from node.core.clock import utc_now
from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions.models import Neighbour
from node.neighbours import outbox
from node.neighbours.models import DeliveryRow, HeardActivity, OwnActivity
from node.neighbours.public import own_actor, publish_created
from node.serving import serving
from protocols import missions as wire
from protocols.vocabulary import PUBLIC
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.serving import free_port, local_address, served, until
from tests.node.neighbours.chaos import Chaos
from tests.node.neighbours.communes import follow, quiet
from tests.node.neighbours.conftest import LOCAL


@dataclass
class Town:
    """The sender, its readers behind the proxy, and where they listen."""

    sender: Node
    readers: Sequence[Node]
    chaos: Chaos
    front: int


@asynccontextmanager
async def process(folder: Path, port: int, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real `ygor serve`, in a hurry after failures; killed at the end if it still runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YGOR_")}
    environment = {**kept, "YGOR_FEDERATION_ALLOW_PRIVATE": "1", "YGOR_LOG_LEVEL": "error", **more}
    command = ["-m", "tests.node.neighbours.hurried", "serve", "--port", str(port), str(folder)]
    child = await asyncio.create_subprocess_exec(sys.executable, *command, env=environment)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGKILL)
        await child.wait()


@asynccontextmanager
async def town(place: Path, readers: int) -> AsyncIterator[Town]:
    """Readers that follow the sender; nobody is served when this is handed over."""
    one, other = (NodeFactory(place / name, LOCAL, utc_now) for name in ("one", "other"))
    front, back = free_port(), free_port()
    try:
        sender = one("Castanet-Tolosan", address=local_address("castanet", free_port()))
        names = [f"lecteur{number}" for number in range(readers)]
        nodes = [
            other(name, code=f"31{number:03}", address=local_address(name, front)) for number, name in enumerate(names)
        ]
        async with served([sender]), serving(nodes, other.runtime, port=front):
            for node in nodes:
                await follow(node, sender)
            await quiet(sender, *nodes)
        yield Town(sender, nodes, Chaos(back), front)
    finally:
        one.close()
        other.close()


def publish(unit: Unit, first: int, count: int) -> None:
    """Missions to come, as the federation of missions tells them."""
    start = unit.now.replace(microsecond=0) + timedelta(days=3)
    actor = own_actor(unit)
    for number in range(first, first + count):
        mission = wire.Mission(
            id=f"{unit.node.base_url}/ap/missions/{number}",
            attributed_to=actor,
            name=f"Mission {number}",
            start=start,
            end=start + timedelta(hours=2),
            tokens=2,
        )
        publish_created(unit, wire.build_mission(mission, to=(PUBLIC,), cc=(f"{actor}/followers",)))


def heard(unit: Unit) -> Counter[str]:
    """Activities taken in of the kind we count, by id."""
    query = select(HeardActivity.id).where(HeardActivity.type == "Create")
    return Counter(unit.session.scalars(query))


def shown(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).select_from(Neighbour)).scalar_one()


def told(unit: Unit) -> int:
    query = select(func.count()).where(DeliveryRow.state == "done")
    return unit.session.execute(query).scalar_one()


def sent(unit: Unit) -> set[str]:
    """Activities of ours that were to arrive everywhere."""
    return set(unit.session.scalars(select(OwnActivity.id).where(OwnActivity.public.is_(True))))


async def run(here: Town, missions: int, kills: Sequence[str], patience_s: float) -> None:
    """Publish, deliver while killing `sender` or `readers` when so much has arrived, and compare both sides."""
    port = int(here.sender.host.rpartition(":")[2])
    for first in range(0, missions, 100):
        await here.sender.write(publish, first, min(100, missions - first))
    deliveries = missions * len(here.readers)
    before = await here.sender.read(told)
    places = {"sender": (here.sender.folder, port), "readers": (here.readers[0].folder.parent, here.chaos.behind)}
    async with AsyncExitStack() as stack, here.chaos.before(here.front):
        children = {name: await stack.enter_async_context(process(*place)) for name, place in places.items()}
        for number, victim in enumerate(kills, start=1):
            enough = before + deliveries * number // (len(kills) + 1)

            async def arrived(enough: int = enough) -> bool:
                await asyncio.sleep(0.05)
                return await here.sender.read(told) >= enough

            await until(arrived, patience_s=patience_s)
            children[victim].send_signal(signal.SIGKILL)
            assert await children[victim].wait() == -signal.SIGKILL
            children[victim] = await stack.enter_async_context(process(*places[victim]))

        async def over() -> bool:
            await asyncio.sleep(0.1)
            return (await here.sender.read(outbox.backlog, None)).pending == 0

        await until(over, patience_s=patience_s)
    assert (await here.sender.read(outbox.backlog, None)).dead == 0
    said = await here.sender.read(sent)
    assert len(said) == missions
    for reader in here.readers:
        assert await reader.read(heard) == Counter(said), "each once, and none that was not said"
        assert await reader.read(shown) == missions


async def test_hundreds_of_deliveries_through_chaos_with_a_kill_act_once(tmp_path: Path) -> None:
    async with town(tmp_path, readers=4) as here:
        await run(here, missions=60, kills=["sender"], patience_s=60)
        assert min(here.chaos.done[what] for what in ("dropped before", "dropped after", "twice", "played again")) > 0


@pytest.mark.soak
async def test_ten_thousand_deliveries_through_chaos_with_three_kills_act_once(tmp_path: Path) -> None:
    async with town(tmp_path, readers=20) as here:
        await run(here, missions=500, kills=["sender", "readers", "sender"], patience_s=1500)
        print(dict(here.chaos.done))
