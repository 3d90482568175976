"""When to try a delivery again: 30 s, doubled each time up to 12 h, spread by ±20 %, for 7 days."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=12)
GIVE_UP_AFTER = timedelta(days=7)
_SPREAD = 0.2


def delay(attempts: int, fraction: float) -> timedelta:
    """How long to wait after `attempts` failed attempts (≥ 1); `fraction` in [0, 1) is the drawn jitter.

    The spread keeps a thousand deliveries that failed together from coming back together.
    """
    assert attempts >= 1
    assert 0 <= fraction <= 1
    exponent = min(attempts - 1, 20)
    doubled: timedelta = FIRST * 2**exponent
    return min(doubled, LONGEST) * (1 - _SPREAD + 2 * _SPREAD * fraction)


def next_attempt(
    attempts: int, *, now: datetime, since: datetime, fraction: float, at_least: timedelta | None = None
) -> datetime | None:
    """The time of the next attempt, or None when the message has been on its way for 7 days (`since`: its making).

    `at_least` is what the peer asked for (Retry-After); it is honoured up to 12 hours.
    """
    if now - since >= GIVE_UP_AFTER:
        return None
    wait = delay(attempts, fraction)
    if at_least is not None:
        wait = max(wait, min(at_least, LONGEST))
    return now + wait
