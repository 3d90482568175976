"""Payments as the till and the day's sheet see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.modules.rewards import rules
from node.modules.rewards.models import Payment
from node.modules.rewards.settings import Settings
from node.organisations import public as organisations

DAY_LIMIT = 2000
PENDING, POSTED, FAILED, UNDONE = "pending", "posted", "failed", "undone"


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment as the till and the day's sheet show it. `words`: what it waits for, or why it failed (a key or a
    sentence's msgid). `entered_at`: when it was typed, if it then waited for the network."""

    id: str
    organisation_id: str
    organisation_name: str
    organisation_slug: str
    title: str
    price: int
    cls: str
    host: str
    first_name: str
    operator_id: str
    state: str
    reason: str
    words: str
    refunded: int
    booked: bool
    created_at: datetime
    entered_at: datetime | None
    day: date
    may_undo: bool
    may_refund: bool


def get(unit: Unit, viewer: Viewer, payment_id: str) -> PaymentShown:
    """A payment of a partner this person belongs to."""
    row = locked(unit, payment_id, lock=False)
    rules.require_operator(viewer, row.organisation_id)
    return shown(unit, row)


def of_day(unit: Unit, organisation_id: str, day: date) -> tuple[PaymentShown, ...]:
    """What was sent to a till's node on a day, the latest first."""
    query = select(Payment).where(Payment.organisation_id == organisation_id, Payment.day == day)
    rows = unit.session.scalars(query.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(DAY_LIMIT)).all()
    return _all_shown(unit, rows)


def was_refused_here(reason: str) -> bool:
    """Whether a reason is one of our own keys (`rewards.short`) rather than a neighbour's short code."""
    return "." in reason


def locked(unit: Unit, payment_id: str, *, lock: bool = True) -> Payment:
    """Raises NotFound `rewards.payment-unknown`."""
    row = unit.session.get(Payment, payment_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("rewards.payment-unknown")
    return row


def shown(unit: Unit, row: Payment) -> PaymentShown:
    return _all_shown(unit, [row])[0]


def _all_shown(unit: Unit, rows: Sequence[Payment]) -> tuple[PaymentShown, ...]:
    known = organisations.of_ids(unit, {row.organisation_id for row in rows})
    settings = unit.settings("rewards", Settings)
    return tuple(_one(unit, row, known[row.organisation_id], settings) for row in rows)


def _one(unit: Unit, row: Payment, partner: organisations.Organisation, settings: Settings) -> PaymentShown:
    asked_neighbour = row.host and row.state in (PENDING, FAILED) and not was_refused_here(row.reason)
    words = honour.payment(unit, row.id).words if asked_neighbour else ""
    may_undo = rules.may_undo(row.state, row.created_at, unit.now, settings.undo_minutes) and row.undone_at is None
    recent = unit.now - row.created_at <= timedelta(days=settings.refund_days)
    return PaymentShown(
        id=row.id,
        organisation_id=row.organisation_id,
        organisation_name=partner.name,
        organisation_slug=partner.slug,
        title=row.title,
        price=row.price,
        cls=row.cls,
        host=row.host,
        first_name=row.first_name,
        operator_id=row.operator_id,
        state=row.state,
        reason=row.reason,
        words=words,
        refunded=row.refunded,
        booked=row.booking_id is not None,
        created_at=row.created_at,
        entered_at=row.entered_at,
        day=row.day,
        may_undo=may_undo,
        may_refund=row.state == POSTED and row.refunded < row.price and recent,
    )
