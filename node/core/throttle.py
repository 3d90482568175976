"""Limits that hold across processes and restarts: sign-in attempts, mails, card codes typed at a till."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from node.core.errors import DomainError
from node.core.models import Throttle
from node.core.unit import Unit


def count(unit: Unit, key: str, *, limit: int, window_s: int) -> None:
    """Count one try. Raises DomainError `core.too-many` (429) beyond `limit` tries in a window of `window_s` seconds.

    The caller decides in which transaction: one that is rolled back counts nothing, so where the failure itself is
    what must be counted, count first, in a unit of its own.
    """
    window = int(unit.now.timestamp()) // window_s
    row = unit.session.execute(select(Throttle).where(Throttle.key == key, Throttle.window == window)).scalar()
    if row is None:
        expires = unit.now + timedelta(seconds=2 * window_s)
        unit.session.add(Throttle(key=key, window=window, count=1, expires_at=expires))
        return
    if row.count >= limit:
        raise DomainError("core.too-many", status=429)
    row.count += 1


def forget_old(unit: Unit) -> None:
    """Drop windows that are over."""
    unit.session.execute(delete(Throttle).where(Throttle.expires_at < unit.now))
