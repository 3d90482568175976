"""The living side: one watcher per node that looks up what is due, until the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from node.core.node import Node
from node.groupings import refreshing

if TYPE_CHECKING:
    from node.app import Running

log = structlog.get_logger("node.groupings")
LONGEST_SLEEP_S = 300.0
AFTER_ERROR_S = 5.0


class Watcher:
    """Looks things up for one node, one after the other. All that it must not forget is in rows."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Look up what is due, for ever. An error of the database is logged and tried again."""
        while True:
            try:
                self._wake.clear()
                if not await refreshing.work_once(self._node):
                    await self._sleep()
            except Exception:
                log.exception("looking stopped", node=self._node.code)
                await asyncio.sleep(AFTER_ERROR_S)

    async def _sleep(self) -> None:
        due = await self._node.read(refreshing.next_due)
        seconds = LONGEST_SLEEP_S
        if due is not None:
            seconds = min(seconds, max(0.05, (due - self._node.runtime.clock()).total_seconds()))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass


@asynccontextmanager
async def run(running: Running) -> AsyncIterator[None]:
    """Run one watcher per node of the process."""
    loop = asyncio.get_running_loop()
    tasks = []
    for node in running.nodes:
        watcher = Watcher(node)
        node.on_wake("groupings", _waker(loop, watcher))
        tasks.append(loop.create_task(watcher.run(), name=f"groupings {node.code}"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _waker(loop: asyncio.AbstractEventLoop, watcher: Watcher) -> Callable[[], None]:
    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(watcher.wake)

    return wake
