"""A refund as the honouring commune asks for it (specs/honour.md §8.7): ASKED → DONE | FAILED, asked for ever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.honouring import HonouringPayment, wait_before
from protocols.honour.log import Entry
from protocols.honour.tables import HonouringState

RefundState = Literal["ASKED", "DONE", "FAILED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HonouringRefund:
    """``message`` is sent until it is answered. ``entry`` when done, ``code`` when refused."""

    message: m.Refund
    state: RefundState = "ASKED"
    attempts: int = 1
    next_attempt_at: datetime | None = None
    entry: Entry | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class RefundStep:
    """``posted`` is the entry to book (take ``entry.price`` back from the partner), once."""

    state: HonouringRefund
    message: m.Refund | None
    next_attempt_at: datetime | None
    posted: Entry | None = None


def ask(payment: HonouringPayment, *, refund: str, price: int, now: datetime, fraction: float) -> RefundStep:
    """Ask for ``price`` (our tokens) back under a fresh id ``refund``. Only a posted payment can be refunded."""
    if payment.state is not HonouringState.POSTED:
        raise LocalProtocolError("only a posted payment can be refunded")
    if not 1 <= price <= payment.opening.price:
        raise LocalProtocolError("a refund gives back between one token and the whole price")
    envelope = m.envelope_of(payment.opening)
    envelope["created"] = now.replace(microsecond=0)
    message = m.Refund(**envelope, refund=refund, price=price)
    later = now + wait_before(1, fraction)
    return RefundStep(HonouringRefund(message=message, next_attempt_at=later), message, later)


def on_entry(state: HonouringRefund, entry: Entry) -> RefundStep:
    """Take a refund that came into the mirror by another way (a Pull) as the Refunded that it is (§8.3)."""
    envelope = m.envelope_of(state.message)
    envelope["sender"], envelope["recipient"] = state.message.recipient, state.message.sender
    return on_reply(state, m.Refunded(**envelope, refund=state.message.refund, entry=entry))


def on_timer(state: HonouringRefund, now: datetime, fraction: float) -> RefundStep:
    """Send again what is unanswered."""
    if state.next_attempt_at is None or now < state.next_attempt_at:
        return RefundStep(state, None, state.next_attempt_at)
    later = now + wait_before(state.attempts + 1, fraction)
    again = replace(state, attempts=state.attempts + 1, next_attempt_at=later)
    return RefundStep(again, again.message, later)


def on_reply(state: HonouringRefund, reply: m.PaymentMessage) -> RefundStep:
    """Refunded or Refused with this refund's id ends it; anything else changes nothing.

    Raises RemoteProtocolError for somebody else's answer or an entry that does not fit.
    """
    asked = state.message
    expected = (asked.payment, asked.recipient, asked.sender, asked.terms)
    if (reply.payment, reply.sender, reply.recipient, reply.terms) != expected:
        raise RemoteProtocolError("the reply is about another payment", status=400, code="bad-reply")
    if state.state != "ASKED":
        return RefundStep(state, None, None)
    if isinstance(reply, m.Refunded) and reply.refund == asked.refund:
        entry = reply.entry
        fits = (entry.kind, entry.payment, entry.subject, entry.price)
        if fits != ("refund", asked.payment, asked.refund, asked.price):
            raise RemoteProtocolError("the entry is about something else", status=422, code="bad-entry")
        return RefundStep(replace(state, state="DONE", next_attempt_at=None, entry=entry), None, None, entry)
    if isinstance(reply, m.Refused) and reply.refund == asked.refund:
        return RefundStep(replace(state, state="FAILED", next_attempt_at=None, code=reply.code), None, None)
    return RefundStep(state, None, state.next_attempt_at)
