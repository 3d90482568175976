"""What a person may take along of their bookings and payments, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from node.core.unit import Unit
from node.modules.rewards import bookings
from node.modules.rewards.models import Booking, Payment


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's bookings and payments, as JSON."""
    booked = unit.session.scalars(select(Booking).where(Booking.account_id == account_id).order_by(Booking.id))
    paid = unit.session.scalars(select(Payment).where(Payment.account_id == account_id).order_by(Payment.id))
    return {
        "bookings": [
            {"title": row.title, "price": row.price, "state": row.state, "at": row.created_at.isoformat()}
            for row in booked
        ],
        "payments": [
            {"title": row.title, "price": row.price, "state": row.state, "at": row.created_at.isoformat()}
            for row in paid
        ],
    }


def erase(unit: Unit, account_id: str) -> None:
    """Open bookings are given back; payments stay in the sums without the person."""
    mine = select(Booking).where(Booking.account_id == account_id)
    for row in unit.session.scalars(mine.order_by(Booking.id)).all():
        if row.state == "booked":
            bookings.end(unit, row, "cancelled", "resident")
        row.account_id = row.booked_by = ""
    unit.session.execute(update(Payment).where(Payment.account_id == account_id).values(account_id=None, first_name=""))
    unit.session.flush()
