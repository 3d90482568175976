"""Periodic work: bookings that are over, reminders, months to close. Each run goes on until nothing is left."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from node.core.border import HasBorder
from node.core.unit import Unit
from node.modules.rewards import bookings, notices, statements
from node.modules.rewards.models import Booking, Slot
from node.modules.rewards.settings import Settings

BATCH = 200
FRESH = timedelta(hours=2)
"""Whoever booked less than this before has just been written to."""


async def expire(node: HasBorder) -> None:
    while await node.write(bookings.expire):
        pass


async def close_months(node: HasBorder) -> None:
    while await node.write(statements.close_months):
        pass


def remind(unit: Unit) -> int:
    """Write once to people whose slot begins, or whose booking ends, within the hours set."""
    hours = unit.settings("rewards", Settings).reminder_hours
    if not hours:
        return 0
    query = select(Booking).where(Booking.state == "booked", Booking.reminded_at.is_(None), Booking.until > unit.now)
    query = query.where(Booking.created_at < unit.now - FRESH, Booking.until <= unit.now + timedelta(hours=hours + 48))
    done = 0
    for row in unit.session.scalars(query.order_by(Booking.until, Booking.id).limit(BATCH)):
        slot = unit.session.get(Slot, row.slot_id) if row.slot_id else None
        if (slot.starts_at if slot else row.until) <= unit.now + timedelta(hours=hours):
            row.reminded_at = unit.now
            notices.remind(unit, row, slot)
            done += 1
    return done
