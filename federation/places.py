"""How many deliveries one process has under way: few that are answered at once, more that keep us waiting.

A peer that hangs would hold a place until its time is over, and a handful of them would hold up everybody else. So a
delivery that is not answered within a second moves to a waiting room and makes its place free for the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

QUICK = 32
SLOW = 128
SLOW_AFTER_S = 1.0


class Place:
    """One delivery's place, from before its row is claimed until its outcome is written down."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._is_slow = False
        self._timer = asyncio.get_running_loop().call_later(SLOW_AFTER_S, self._move)

    def _move(self) -> None:
        if self._places.slow < self._places.most_slow:
            self._is_slow = True
            self._places.slow += 1
            self._places.leave_quick()

    def leave(self) -> None:
        """The delivery is over."""
        self._timer.cancel()
        if self._is_slow:
            self._places.slow -= 1
        else:
            self._places.leave_quick()


class Places:
    """The places of a process, shared by the workers of all its nodes."""

    def __init__(self, quick: int = QUICK, slow: int = SLOW) -> None:
        self.most_quick, self.most_slow = quick, slow
        self.quick = self.slow = 0
        self._waiting: list[Callable[[], None]] = []

    @property
    def free(self) -> int:
        """How many more may start."""
        return self.most_quick - self.quick

    def take(self, most: int) -> list[Place]:
        """Up to `most` places; each must be left."""
        taken = [Place(self) for _ in range(max(0, min(most, self.free)))]
        self.quick += len(taken)
        return taken

    def when_free(self, call: Callable[[], None]) -> None:
        """Call once, as soon as a place is free again."""
        if call not in self._waiting:
            self._waiting.append(call)

    def leave_quick(self) -> None:
        """A quick place is free again: whoever waits is told."""
        self.quick -= 1
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()
