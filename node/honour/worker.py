"""The worker that never gives up: what must still be said to neighbours is in rows, each sent until answered.

Claiming a row commits its next attempt before anything leaves, so a crash at any point means one more repetition, and
repetitions are harmless (§1.3). A second process finds the row not due; should an answer be slower than that, both send
the same words.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select

from federation.remote_actor import RemoteActor
from node.core.unit import Unit
from node.honour import books, choosing, honouring, parties, settling
from node.honour.models import HeadRow, PaymentRow, RefundRow, StatementRow
from node.honour.records import (
    following_of,
    paper_of,
    payment_of,
    refund_of,
    write_following,
    write_paper,
    write_payment,
    write_refund,
)
from node.neighbours.public import own_ids
from protocols.errors import RemoteProtocolError
from protocols.honour import following, refunding, settlement, wire
from protocols.honour import honouring as protocol
from protocols.honour import messages as m
from protocols.honour.terms import terms_hash
from protocols.types import JsonObject

Kind = Literal["payment", "refund", "log", "statement"]
ERROR_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Sending:
    """One message on its way: `body` is signed, `url` is the neighbour's endpoint."""

    kind: Kind
    id: str
    actor: RemoteActor
    url: str
    body: JsonObject

    @property
    def key(self) -> str:
        return f"{self.kind} {self.id}"


def claim(unit: Unit, busy: frozenset[str], limit: int) -> tuple[Sending, ...]:
    """What is due now, at most `limit`, without what is on its way (`busy`); its next attempt is set."""
    found: list[Sending] = []
    for kind, table, step in _SOURCES:
        left = limit - len(found)
        if left <= 0:
            break
        key = _key(table)
        mine = [one.partition(" ")[2] for one in busy if one.startswith(kind + " ")]
        due = select(table).where(table.next_attempt_at <= unit.now, key.not_in(mine))
        due = due.order_by(table.next_attempt_at).limit(left).with_for_update(skip_locked=True)
        for row in unit.session.execute(due).scalars().all():
            sending = step(unit, row)
            if sending is not None:
                found.append(sending)
    return tuple(found)


def next_due(unit: Unit, busy: frozenset[str]) -> datetime | None:
    """When there will be something to claim; None when nothing waits."""
    moments: list[datetime] = []
    for kind, table, _ in _SOURCES:
        mine = [one.partition(" ")[2] for one in busy if one.startswith(kind + " ")]
        query = select(func.min(table.next_attempt_at)).where(_key(table).not_in(mine))
        if (moment := unit.session.execute(query).scalar()) is not None:
            moments.append(moment)
    return min(moments) if moments else None


def apply(unit: Unit, kind: Kind, row_id: str, answer: JsonObject, asked: JsonObject) -> None:
    """The neighbour's signed answer to what was `asked` for a row. Raises RemoteProtocolError if it does not fit."""
    if wire.from_json(answer).recipient not in own_ids(unit):
        raise RemoteProtocolError("the answer is for another node", status=400, code="bad-reply")
    match kind:
        case "payment":
            honouring.heard_reply(unit, row_id, answer)
        case "refund":
            honouring.heard_refund_reply(unit, row_id, answer)
        case "log":
            _heard_log(unit, row_id, answer, asked)
        case "statement":
            settling.heard_answer(unit, row_id, answer)


def note_error(unit: Unit, kind: Kind, row_id: str, error: str) -> None:
    """Why there was no answer, for the people who wait."""
    row: Any = unit.session.get(_TABLES[kind], row_id)
    if row is not None:
        row.last_error = error[:ERROR_LENGTH]


def acknowledge(unit: Unit) -> None:
    """Countersign the heads of mirrors that have grown: the worker sends an AckHead for each. Ask for settlements that
    are still missing."""
    settling.await_settlements(unit)
    query = select(HeadRow).where(HeadRow.ours.is_(False), HeadRow.task == "", HeadRow.seq > HeadRow.acked_seq)
    for row in unit.session.execute(query).scalars():
        write_following(row, following.want_ack(following_of(row), unit.now))
        unit.wake("honour")


def _send_payment(unit: Unit, row: PaymentRow) -> Sending | None:
    found = choosing.by_hash(unit, row.terms)
    assert found is not None, "terms are kept as long as payments made under them"
    step = protocol.on_timer(payment_of(row), found[0], unit.now, random.random())  # noqa: S311 - jitter
    write_payment(row, step.state)
    return None if step.message is None else _sending(unit, "payment", row.id, row.peer_actor, step.message)


def _send_refund(unit: Unit, row: RefundRow) -> Sending | None:
    step = refunding.on_timer(refund_of(row), unit.now, random.random())  # noqa: S311 - jitter
    write_refund(row, step.state)
    return None if step.message is None else _sending(unit, "refund", row.id, step.message.recipient, step.message)


def _send_log(unit: Unit, row: HeadRow) -> Sending | None:
    terms = choosing.newest(unit, row.peer_actor)
    if terms is None:
        row.next_attempt_at = None
        return None
    root = books.root_at(unit, row, row.seq)
    assert root is not None
    fraction = random.random()  # noqa: S311 - jitter
    state, message = following.next_message(
        following_of(row), terms=terms_hash(terms), root=root, now=unit.now, fraction=fraction
    )
    write_following(row, state)
    return None if message is None else _sending(unit, "log", row.log, row.peer_actor, message)


def _send_statement(unit: Unit, row: StatementRow) -> Sending | None:
    actor = parties.remote_actor(unit, row.peer_actor)
    if row.outgoing is None or actor is None:
        row.next_attempt_at = None
        return None
    write_paper(row, settlement.on_timer(paper_of(row), unit.now, random.random()))  # noqa: S311 - jitter
    return Sending("statement", row.id, actor, parties.endpoint_of(actor), row.outgoing)


def _sending(unit: Unit, kind: Kind, row_id: str, peer_actor: str, message: m.Message) -> Sending | None:
    actor = parties.remote_actor(unit, peer_actor)
    if actor is None:
        return None
    return Sending(kind, row_id, actor, parties.endpoint_of(actor), parties.signed(unit, message))


def _heard_log(unit: Unit, log: str, answer: JsonObject, asked: JsonObject) -> None:
    """A page of the neighbour's log, or where it stands after our countersignature."""
    said = wire.from_json(answer)
    row = books.lock_head(unit, log)
    if row is None or not isinstance(said, m.Entries):
        raise RemoteProtocolError("not an answer about this log", status=400, code="bad-reply")
    question = wire.from_json(asked)
    if isinstance(question, m.AckHead):
        row.acked_at = unit.now
    honouring.follow_entries(unit, books.take_page(unit, row, question, said, answer).new)
    row.last_error = ""
    if row.next_attempt_at is not None:
        unit.wake("honour")


def _key(table: Any) -> Any:
    return table.log if table is HeadRow else table.id


_TABLES: dict[Kind, type[Any]] = {
    "payment": PaymentRow,
    "refund": RefundRow,
    "log": HeadRow,
    "statement": StatementRow,
}
_SOURCES: Sequence[tuple[Kind, Any, Callable[[Unit, Any], Sending | None]]] = (
    ("payment", PaymentRow, _send_payment),
    ("refund", RefundRow, _send_refund),
    ("log", HeadRow, _send_log),
    ("statement", StatementRow, _send_statement),
)
