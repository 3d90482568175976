"""What comes in at `/ygor/honour`: each message to whoever answers it, in one transaction, and the signed answer."""

from __future__ import annotations

from collections.abc import Collection

from federation.remote_actor import RemoteActor
from node.core.unit import Unit
from node.honour import books, choosing, issuing, parties, settling
from node.honour.models import HeadRow
from node.honour.records import head_of
from node.neighbours.public import heard_from, own_ids
from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.mirror import answer_pull, check_ack
from protocols.types import JsonObject


def take(unit: Unit, caller: RemoteActor, formerly: Collection[str], document: JsonObject) -> JsonObject:
    """Answer one message whose request signature and proof are the caller's; the answer is signed.

    `formerly`: the ids that the caller had before it moved; it goes on writing under that of our terms.

    Raises RemoteProtocolError with the status to answer; nothing was changed then.
    """
    message = wire.from_json(document)
    if message.sender != caller.id and message.sender not in formerly:
        raise RemoteProtocolError("the message is not its sender's", status=401, code="bad-signature")
    if message.recipient not in own_ids(unit):
        raise RemoteProtocolError("the message is for another node", status=421, code="not-for-us")
    if not choosing.knows(unit, message.sender):
        raise RemoteProtocolError("there are no terms between us", status=403, code="no-terms")
    heard_from(unit, caller)
    return parties.signed(unit, _answer(unit, message, document))


def _answer(unit: Unit, message: m.Message, document: JsonObject) -> m.Message:
    match message:
        case m.PaymentMessage():
            return issuing.answer(unit, message)
        case m.Pull():
            return _give_out(unit, message)
        case m.AckHead():
            _heard_ack(unit, message, document)
        case m.Statement():
            return settling.heard_statement(unit, message, document) or standing(unit, message)
        case m.StatementAck():
            settling.heard_ack(unit, message)
        case m.Dispute():
            settling.heard_dispute(unit, message)
        case _:
            raise RemoteProtocolError("nobody asked for this answer", status=400, code="bad-message")
    return standing(unit, message)


def standing(unit: Unit, message: m.Message) -> m.Entries:
    """Where our log stands: the answer to what needs no other (§5)."""
    row = _own_head(unit, message.sender)
    return m.Entries(
        terms=message.terms,
        sender=message.recipient,
        recipient=message.sender,
        created=unit.now.replace(microsecond=0),
        log=row.log,
        entries=(),
        head=head_of(row),
    )


def _give_out(unit: Unit, pull: m.Pull) -> m.Entries:
    row = _own_head(unit, pull.sender)
    if pull.log != row.log:
        raise RemoteProtocolError("only the writer of a log gives it out", status=404, code="not-our-log")
    entries = books.page_of(unit, row.log, pull.from_seq, wire.MOST_ENTRIES)
    return answer_pull(pull, entries, head_of(row), unit.now)


def _heard_ack(unit: Unit, ack: m.AckHead, document: JsonObject) -> None:
    row = _own_head(unit, ack.sender)
    if ack.log != row.log:
        raise RemoteProtocolError("that is not our log", status=404, code="not-our-log")
    at = books.head_at(unit, row.log, ack.seq)
    check_ack(ack, hash_at=at.hash if at else None, root_at=books.root_at(unit, row, ack.seq))
    if ack.seq > row.acked_seq:
        row.acked_seq, row.acked_at, row.ack = ack.seq, unit.now, document


def _own_head(unit: Unit, peer_actor: str) -> HeadRow:
    row = books.lock_head(unit, books.our_log(unit, peer_actor))
    if row is None:
        raise RemoteProtocolError("there are no terms between us", status=403, code="no-terms")
    return row
