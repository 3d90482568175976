"""Small writes of the same kind that arrive together become one: one unit of work, a few statements, one commit.

The border already commits together what waits together; this saves each of them its own statements as well. While one
batch is being written the next gathers. A batch that fails as a whole (one of them brings out a bug) is repeated one
by one, so that the others do not suffer for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import structlog

from node.core.border import HasBorder
from node.core.unit import Unit

T = TypeVar("T")
R = TypeVar("R")
MOST_TOGETHER = 64
log = structlog.get_logger("node.together")


class Together(Generic[T, R]):
    """`write_all(unit, items)` does all of them, in their order, and returns one result for each."""

    def __init__(self, node: HasBorder, write_all: Callable[[Unit, Sequence[T]], Sequence[R]]) -> None:
        self._node, self._write_all = node, write_all
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, item: T) -> R:
        """Do one, durably. Who calls bounds how many wait. Once asked it is carried out, even if the caller goes."""
        return await self._put(item)

    def soon(self, item: T) -> None:
        """Do one with those that come next. Nobody waits for it: what goes wrong is logged, a crash may lose it."""
        self._put(item).add_done_callback(_log_failure)

    def _put(self, item: T) -> asyncio.Future[R]:
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
        return future

    async def _write_waiting(self) -> None:
        while self._waiting:
            size = min(MOST_TOGETHER, len(self._waiting))
            await self._write([self._waiting.popleft() for _ in range(size)])

    async def _write(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._node.write(self._write_all, [item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1:
                for each in batch:
                    await self._write([each])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():  # whoever asked may be gone
                future.set_result(result)


def _log_failure(written: asyncio.Future[Any]) -> None:
    if not written.cancelled() and (error := written.exception()) is not None:
        log.error("a write that nobody waited for failed", exc_info=error)
