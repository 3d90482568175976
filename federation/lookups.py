"""How many incoming messages may wait for a host at once: a host that answers slowly holds up its own messages and
nobody else's, and all slow hosts together leave most of the inbox free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from federation.errors import PeerUnreachable
from protocols.origins import origin

MAX_WAITING_PER_HOST = 16
MAX_WAITING = 64
"""Half of `inbox.MAX_AT_ONCE`: whoever's key we have is never held up by whoever's we have not."""


class Lookups:
    """The places where a message being verified waits for an answer from elsewhere."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return self._waiting.total()

    @contextmanager
    def place(self, url: str, *, known: bool = False) -> Iterator[None]:
        """Wait for the host of `url`. Raises PeerUnreachable("busy") when too many do already.

        `known`: we have dealt with it before, so only its own places are counted, not those of all together.
        """
        host = origin(url).host
        if self._waiting[host] >= MAX_WAITING_PER_HOST or (not known and self.waiting >= MAX_WAITING):
            raise PeerUnreachable("Too many messages wait for this host", code="busy")
        self._waiting[host] += 1
        try:
            yield
        finally:
            self._waiting[host] -= 1
            if not self._waiting[host]:
                del self._waiting[host]
