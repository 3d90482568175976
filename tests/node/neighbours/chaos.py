"""A proxy that stands before a node and does to requests what a bad network and bad middle boxes do.

It drops (before the node saw the request, or after the node acted and before the sender hears of it), delays,
duplicates, and reorders: a copy of a request is kept and played again later, behind younger ones. It decides by a
seeded generator, so a run can be repeated.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

DROP_BEFORE, DROP_AFTER, DELAY, TWICE, LATER = 0.03, 0.03, 0.10, 0.05, 0.05
LONGEST_DELAY_S = 0.15
MOST_KEPT = 32


@dataclass
class Chaos:
    """The proxy before the port `behind`. `done` counts what it did."""

    behind: int
    seed: int = 1
    done: Counter[str] = field(default_factory=Counter)
    kept: deque[bytes] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def before(self, port: int) -> AsyncIterator[None]:
        """Listen on `port` while the test runs."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                continue
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection goes on."""
        request = await _message(reader)
        self.done["requests"] += 1
        if not request.startswith(b"POST"):
            writer.write(await self._ask(request))
            return True
        if self._happens("dropped before", DROP_BEFORE):
            return False
        if self._happens("delayed", DELAY):
            await asyncio.sleep(self._random.uniform(0, LONGEST_DELAY_S))
        if self._happens("twice", TWICE):
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._ask(request)
        if self._happens("kept for later", LATER):
            self.kept.append(request)
        answer = await self._ask(request)
        if self.kept and self._happens("played again", LATER):
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._ask(self.kept.popleft())
        if self._happens("dropped after", DROP_AFTER):
            return False
        writer.write(answer)
        await writer.drain()
        return True

    def _happens(self, what: str, chance: float) -> bool:
        happens = self._random.random() < chance
        self.done[what] += happens
        return happens

    async def _ask(self, request: bytes) -> bytes:
        """The node's whole answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.behind)
        try:
            writer.write(request)
            return await _message(reader)
        finally:
            writer.transport.abort()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Head and body of a request or an answer, by its Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + (await reader.readexactly(length) if length else b"")
