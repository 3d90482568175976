"""Hearing from a host is proof that it lives: its breaker closes and what waits for it is due at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from federation import breaker
from federation.hosts import heard
from federation.ports import HostMemory, OutboxStore

_QUIET = timedelta(minutes=1)


async def note_heard(host: str, skew: timedelta, now: datetime, memory: HostMemory, outbox: OutboxStore | None) -> None:
    """Record a verified message from `host`; at most one write a minute while nothing is wrong with it."""
    state = await memory.load(host)
    troubled = state.breaker != breaker.CLOSED or state.last_error is not None
    if not troubled and state.last_heard is not None and now - state.last_heard < _QUIET:
        return
    await memory.update(host, lambda known: heard(known, now, skew))
    if troubled and outbox is not None:
        await outbox.host_heard(host, now=now)
