"""Periodic work: reminders before a slot begins."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.missions import notices
from node.modules.missions.models import Mission, Shift, Signup
from node.modules.missions.settings import Settings

BATCH = 200
FRESH = timedelta(hours=2)
"""Whoever signed up less than this before has just been written to."""


def remind(unit: Unit) -> int:
    """Write to people whose slot begins within the hours set, once each; the next run takes what is left over."""
    hours = unit.settings("missions", Settings).reminder_hours
    if not hours:
        return 0
    query = (
        select(Signup, Shift, Mission)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Mission, Mission.id == Shift.mission_id)
        .where(
            Signup.state == "registered",
            Signup.reminded_at.is_(None),
            Signup.at < unit.now - FRESH,
            Shift.cancelled_at.is_(None),
            Shift.starts_at > unit.now,
            Shift.starts_at <= unit.now + timedelta(hours=hours),
            Mission.state.in_(("published", "withdrawn")),
        )
        .order_by(Shift.starts_at, Signup.id)
        .limit(BATCH)
    )
    rows = unit.session.execute(query).all()
    for signup, shift, mission in rows:
        signup.reminded_at = unit.now
        notices.remind(unit, mission, shift, signup.account_id)
    return len(rows)
