"""Giving tokens back: at the till within minutes, later by who manages the partner. Each refund has an id of its own.

What came back cannot exceed what was paid: the ledger and the neighbour's node count it, not this page.

Clauses: specs/spending.md §6.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.ledger import public as ledger
from node.modules.rewards import movements, notices, rules
from node.modules.rewards.models import Booking, Payment
from node.modules.rewards.payments import FAILED, PENDING, POSTED, UNDONE, PaymentShown, locked, shown
from node.modules.rewards.settings import Settings

REFUND = "refund-"


def undo(unit: Unit, viewer: Viewer, payment_id: str) -> PaymentShown:
    """Take a payment back at the till, within minutes; a refund with an id of its own."""
    row = locked(unit, payment_id)
    rules.require_operator(viewer, row.organisation_id)
    if row.state == UNDONE:
        return shown(unit, row)
    if (row.state, "undo") not in rules.PAYMENT_STATES:
        raise Conflict("rewards.undo-state")
    minutes = unit.settings("rewards", Settings).undo_minutes
    if not rules.may_undo(row.state, row.created_at, unit.now, minutes):
        raise Conflict("rewards.undo-late")
    if row.state == PENDING:
        honour.cancel_payment(unit, row.id)
        row.undone_at = unit.now
    else:
        _give_back(unit, row, REFUND + row.id, row.price - row.refunded, viewer.account_id)
        row.state, row.undone_at = UNDONE, unit.now
        _undo_booking(unit, row)
    unit.session.flush()
    return shown(unit, row)


def refund(unit: Unit, viewer: Viewer, payment_id: str, refund_id: str, amount: int, reason: str = "") -> PaymentShown:
    """Give back `amount` tokens of a payment, later than the till may. The same id and amount change nothing.

    Raises NotFound, Forbidden, Invalid, Conflict (`rewards.refund-taken`, `rewards.refund-late`,
    `rewards.refund-state`; `ledger.refund-too-much`, `honour.refund-too-much` with `left`).
    """
    row = locked(unit, payment_id)
    rules.require_refunder(viewer, row.organisation_id)
    if (known := movements.find(unit, refund_id)) is not None:
        if (known.payment_id, known.kind, known.amount) != (payment_id, "refund", amount):
            raise Conflict("rewards.refund-taken")
        return shown(unit, row)
    if row.state != POSTED:
        raise Conflict("rewards.refund-state")
    if unit.now - row.created_at > timedelta(days=unit.settings("rewards", Settings).refund_days):
        raise Conflict("rewards.refund-late")
    if not 1 <= amount <= row.price - row.refunded:
        raise Invalid("rewards.refund-too-much", field="amount", left=row.price - row.refunded)
    _give_back(unit, row, refund_id, amount, viewer.account_id)
    assert viewer.account_id is not None
    details = {"title": row.title, "amount": amount, "reason": reason[:300]}
    audit.record(unit, viewer.account_id, "rewards.refunded", row.organisation_id, **details)
    if row.account_id is not None:
        notices.refunded(unit, row.account_id, row.organisation_id, row.title, amount)
    unit.session.flush()
    return shown(unit, row)


def refund_slot(unit: Unit, slot_id: str, by: str | None) -> int:
    """Give back what was paid for a date that does not take place; under the ids that the till's own undo would use."""
    paid = select(Payment).where(Payment.slot_id == slot_id, Payment.state == POSTED)
    rows = unit.session.scalars(paid.order_by(Payment.account_id, Payment.id).with_for_update()).all()
    for row in rows:
        left = row.price - row.refunded
        _give_back(unit, row, REFUND + row.id, left, by)
        row.state, row.undone_at = UNDONE, unit.now
        if row.account_id is not None:
            notices.refunded(unit, row.account_id, row.organisation_id, row.title, left)
    return len(rows)


def _give_back(unit: Unit, row: Payment, refund_id: str, amount: int, by: str | None) -> None:
    """Ours come back at once, on the last day they had; a neighbour's when its node has answered."""
    if row.host:
        honour.refund_payment(unit, refund_id, row.id, amount)
    else:
        ledger.refund(unit, refund_id, row.id, amount)
        _note(unit, row, refund_id, amount, by)


def _note(unit: Unit, row: Payment, refund_id: str, amount: int, by: str | None) -> None:
    if movements.record(unit, row, "refund", amount, refund_id, by):
        row.refunded += amount
        if row.refunded >= row.price and row.state == POSTED:
            row.state, row.undone_at = UNDONE, unit.now


def _undo_booking(unit: Unit, row: Payment) -> None:
    booking = unit.session.get(Booking, row.booking_id, with_for_update=True) if row.booking_id else None
    if booking is not None:
        booking.state = rules.next_booking_state(booking.state, "undo")
        booking.ended_at, booking.ended_by = unit.now, "partner"


def settled(unit: Unit, payment_id: str, *, posted: bool, reason: str) -> None:
    """The neighbour's final word arrived; it wins even over our own cancel."""
    row = unit.session.get(Payment, payment_id, with_for_update=True)
    if row is None:
        return
    row.state = rules.PAYMENT_STATES.get((row.state, POSTED if posted else FAILED), row.state)
    row.reason = reason[:60]
    if posted:
        row.undone_at = None  # our cancel came too late: it can be asked again, as a refund
        movements.record(unit, row, "charge", row.price, row.id)


def given_back(unit: Unit, payment_id: str, refund_id: str, price: int) -> None:
    """The neighbour has given tokens back."""
    try:
        row = locked(unit, payment_id)
    except NotFound:
        return
    _note(unit, row, refund_id, price, None)
