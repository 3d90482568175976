"""Periodic work: reminders before an event begins, and telling followers of the dates of series as they come near."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.events import notices, service
from node.modules.events.models import Event, Registration
from node.modules.events.settings import Settings

BATCH = 200
ANNOUNCED_AT_ONCE = 50
FRESH = timedelta(hours=2)
"""Whoever registered less than this before has just been written to."""


def remind(unit: Unit) -> int:
    """Write to people whose event begins within the hours set, once each; the next run takes what is left over."""
    hours = unit.settings("events", Settings).reminder_hours
    if not hours:
        return 0
    query = (
        select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.state == "registered",
            Registration.reminded_at.is_(None),
            Registration.at < unit.now - FRESH,
            Event.starts_at > unit.now,
            Event.starts_at <= unit.now + timedelta(hours=hours),
            Event.state.in_(("published", "withdrawn")),
        )
        .order_by(Event.starts_at, Registration.id)
        .limit(BATCH)
    )
    rows = unit.session.execute(query).all()
    for row, event in rows:
        row.reminded_at = unit.now
        notices.remind(unit, event, row.account_id)
    return len(rows)


def announce(unit: Unit) -> int:
    """Dates of series that have come near, a few at once."""
    return service.announce(unit, ANNOUNCED_AT_ONCE)
