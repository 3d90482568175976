"""Statements of a period on the database: cut, checked, countersigned, settled once (specs/honour.md §9)."""

from __future__ import annotations

from sqlalchemy import select

from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import books, choosing, effects, parties
from node.honour.models import HeadRow, StatementRow
from node.honour.records import head_of
from node.ledger import public as ledger
from node.neighbours.public import PeerShown, peer, peer_by_host
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import statement as protocol
from protocols.honour import wire
from protocols.honour.log import Entry
from protocols.honour.terms import Terms
from protocols.types import JsonObject

OURS, THEIRS, SIGNED = "proposed-by-us", "proposed-by-them", "countersigned"
DISPUTED, WITHDRAWN = "disputed", "withdrawn"


def cut(unit: Unit, peer_host: str, settlement: m.Settlement, euro_cents: int | None, by: str) -> str:
    """Cut both logs where they stand, sign the statement and let the worker send it; answers its id.

    `euro_cents`: what we pay them (below zero: they pay us). Raises Conflict `honour.statement-…`, Invalid.
    """
    known = peer_by_host(unit, peer_host)
    them = parties.their_id(unit, known)
    own, mirrored = _heads(unit, them)
    terms = _newest_terms(unit, them)
    if _open(unit, them):
        raise Conflict("honour.statement-open")
    if own.sums["settlements"] != mirrored.sums["settlements"]:
        raise Conflict("honour.statement-unsettled")
    if mirrored.task == "pull":
        raise Conflict("honour.statement-behind")
    if (settlement == "euros") is (euro_cents is None):
        raise Invalid("honour.statement-cents", field="euros")
    if not _has_news(unit, own) and not _has_news(unit, mirrored):
        raise Conflict("honour.statement-empty")
    us = parties.ours_in(unit, terms)
    by_a = terms.a == us
    try:
        message = protocol.propose(
            terms,
            head_of(own),
            head_of(mirrored),
            sender=us.actor,
            statement=new_id(),
            period_end=unit.today,
            settlement=settlement,
            euro_cents=euro_cents if by_a or euro_cents is None else -euro_cents,
            now=unit.now,
        )
    except LocalProtocolError as error:
        raise Conflict("honour.statement-unsettled") from error
    row = _row(unit, known, them, message, parties.signed(unit, message), OURS)
    row.outgoing, row.next_attempt_at = row.document, unit.now
    audit.record(unit, by, "honour.statement-cut", known.host, statement=row.id)
    unit.wake("honour")
    return row.id


def heard_statement(unit: Unit, message: m.Statement, document: JsonObject) -> m.Message | None:
    """A neighbour's statement: the ack if we signed it before, a dispute if it is wrong, None while people decide."""
    own, mirrored = _heads(unit, message.sender)
    row = unit.session.get(StatementRow, message.statement)
    if row is not None and row.peer_actor != message.sender:
        raise RemoteProtocolError("this statement is another pair's", status=409, code="other-statement")
    if row is not None and row.ack is not None:
        return wire.from_json(row.ack)
    if row is not None and row.state == DISPUTED:
        return protocol.dispute(message, protocol.Disagree(row.code, row.reason), unit.now)
    verdict = _verdict(unit, message, own, mirrored)
    if isinstance(verdict, protocol.AlreadySettled):
        return _ack_of(unit, message, verdict.number)
    if isinstance(verdict, protocol.Disagree):
        if row is not None:
            row.state, row.code, row.reason, row.decided_at = DISPUTED, verdict.code, verdict.reason, unit.now
        return protocol.dispute(message, verdict, unit.now)
    if isinstance(verdict, protocol.NeedEntries):
        books.want_pull(unit, mirrored)
    for ours in _open(unit, message.sender):
        if ours.state == OURS:  # both cut at once, and a's proposal stands
            ours.state, ours.outgoing, ours.next_attempt_at = WITHDRAWN, None, None
    if row is None:
        known = peer(unit, message.sender)
        if known is None:
            raise RemoteProtocolError("not a neighbour", status=403, code="not-a-neighbour")
        _row(unit, known, message.sender, message, document, THEIRS)
    elif row.state == THEIRS and statement_of(row) == message:
        row.document = document  # perhaps signed anew: their keys were rotated
    return None


def countersign(unit: Unit, statement_id: str, by: str) -> None:
    """Check a neighbour's statement once more, sign it, settle our log; the worker sends the ack.

    Raises Conflict `honour.statement-decided`, `honour.statement-behind`, `honour.wrong-…` by its code.
    """
    row = _locked(unit, statement_id)
    if row.state != THEIRS:
        raise Conflict("honour.statement-decided")
    message = statement_of(row)
    own, mirrored = _heads(unit, row.peer_actor)
    verdict = _verdict(unit, message, own, mirrored)
    if isinstance(verdict, protocol.NeedEntries):
        books.want_pull(unit, mirrored)
        raise Conflict("honour.statement-behind")
    if isinstance(verdict, protocol.Disagree):
        raise Conflict(f"honour.wrong-{verdict.code}")
    if isinstance(verdict, protocol.AlreadySettled):
        raise Conflict("honour.statement-decided")
    ack = protocol.countersign(
        row.document,
        seed=unit.keys.proof_seed,
        verification_method=parties.our_method(unit, message.recipient),
        now=unit.now.replace(microsecond=0),
    )
    row.document, row.ack = ack.document, wire.to_json(ack)
    row.outgoing, row.attempts, row.next_attempt_at = parties.signed(unit, ack), 0, unit.now
    _sign(unit, row, message, own, by)
    audit.record(unit, by, "honour.statement-countersigned", row.peer_host, statement=row.id)
    unit.wake("honour")


def dispute(unit: Unit, statement_id: str, reason: str, by: str) -> None:
    """Refuse a neighbour's statement, with a reason; its number is free again."""
    row = _locked(unit, statement_id)
    if row.state != THEIRS:
        raise Conflict("honour.statement-decided")
    said = protocol.dispute(statement_of(row), protocol.Disagree("contested", reason[:500]), unit.now)
    row.state, row.code, row.reason = DISPUTED, "contested", reason[:500]
    row.decided_at, row.decided_by = unit.now, by
    row.outgoing, row.attempts, row.next_attempt_at = parties.signed(unit, said), 0, unit.now
    audit.record(unit, by, "honour.statement-disputed", row.peer_host, statement=row.id)
    unit.wake("honour")


def heard_ack(unit: Unit, ack: m.StatementAck) -> None:
    """Our statement came back with the neighbour's proof: settle it in our log, once."""
    row = _locked(unit, ack.statement)
    if row.state == SIGNED:
        return
    if row.state != OURS or row.peer_actor != ack.sender:
        raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
    known = peer(unit, ack.sender)
    assert known is not None, "a verified caller with terms is a peer"
    us = statement_of(row).sender
    keys = {
        us: parties.our_key(unit, us, ack.document),
        ack.sender: parties.their_key(unit, known, ack.document),
    }
    message = protocol.accept_ack(ack, statement_of(row), keys=keys)
    own, _ = _heads(unit, ack.sender)
    row.document, row.outgoing, row.next_attempt_at = ack.document, None, None
    _sign(unit, row, message, own, None)


def heard_dispute(unit: Unit, said: m.Dispute) -> None:
    """Our statement was refused."""
    row = _locked(unit, said.statement)
    if row.peer_actor != said.sender:
        raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
    if row.state == OURS:
        row.state, row.code, row.reason, row.decided_at = DISPUTED, said.code, said.reason, unit.now
        row.outgoing, row.next_attempt_at = None, None


def heard_answer(unit: Unit, statement_id: str, document: JsonObject) -> None:
    """What the neighbour answered to the message the worker sent for this statement."""
    row = _locked(unit, statement_id)
    said = wire.from_json(document)
    match said:
        case m.StatementAck() if said.statement == row.id:
            heard_ack(unit, said)
        case m.Dispute() if said.statement == row.id:
            heard_dispute(unit, said)
        case m.Entries() if row.state in (SIGNED, DISPUTED):
            row.outgoing, row.next_attempt_at = None, None  # they have our ack or our dispute
            if row.state == SIGNED and not row.settled_theirs:
                _, mirrored = _heads(unit, row.peer_actor)
                books.want_pull(unit, mirrored)
        case m.Entries():
            pass  # they have it, people decide; asking again is harmless
        case _:
            raise RemoteProtocolError("not an answer to a statement", status=400, code="bad-reply")
    row.last_error = ""


def heard_settlement(unit: Unit, entry: Entry) -> None:
    """The neighbour's settle entry came into our mirror: it must be the countersigned statement's."""
    row = unit.session.get(StatementRow, entry.payment, with_for_update=True)
    if row is None:
        return  # verified by `ygor check`: a settlement of a statement we do not know
    protocol.check_settle(entry, statement_of(row))
    row.settled_theirs = True


def statement_of(row: StatementRow) -> m.Statement:
    message = wire.from_json(row.document)
    assert isinstance(message, m.Statement)
    return message


def _sign(unit: Unit, row: StatementRow, message: m.Statement, own: HeadRow, by: str | None) -> None:
    """Both proofs are there: the settle entry, the ledger's movement, the new state, all at once."""
    entry = protocol.settle(head_of(own), message, day=unit.today)
    if entry is not None:
        books.append_own(unit, own, entry)
        if message.settlement != "carried":
            _return_tokens(unit, row, own)
    row.state, row.settled_ours, row.decided_at, row.decided_by = SIGNED, True, unit.now, by
    _, mirrored = _heads(unit, row.peer_actor)
    if not row.settled_theirs:
        books.want_pull(unit, mirrored)
    unit.session.flush()


def _return_tokens(unit: Unit, row: StatementRow, own: HeadRow) -> None:
    """What we owed is paid: its tokens go back to the treasury, and the owed account shows what the log says."""
    account = effects.owed(unit, row.peer_actor)
    there = ledger.balance(unit, account).total
    left = head_of(own).sums.owed
    moved = there - max(left, 0)
    if moved > 0:
        memo = {"title": "Relevé", "neighbour": row.peer_name, "statement": row.id}
        ledger.transfer_between(unit, f"honour-settle-{row.id}"[:64], account, ledger.TREASURY, moved, memo)
    own.refunds_from_treasury = max(left, 0) - left


def _verdict(unit: Unit, message: m.Statement, own: HeadRow, mirrored: HeadRow) -> protocol.Verdict:
    found = choosing.by_hash(unit, message.terms)
    if found is None:
        return protocol.Disagree("terms", "the statement is not under our terms")
    terms = found[0]
    by_a = message.sender == terms.a.actor
    theirs_cut, ours_cut = (message.a_at_b, message.b_at_a) if by_a else (message.b_at_a, message.a_at_b)
    open_ours = [one for one in _open(unit, message.sender) if one.state == OURS]
    return protocol.check(
        message,
        terms,
        own=head_of(own),
        mirrored=head_of(mirrored),
        own_at=books.head_at(unit, own.log, ours_cut.seq) if ours_cut.seq <= own.seq else None,
        mirrored_at=books.head_at(unit, mirrored.log, theirs_cut.seq) if theirs_cut.seq <= mirrored.seq else None,
        ours=statement_of(open_ours[0]) if open_ours else None,
    )


def _ack_of(unit: Unit, message: m.Statement, number: int) -> m.Message:
    query = select(StatementRow).where(
        StatementRow.peer_actor == message.sender, StatementRow.number == number, StatementRow.state == SIGNED
    )
    row = unit.session.execute(query).scalar()
    if row is None or row.ack is None:
        return protocol.dispute(message, protocol.Disagree("number", "this number is settled by another one"), unit.now)
    return wire.from_json(row.ack)


def _heads(unit: Unit, peer_actor: str) -> tuple[HeadRow, HeadRow]:
    own = books.lock_head(unit, books.our_log(unit, peer_actor))
    mirrored = books.lock_head(unit, books.their_log(unit, peer_actor))
    if own is None or mirrored is None:
        raise Conflict("honour.no-terms")
    return own, mirrored


def _newest_terms(unit: Unit, peer_actor: str) -> Terms:
    found = choosing.newest(unit, peer_actor)
    if found is None:
        raise Conflict("honour.no-terms")
    return found


def _open(unit: Unit, peer_actor: str) -> list[StatementRow]:
    query = select(StatementRow).where(StatementRow.peer_actor == peer_actor, StatementRow.state.in_((OURS, THEIRS)))
    return list(unit.session.execute(query).scalars())


def _has_news(unit: Unit, head: HeadRow) -> bool:
    """Whether anything but settlements stands in the log since the last one."""
    return any(entry.kind != "settle" for entry in books.page_of(unit, head.log, head.seq, 1))


def _row(
    unit: Unit, known: PeerShown, them: str, message: m.Statement, document: JsonObject, state: str
) -> StatementRow:
    row = StatementRow(id=message.statement, peer_actor=them, peer_host=known.host, peer_name=known.name)
    row.number, row.terms, row.state, row.document = message.number, message.terms, state, document
    row.made_at, row.attempts, row.settled_ours, row.settled_theirs = unit.now, 0, False, False
    row.code = row.reason = row.last_error = ""
    unit.session.add(row)
    unit.session.flush()
    return row


def _locked(unit: Unit, statement_id: str) -> StatementRow:
    row = unit.session.get(StatementRow, statement_id, with_for_update=True)
    if row is None:
        raise NotFound("honour.statement-unknown")
    return row
