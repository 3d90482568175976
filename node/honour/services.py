"""The living side: one worker per node that sends what is due and applies the answers, until the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import structlog

from node.core.database import is_postgres
from node.core.node import Node
from node.honour import worker
from node.honour.worker import Sending
from node.neighbours.services import federation_of
from protocols.errors import RemoteProtocolError

if TYPE_CHECKING:
    from node.app import Running

log = structlog.get_logger("node.honour")
SERVICE = "honour"
AT_ONCE = 32
"""Messages of one node on their way at the same time."""
AFTER_ERROR_S = 5.0
LONGEST_SLEEP_S = 60.0


class Honouring:
    """Sends for one node. Everything it must not forget is in rows; this object can be thrown away at any moment."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._wake = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._incoming = 0
        self.turn = asyncio.Semaphore(_writers(node))

    def wake(self) -> None:
        self._wake.set()

    @contextmanager
    def admit(self, most: int) -> Iterator[None]:
        """One incoming call more. Raises RemoteProtocolError (503) beyond `most` at once."""
        if self._incoming >= most:
            raise RemoteProtocolError("Too many calls at once", status=503, code="busy")
        self._incoming += 1
        try:
            yield
        finally:
            self._incoming -= 1

    async def run(self) -> None:
        """Claim and send for ever."""
        try:
            while True:
                self._wake.clear()
                room = AT_ONCE - len(self._under_way)
                claimed = await self._claim(room) if room else ()
                for sending in claimed:
                    task = asyncio.create_task(self._send(sending), name=f"honour {sending.key[:60]}")
                    self._under_way[sending.key] = task
                if len(claimed) < room or not room:
                    await self._sleep()
        finally:
            for task in tuple(self._under_way.values()):
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)
            self._under_way.clear()

    async def _claim(self, room: int) -> tuple[Sending, ...]:
        busy = frozenset(self._under_way)
        due = await self._node.read(worker.next_due, busy)
        if due is None or due > self._node.runtime.clock():
            return ()
        return await self._node.write(worker.claim, busy, room)

    async def _sleep(self) -> None:
        seconds = LONGEST_SLEEP_S
        if len(self._under_way) < AT_ONCE:
            due = await self._node.read(worker.next_due, frozenset(self._under_way))
            if due is not None:
                seconds = min(seconds, max(0.0, (due - self._node.runtime.clock()).total_seconds()))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _send(self, sending: Sending) -> None:
        try:
            await self.exchange(sending)
        except Exception:
            log.exception("answer not applied", node=self._node.code, about=sending.key)
        finally:
            del self._under_way[sending.key]
            self._wake.set()

    async def exchange(self, sending: Sending) -> None:
        """Send one message and apply its answer; without one, note why, and the row's next attempt stands."""
        try:
            answer = await federation_of(self._node).caller.call(sending.actor, sending.url, sending.body)
            async with self.turn:
                await self._node.write(worker.apply, sending.kind, sending.id, answer, sending.body)
        except RemoteProtocolError as error:
            log.info("no answer yet", node=self._node.code, about=sending.key, reason=str(error))
            await self._node.write(worker.note_error, sending.kind, sending.id, str(error))


def honouring_of(node: Node) -> Honouring:
    """The running worker of a node. Raises KeyError when the process does not serve it."""
    found = node.runtime.services[SERVICE][node.hostname]
    assert isinstance(found, Honouring)
    return found


def _writers(node: Node) -> int:
    """How many transactions of one node may want a log's head at the same time. SQLite queues and groups them; on
    PostgreSQL they would collide and be repeated, so one process sends one at a time."""
    return 1 if is_postgres(node.runtime.settings.database_url) else 256


@asynccontextmanager
async def run(running: Running) -> AsyncIterator[None]:
    """Run one worker per node of the process."""
    loop = asyncio.get_running_loop()
    found = {node.hostname: Honouring(node) for node in running.nodes}
    running.runtime.services[SERVICE] = found
    tasks = []
    for node in running.nodes:
        each = found[node.hostname]
        node.on_wake("honour", _waker(loop, each))
        tasks.append(loop.create_task(_keep_running(node, each), name=f"honour {node.code}"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        running.runtime.services.pop(SERVICE, None)


def _waker(loop: asyncio.AbstractEventLoop, each: Honouring) -> Callable[[], None]:
    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(each.wake)

    return wake


async def _keep_running(node: Node, each: Honouring) -> None:
    """An error of the database is logged and tried again, never the end of asking."""
    while True:
        try:
            await each.run()
        except Exception:
            log.exception("honouring stopped", node=node.code)
            await asyncio.sleep(AFTER_ERROR_S)
