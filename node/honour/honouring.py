"""The honouring side on the database: orders from the till, the issuer's word, what is to be sent again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.honour import books, choosing, consents, parties, settling
from node.honour.events import NeighbourPaymentFailed, NeighbourPaymentPosted, NeighbourPaymentRefunded
from node.honour.models import PaymentRow, RefundRow
from node.honour.records import payment_of, refund_of, write_payment, write_refund
from node.honour.showing import shown
from node.honour.values import PaymentShown
from node.ledger import public as ledger
from protocols import jcs
from protocols.errors import RemoteProtocolError
from protocols.honour import honouring, refunding, wire
from protocols.honour import messages as m
from protocols.honour.honouring import HonouringPayment, Step
from protocols.honour.log import Entry
from protocols.honour.terms import Terms, terms_hash
from protocols.types import JsonObject


def start_payment(
    unit: Unit,
    payment_id: str,
    peer_host: str,
    code: str,
    price: int,
    service: str,
    *,
    organisation_id: str,
    title: str,
    operator_id: str,
    till_id: str,
    first_name: str = "",
) -> PaymentShown:
    """See `public.start_payment`."""
    digest = jcs.digest([peer_host.lower(), "".join(code.split()), price, service, organisation_id]).hex()
    row = unit.session.get(PaymentRow, payment_id, with_for_update=True)
    if row is not None:
        if row.contents != digest:
            raise Conflict("honour.conflict")
        return shown(unit, row)
    terms = choosing.live_at_host(unit, peer_host, service)
    check_request(terms, price, service)
    own = parties.ours_in(unit, terms)
    issuer = terms.other(own.actor)
    opening = m.Charge(
        terms=terms_hash(terms),
        sender=own.actor,
        recipient=issuer.actor,
        created=unit.now.replace(microsecond=0),
        payment=payment_id,
        price=price,
        service=service,
        consent=consents.for_payment(unit, code, issuer, till_id),
    )
    try:
        wire.from_json(wire.to_json(opening))
    except RemoteProtocolError as error:
        raise Invalid("honour.payment-id") from error
    row = PaymentRow(id=payment_id, peer_actor=issuer.actor, peer_host=peer_host.lower(), terms=opening.terms)
    row.contents, row.opening, row.price, row.refunded = digest, wire.to_json(opening), price, 0
    row.service, row.organisation_id, row.title, row.operator_id = service, organisation_id, title[:200], operator_id
    row.till_id, row.first_name, row.created_at, row.last_error = till_id, first_name[:60], unit.now, ""
    started = honouring.start(honouring.draft(opening), unit.now, 0.0).state
    write_payment(row, _due_now(unit, started))
    unit.session.add(row)
    unit.session.flush()
    unit.wake("honour")
    return shown(unit, row)


def check_request(terms: Terms, price: int, service: str) -> None:
    """Raises Invalid `honour.price`, `honour.service` for what no commune could accept."""
    if not 1 <= price <= ledger.AMOUNT_LIMIT:
        raise Invalid("honour.price", field="price", limit=ledger.AMOUNT_LIMIT)
    if not terms.accepts(service):
        raise Invalid("honour.service", field="service")


def cancel_payment(unit: Unit, payment_id: str) -> PaymentShown:
    """See `public.cancel_payment`."""
    row = _locked(unit, payment_id)
    state = payment_of(row)
    if state.is_final:
        raise Conflict("honour.over")
    if row.state != "CANCELLING":
        cancelled = honouring.cancel(state, unit.now, 0.0).state
        write_payment(row, _due_now(unit, cancelled))
        unit.session.flush()
        unit.wake("honour")
    return shown(unit, row)


def refund_payment(unit: Unit, refund_id: str, payment_id: str, price: int) -> PaymentShown:
    """See `public.refund_payment`."""
    row = _locked(unit, payment_id)
    known = unit.session.get(RefundRow, refund_id)
    if known is not None:
        if (known.payment_id, known.price) != (payment_id, price):
            raise Conflict("honour.conflict")
        return shown(unit, row)
    state = payment_of(row)
    if row.state != "POSTED":
        raise Conflict("honour.not-posted")
    asked = select(func.coalesce(func.sum(RefundRow.price), 0)).where(
        RefundRow.payment_id == payment_id, RefundRow.state == "ASKED"
    )
    left = row.price - row.refunded - int(unit.session.execute(asked).scalar_one())
    if not 1 <= price <= left:
        raise Invalid("honour.refund-too-much", field="price", left=left)
    step = refunding.ask(state, refund=refund_id, price=price, now=unit.now, fraction=0.0)
    made = RefundRow(id=refund_id, payment_id=payment_id, price=price, created_at=unit.now, last_error="")
    made.message = wire.to_json(step.state.message)
    write_refund(made, replace(step.state, attempts=0, next_attempt_at=unit.now))
    unit.session.add(made)
    unit.session.flush()
    unit.wake("honour")
    return shown(unit, row)


def payment(unit: Unit, payment_id: str) -> PaymentShown:
    """See `public.payment`."""
    row = unit.session.get(PaymentRow, payment_id)
    if row is None:
        raise NotFound("honour.payment-unknown")
    return shown(unit, row)


def payments_of(unit: Unit, organisation_id: str, since: datetime) -> tuple[PaymentShown, ...]:
    """See `public.payments_of`."""
    query = select(PaymentRow).where(PaymentRow.organisation_id == organisation_id, PaymentRow.created_at >= since)
    rows = unit.session.execute(query.order_by(PaymentRow.created_at.desc(), PaymentRow.id.desc())).scalars()
    return tuple(shown(unit, row) for row in rows)


def heard_reply(unit: Unit, payment_id: str, document: JsonObject) -> None:
    """The issuer's word about a payment. Raises RemoteProtocolError for what is not its word about this one."""
    reply = _payment_message(document)
    head = books.lock_head(unit, books.their_log(unit, reply.sender))
    row = _locked(unit, payment_id)
    step = honouring.on_reply(payment_of(row), reply, _terms(unit, row), unit.now)
    _advance(unit, row, step)
    row.last_error = ""
    if isinstance(reply, m.Committed | m.State) and reply.entry is not None and head is not None:
        taken = books.take_in(unit, head, [reply.entry], document)
        follow_entries(unit, taken.new)


def heard_refund_reply(unit: Unit, refund_id: str, document: JsonObject) -> None:
    """The issuer's word about a refund."""
    reply = _payment_message(document)
    head = books.lock_head(unit, books.their_log(unit, reply.sender))
    row = unit.session.get(RefundRow, refund_id, with_for_update=True)
    if row is None:
        raise NotFound("honour.payment-unknown")
    _advance_refund(unit, row, refunding.on_reply(refund_of(row), reply))
    row.last_error = ""
    if isinstance(reply, m.Refunded) and head is not None:
        follow_entries(unit, books.take_in(unit, head, [reply.entry], document).new)


def follow_entries(unit: Unit, entries: Iterable[Entry]) -> None:
    """What new entries of the mirror say about our payments, whichever way they came (§8.3)."""
    for entry in entries:
        if entry.kind == "charge":
            _follow_charge(unit, entry)
        elif entry.kind == "refund":
            _follow_refund(unit, entry)
        else:
            settling.heard_settlement(unit, entry)


def _follow_charge(unit: Unit, entry: Entry) -> None:
    row = unit.session.get(PaymentRow, entry.payment, with_for_update=True)
    if row is None:
        return  # verified by `ygor check`: a charge nobody here asked for
    try:
        _advance(unit, row, honouring.on_entry(payment_of(row), entry, _terms(unit, row), unit.now))
    except RemoteProtocolError:
        row.trouble = "bad-entry"


def _follow_refund(unit: Unit, entry: Entry) -> None:
    row = unit.session.get(RefundRow, entry.subject, with_for_update=True)
    if row is None or row.state != "ASKED":
        return
    try:
        _advance_refund(unit, row, refunding.on_entry(refund_of(row), entry))
    except RemoteProtocolError:
        row.last_error = "the entry in the log does not fit this refund"


def _advance(unit: Unit, row: PaymentRow, step: Step) -> None:
    before = row.state
    write_payment(row, step.state)
    if row.state == before:
        return
    if row.state == "POSTED":
        row.ended_at = unit.now
        assert step.state.entry is not None
        amount = step.state.entry.amount
        unit.emit(
            NeighbourPaymentPosted(
                row.id, row.organisation_id, row.price, amount, row.peer_host, row.title, row.operator_id
            )
        )
    elif row.state == "FAILED":
        row.ended_at = unit.now
        reason = row.code or "other"
        unit.emit(
            NeighbourPaymentFailed(
                row.id, row.organisation_id, row.price, reason, row.peer_host, row.title, row.operator_id
            )
        )


def _advance_refund(unit: Unit, row: RefundRow, step: refunding.RefundStep) -> None:
    before = row.state
    write_refund(row, step.state)
    if before == row.state or row.state != "DONE":
        return
    paid = _locked(unit, row.payment_id)
    paid.refunded += row.price
    unit.emit(
        NeighbourPaymentRefunded(
            paid.id, row.id, paid.organisation_id, row.price, paid.peer_host, paid.title, paid.operator_id
        )
    )


def _payment_message(document: JsonObject) -> m.PaymentMessage:
    reply = wire.from_json(document)
    if not isinstance(reply, m.PaymentMessage):
        raise RemoteProtocolError("the answer is not about a payment", status=400, code="bad-reply")
    return reply


def _terms(unit: Unit, row: PaymentRow) -> Terms:
    found = choosing.by_hash(unit, row.terms)
    assert found is not None, "terms are kept as long as payments made under them"
    return found[0]


def _locked(unit: Unit, payment_id: str) -> PaymentRow:
    row = unit.session.get(PaymentRow, payment_id, with_for_update=True)
    if row is None:
        raise NotFound("honour.payment-unknown")
    return row


def _due_now(unit: Unit, state: HonouringPayment) -> HonouringPayment:
    """Nothing was sent yet: the worker's first attempt is the first."""
    return replace(state, attempts=0, next_attempt_at=unit.now)
