"""Rows read a moment ago, kept in memory in front of the database, for paths that ask the same at every request.

Whoever changes such a row says `unit.wake(topic)`, and after the commit nothing old is left in this process. Another
process on the same PostgreSQL hears nothing of it: there the old answer holds for `good_for_s` at most.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most` answers, each for `good_for_s` seconds. Values must be frozen. Any thread may call `clear`."""

    def __init__(self, *, good_for_s: float, most: int) -> None:
        self._good_for_s, self._most = good_for_s, most
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = 0
        self._reading: dict[K, tuple[int, asyncio.Task[V]]] = {}

    async def get(
        self, key: K, read: Callable[[], Awaitable[V]], *, keep: Callable[[V], bool] = lambda value: True
    ) -> V:
        """The answer kept for `key`, else what `read()` gives, kept if `keep` says so. An answer that was being read
        while somebody cleared is given but not kept: it may be older than the change."""
        now = time.monotonic()
        found = self._kept.get(key)
        if found is not None and found[1] > now:
            return found[0]
        return await asyncio.shield(self._read(key, read, keep, now))

    def _read(self, key: K, read: Callable[[], Awaitable[V]], keep: Callable[[V], bool], now: float) -> asyncio.Task[V]:
        """Who asks for the same while it is being read, and nobody cleared, waits for the same answer."""
        turn, under_way = self._turn, self._reading.get(key)
        if under_way is not None and under_way[0] == turn and under_way[1].get_loop() is asyncio.get_running_loop():
            return under_way[1]

        async def fetch() -> V:
            try:
                value = await read()
            finally:
                if self._reading.get(key, (0, None))[1] is asyncio.current_task():
                    del self._reading[key]
            with self._lock:
                if turn == self._turn and keep(value):
                    self._put(key, value, now)
            return value

        task = asyncio.get_running_loop().create_task(fetch())
        self._reading[key] = (turn, task)
        return task

    def put(self, key: K, value: V) -> None:
        """What `key` is from now on, after the commit that made it so."""
        with self._lock:
            self._turn += 1  # what is being read now may be older
            self._put(key, value, time.monotonic())

    def fill(self, key: K, value: V) -> None:
        """What `key` was when somebody read it a moment ago; what is kept already is not older."""
        with self._lock:
            if key not in self._kept:
                self._put(key, value, time.monotonic())

    def _put(self, key: K, value: V, now: float) -> None:
        self._kept[key] = (value, now + self._good_for_s)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._turn += 1
            self._kept.clear()
