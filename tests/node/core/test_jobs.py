"""Jobs tick, survive one that fails and skip what is switched off; idle nodes hold no open file; closing waits."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.core import throttle
from node.core.config import ProcessSettings
from node.core.errors import DomainError
from node.core.jobs import Jobs
from node.core.models import Setting
from node.core.module import Job, Module
from node.core.node import Node, Runtime
from node.core.registry import Part, Registry, installed
from node.core.unit import Unit
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import until


def put(unit: Unit) -> None:
    unit.session.add(Setting(part="test", key=f"k{time.monotonic_ns()}", value=1))


def count(unit: Unit) -> int:
    return unit.session.query(Setting).count()


def fails(unit: Unit) -> None:
    put(unit)
    unit.session.flush()
    raise ValueError("planted")


async def also_fails(node: Node) -> None:
    raise DomainError("core.stale")


class PartWithJobs(Part):
    """A part whose jobs are the functions above."""

    def load(self, reference: str) -> object:
        own = {"jobs:put": put, "jobs:fails": fails, "jobs:also_fails": also_fails}
        return own.get(reference) or super().load(reference)


JOBS = tuple(Job(name, 0.05, f"jobs:{name}") for name in ("fails", "also_fails", "put"))


@pytest.fixture
def ticking() -> Registry:
    module = Module(name="ticking", title="Ticking", jobs=JOBS)
    return Registry([*(p for p in installed().parts if p.module.core), PartWithJobs("node.core", module)])


@pytest.fixture
def runtime(settings: ProcessSettings, clock: TestClock, ticking: Registry) -> Iterator[Runtime]:
    runtime = Runtime(settings=settings, registry=ticking, clock=clock)
    yield runtime
    runtime.close()


async def test_jobs_tick_over_every_node_and_survive_a_failure(node_factory: NodeFactory, runtime: Runtime) -> None:
    folders = [node_factory(name, modules=[]).folder for name in ("Castanet", "Ramonville", "Labege")]
    for folder in folders[:2]:
        text = (folder / "node.toml").read_text()
        (folder / "node.toml").write_text(text.replace("modules = []", 'modules = ["ticking"]'))
    nodes = [Node(folder, runtime) for folder in folders]
    jobs = Jobs(nodes)
    jobs.start()
    try:
        for _ in range(400):
            if min([await node.read(count) for node in nodes[:2]]) >= 2:
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail("the jobs did not tick")
    finally:
        await jobs.stop()
    await asyncio.sleep(0.2)
    stopped = await nodes[0].read(count)
    await asyncio.sleep(0.3)
    assert await nodes[0].read(count) == stopped
    assert await nodes[2].read(count) == 0
    for node in nodes:
        node.close()


async def test_old_throttles_are_forgotten(node: Node, clock: TestClock) -> None:
    await node.write(throttle.count, "door", limit=1, window_s=3600)
    with pytest.raises(DomainError) as refused:
        await node.write(throttle.count, "door", limit=1, window_s=3600)
    assert refused.value.status == 429
    clock.forward(hours=1)
    await node.write(throttle.count, "door", limit=1, window_s=3600)
    clock.forward(hours=3)
    await node.write(throttle.forget_old)
    await node.write(throttle.count, "door", limit=1, window_s=3600)


def open_files(folder: Path) -> set[str]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.add(target)
    return found


@pytest.fixture
def settings() -> ProcessSettings:
    return ProcessSettings()


async def test_an_idle_node_holds_no_open_file(node: Node) -> None:
    await node.write(put)
    assert await node.read(count) == 1
    assert open_files(node.folder)
    jobs = Jobs([node])

    async def released() -> bool:
        await jobs._release()  # it leaves alone what has not quite ended: the thread that answered us
        return open_files(node.folder) == set()

    await until(released)
    assert await node.read(count) == 1


async def test_release_leaves_a_busy_node_alone(node: Node) -> None:
    started, let_go = threading.Event(), threading.Event()

    def slow(unit: Unit) -> int:
        unit.session.execute(Setting.__table__.select()).all()
        started.set()
        let_go.wait(10)
        return count(unit)

    reading = asyncio.ensure_future(node.read(slow))
    await asyncio.to_thread(started.wait, 10)
    node.border.release()
    assert open_files(node.folder)
    let_go.set()
    assert await reading == 0


async def test_closing_waits_for_what_was_asked(node: Node) -> None:
    def slow(unit: Unit) -> None:
        time.sleep(0.2)
        put(unit)

    node.border.submit_write(slow)
    node.border.submit_write(put)
    await asyncio.to_thread(node.close)
    assert await node.read(count) == 2


async def test_a_cancelled_read_does_not_keep_a_node_from_closing(node: Node) -> None:
    let_go = threading.Event()
    waiting = [node.border.submit_read(lambda unit: let_go.wait(10)) for _ in range(node.runtime.settings.threads)]
    late = node.border.submit_read(count)
    assert late.cancel()
    let_go.set()
    async with asyncio.timeout(10):
        await asyncio.to_thread(node.close)
    assert all(future.done() for future in waiting)


async def test_a_caller_who_goes_away_stops_no_write(node: Node) -> None:
    def slow(unit: Unit) -> None:
        time.sleep(0.1)
        put(unit)

    writing = asyncio.ensure_future(node.write(slow))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await asyncio.to_thread(node.close)
    assert await node.read(count) == 1


async def test_a_call_after_the_commit_that_fails_undoes_nothing(node: Node) -> None:
    def work(unit: Unit) -> None:
        put(unit)
        unit.after_commit(lambda: 1 // 0)

    await asyncio.gather(*(node.write(work) for _ in range(3)))
    assert await node.read(count) == 3
