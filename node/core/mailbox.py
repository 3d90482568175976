"""Answers from threads to one event loop, many at a time: a batch of commits wakes the loop once, not once each."""

from __future__ import annotations

import asyncio
import threading
import weakref
from concurrent.futures import Future
from typing import Any
from weakref import WeakKeyDictionary


class Mailbox:
    """The answers that wait for one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)  # the table below must not keep a loop alive
        self._lock = threading.Lock()
        self._done: list[tuple[Future[Any], asyncio.Future[Any]]] = []

    def answer(self, future: Future[Any]) -> asyncio.Future[Any]:
        """An awaitable with the future's outcome. Giving up on it leaves the future alone: what was asked is done."""
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: self._put(done, waiting))
        return waiting

    def _put(self, done: Future[Any], waiting: asyncio.Future[Any]) -> None:
        with self._lock:
            self._done.append((done, waiting))
            first = len(self._done) == 1
        loop = self._loop() if first else None
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            batch, self._done = self._done, []
        for done, waiting in batch:
            if waiting.done():
                continue
            error = done.exception()
            if error is not None:
                waiting.set_exception(error)
            else:
                waiting.set_result(done.result())


_mailboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, Mailbox] = WeakKeyDictionary()


def mailbox() -> Mailbox:
    """The mailbox of the running loop."""
    loop = asyncio.get_running_loop()
    found = _mailboxes.get(loop)
    if found is None:
        found = _mailboxes[loop] = Mailbox(loop)
    return found
