"""Between the rows and the values of the protocol: every field has its column."""

from __future__ import annotations

from typing import cast

from node.honour.models import HeadRow, IssuedRow, PaymentRow, RefundRow, StatementRow
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.following import Following, Task
from protocols.honour.honouring import HonouringPayment
from protocols.honour.issuing import IssuerPayment, RefundDone
from protocols.honour.log import Entry, Head, Sums, entry_from_json, entry_json
from protocols.honour.refunding import HonouringRefund, RefundState
from protocols.honour.settlement import Paper, PaperState
from protocols.honour.tables import HonouringState, IssuerState
from protocols.types import JsonObject


def head_of(row: HeadRow) -> Head:
    return Head(row.log, row.seq, row.hash, Sums(**row.sums))


def following_of(row: HeadRow) -> Following:
    """A mirror and what is to be sent about it."""
    return Following(
        head=head_of(row),
        known_seq=row.known_seq,
        task=cast(Task, row.task),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        acked_seq=row.acked_seq,
    )


def write_following(row: HeadRow, state: Following) -> None:
    """What is to be sent; the head moves with its entries (`books`)."""
    row.task, row.attempts, row.next_attempt_at = state.task, state.attempts, state.next_attempt_at
    row.acked_seq, row.known_seq = state.acked_seq, state.known_seq


def issued_of(row: IssuedRow) -> IssuerPayment:
    return IssuerPayment(
        payment=row.payment,
        sender=row.sender,
        terms=row.terms,
        state=IssuerState(row.state),
        opened_on=row.opened_on,
        opening=row.opening,
        price=row.price,
        amount=row.amount,
        service=row.service,
        holder=row.holder,
        by_card=row.by_card,
        until=row.until,
        reason=row.reason,
        entry=_entry(row.entry),
        refunds=tuple(
            RefundDone(one["refund"], one["body_hash"], one["price"], one["amount"], entry_from_json(one["entry"]))
            for one in row.refunds
        ),
    )


def write_issued(row: IssuedRow, state: IssuerPayment) -> None:
    """Bring a row up to a new state."""
    row.sender, row.payment, row.terms, row.state = state.sender, state.payment, state.terms, str(state.state)
    row.opened_on, row.opening, row.price, row.amount = state.opened_on, state.opening, state.price, state.amount
    row.service, row.holder, row.by_card, row.until = state.service, state.holder, state.by_card, state.until
    row.reason, row.refunded_amount = state.reason, state.refunded_amount
    row.entry = None if state.entry is None else entry_json(state.entry)
    row.refunds = [
        {
            "refund": done.refund,
            "body_hash": done.body_hash,
            "price": done.price,
            "amount": done.amount,
            "entry": entry_json(done.entry),
        }
        for done in state.refunds
    ]


def payment_of(row: PaymentRow) -> HonouringPayment:
    return HonouringPayment(
        opening=cast("m.Reserve | m.Charge", wire.from_json(row.opening)),
        state=HonouringState(row.state),
        started_at=row.started_at,
        outgoing=None if row.outgoing is None else cast(m.PaymentMessage, wire.from_json(row.outgoing)),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        until=row.until,
        entry=_entry(row.entry),
        code=row.code,
        trouble=row.trouble,
        suspended=row.suspended,
    )


def write_payment(row: PaymentRow, state: HonouringPayment) -> None:
    """Bring a row up to a new state; what never changes (`opening`, who, what) is written when the row is made."""
    row.state, row.started_at, row.until = str(state.state), state.started_at, state.until
    row.outgoing = None if state.outgoing is None else wire.to_json(state.outgoing)
    row.attempts, row.next_attempt_at = state.attempts, state.next_attempt_at
    row.entry = None if state.entry is None else entry_json(state.entry)
    row.code, row.trouble, row.suspended = state.code, state.trouble, state.suspended


def refund_of(row: RefundRow) -> HonouringRefund:
    return HonouringRefund(
        message=cast(m.Refund, wire.from_json(row.message)),
        state=cast(RefundState, row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        entry=_entry(row.entry),
        code=row.code,
    )


def write_refund(row: RefundRow, state: HonouringRefund) -> None:
    row.state, row.attempts, row.next_attempt_at = state.state, state.attempts, state.next_attempt_at
    row.entry = None if state.entry is None else entry_json(state.entry)
    row.code = state.code


def paper_of(row: StatementRow) -> Paper:
    """A statement as we keep it; `outgoing` without its proof."""
    return Paper(
        statement=cast(m.Statement, wire.from_json(row.document)),
        document=row.document,
        state=cast(PaperState, row.state),
        ack=None if row.ack is None else cast(m.StatementAck, wire.from_json(row.ack)),
        outgoing=None if row.outgoing is None else wire.from_json(row.outgoing),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        settled_ours=row.settled_ours,
        settled_theirs=row.settled_theirs,
        code=row.code,
        reason=row.reason,
    )


def write_paper(row: StatementRow, paper: Paper) -> None:
    """Bring a row up to a new state; a new `outgoing` is signed by the caller (`settling`)."""
    row.document, row.state = paper.document, paper.state
    row.ack = None if paper.ack is None else wire.to_json(paper.ack)
    row.outgoing = None if paper.outgoing is None else row.outgoing
    row.attempts, row.next_attempt_at = paper.attempts, paper.next_attempt_at
    row.settled_ours, row.settled_theirs = paper.settled_ours, paper.settled_theirs
    row.code, row.reason = paper.code, paper.reason


def _entry(document: JsonObject | None) -> Entry | None:
    return None if document is None else entry_from_json(document)
