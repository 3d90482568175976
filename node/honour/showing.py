"""A payment at our tills in words that people can act on."""

from __future__ import annotations

from sqlalchemy import select

from node.core.unit import Unit
from node.honour import MODULE
from node.honour.models import PaymentRow, RefundRow
from node.honour.values import PaymentShown, PaymentState
from node.neighbours.public import peer
from protocols.honour.log import entry_from_json


def shown(unit: Unit, row: PaymentRow) -> PaymentShown:
    """The payment as others see it."""
    known = peer(unit, row.peer_actor)
    asked = select(RefundRow.id).where(RefundRow.payment_id == row.id, RefundRow.state == "ASKED").limit(1)
    state = _state(row)
    return PaymentShown(
        id=row.id,
        host=row.peer_host,
        commune=known.name if known else row.peer_host,
        state=state,
        reason=row.code if state == "failed" else None,
        words=_words(row, state),
        price=row.price,
        amount=entry_from_json(row.entry).amount if row.entry else None,
        refunded=row.refunded,
        service=row.service,
        title=row.title,
        organisation_id=row.organisation_id,
        operator_id=row.operator_id,
        till_id=row.till_id,
        first_name=row.first_name,
        cancelling=row.state == "CANCELLING",
        refunding=unit.session.execute(asked).first() is not None,
        trouble=row.trouble,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def words_of(code: str) -> str:
    """Why a neighbour refused, as a sentence (a msgid)."""
    return MODULE.errors.get(f"honour.why-{code}", MODULE.errors["honour.why-other"])


def _state(row: PaymentRow) -> PaymentState:
    if row.state == "POSTED":
        return "posted"
    if row.state == "FAILED":
        return "failed"
    return "suspended" if row.suspended else "pending"


def _words(row: PaymentRow, state: PaymentState) -> str:
    if state == "failed":
        return words_of(row.code or "other")
    if state == "posted":
        return MODULE.errors["honour.is-paid"]
    if state == "suspended":
        return MODULE.errors["honour.waits-long"]
    if row.state == "CANCELLING":
        return MODULE.errors["honour.waits-cancel"]
    return MODULE.errors["honour.waits-held" if row.state == "HELD" else "honour.waits"]
