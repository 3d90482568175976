"""A circuit breaker per host: after 5 failures in 10 minutes it stays quiet for 30, then sends one probe.

Pure: a state and a time in, a state out, so that it can be stored anywhere and tested without waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES = 5
WINDOW = timedelta(minutes=10)
QUIET = timedelta(minutes=30)
PROBE_LASTS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Recent failures (at most `FAILURES`, oldest first) and, while open, when the next probe may go."""

    failures: tuple[datetime, ...] = ()
    closed_until_probe: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether only probes pass."""
        return self.closed_until_probe is not None


CLOSED = Breaker()


def wait_until(breaker: Breaker, now: datetime) -> datetime | None:
    """None when a request may go now, else the earliest time for the next one."""
    until = breaker.closed_until_probe
    return until if until is not None and now < until else None


def probing(breaker: Breaker, now: datetime) -> Breaker:
    """The state while the probe is under way: nobody else probes for a minute."""
    return Breaker(breaker.failures, now + PROBE_LASTS) if breaker.is_open else breaker


def after_failure(breaker: Breaker, now: datetime) -> Breaker:
    """One failure more; opens on the fifth within ten minutes, and again after each failed probe."""
    recent = tuple(moment for moment in breaker.failures if now - moment < WINDOW)
    failures = (*recent, now)[-FAILURES:]
    opens = breaker.is_open or len(failures) >= FAILURES
    return Breaker(failures, now + QUIET if opens else None)


def after_success(breaker: Breaker) -> Breaker:
    """An answer, or a message heard from the host: everything is forgiven."""
    return CLOSED
