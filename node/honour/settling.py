"""Statements of a period on the database: cut, checked, countersigned, settled once (specs/honour.md §9)."""

from __future__ import annotations

from sqlalchemy import select

from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import books, choosing, effects, parties
from node.honour.models import HeadRow, StatementRow
from node.honour.records import head_of, paper_of, write_paper
from node.ledger import public as ledger
from node.neighbours.public import PeerShown, peer, peer_by_host
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import settlement as papers
from protocols.honour import statement as protocol
from protocols.honour import wire
from protocols.honour.log import Entry
from protocols.honour.settlement import OPEN, OURS, SIGNED, THEIRS, Paper
from protocols.honour.terms import Terms
from protocols.types import JsonObject


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
    paper = papers.proposed(message, parties.signed(unit, message), unit.now)
    row = _row(unit, known, them, paper)
    audit.record(unit, by, "honour.statement-cut", known.host, statement=row.id)
    unit.wake("honour")
    return row.id


def heard_statement(unit: Unit, message: m.Statement, document: JsonObject) -> m.Message | None:
    """A neighbour's statement: the ack if we signed it before, a dispute if it is wrong, None while people decide."""
    own, mirrored = _heads(unit, message.sender)
    row = unit.session.get(StatementRow, message.statement, with_for_update=True)
    if row is not None and row.peer_actor != message.sender:
        raise RemoteProtocolError("this statement is another pair's", status=409, code="other-statement")
    heard = papers.hear_proposal(
        message,
        document,
        _verdict(unit, message, own, mirrored),
        known=None if row is None else paper_of(row),
        settled=_settled(unit, message.sender, message.number),
        now=unit.now,
    )
    if heard.pull:
        books.heard_of(unit, mirrored, protocol.cut_of(message, mirrored.log).seq)
    if heard.withdraw:  # both cut at once, and a's proposal stands
        _withdraw(unit, [one for one in _open(unit, message.sender) if one.state == OURS])
    if heard.paper is not None and row is not None:
        _keep(unit, row, heard.paper)
    elif heard.paper is not None:
        known = peer(unit, message.sender)
        if known is None:
            raise RemoteProtocolError("not a neighbour", status=403, code="not-a-neighbour")
        _row(unit, known, message.sender, heard.paper)
    return heard.reply


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
        books.heard_of(unit, mirrored, protocol.cut_of(message, mirrored.log).seq)
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
    _keep(unit, row, papers.countersigned(paper_of(row), ack, unit.now), by)
    _settle(unit, row, message, own)
    audit.record(unit, by, "honour.statement-countersigned", row.peer_host, statement=row.id)
    unit.wake("honour")


def dispute(unit: Unit, statement_id: str, reason: str, by: str) -> None:
    """Refuse a neighbour's statement, with a reason; its number is free again."""
    row = _locked(unit, statement_id)
    if row.state != THEIRS:
        raise Conflict("honour.statement-decided")
    _keep(unit, row, papers.contested(paper_of(row), reason[:500], unit.now), by)
    audit.record(unit, by, "honour.statement-disputed", row.peer_host, statement=row.id)
    unit.wake("honour")


def heard_ack(unit: Unit, ack: m.StatementAck) -> None:
    """Our statement came back with the neighbour's proof: settle it in our log, once."""
    row = _locked(unit, ack.statement)
    known = peer(unit, ack.sender)
    assert known is not None, "a verified caller with terms is a peer"
    us = statement_of(row).sender
    if row.state == SIGNED:
        return
    if row.peer_actor != ack.sender or us == ack.sender:
        raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
    keys = {
        us: parties.our_key(unit, us, ack.document),
        ack.sender: parties.their_key(unit, known, ack.document),
    }
    own, mirrored = _heads(unit, ack.sender)
    paper = papers.hear_ack(paper_of(row), ack, keys=keys, settlements=own.sums["settlements"])
    if paper is not None:
        _keep(unit, row, paper)
        _settle(unit, row, paper.statement, own)
        _await_settlement(unit, row, mirrored)


def await_settlements(unit: Unit) -> None:
    """Ask for the other side's settlements that our mirrors still lack; a page that was on its way may have been too
    early."""
    waits = select(StatementRow).where(StatementRow.state == SIGNED, StatementRow.settled_theirs.is_(False))
    for row in unit.session.execute(waits.order_by(StatementRow.id)).scalars():
        _, mirrored = _heads(unit, row.peer_actor)
        _await_settlement(unit, row, mirrored)


def _await_settlement(unit: Unit, row: StatementRow, mirrored: HeadRow) -> None:
    """It stands beyond what we mirror."""
    if not row.settled_theirs:
        books.heard_of(unit, mirrored, mirrored.seq + 1)


def heard_dispute(unit: Unit, said: m.Dispute) -> None:
    """Our statement was refused."""
    row = _locked(unit, said.statement)
    if row.peer_actor != said.sender:
        raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
    _keep(unit, row, papers.hear_dispute(paper_of(row), said))


def heard_answer(unit: Unit, statement_id: str, document: JsonObject) -> None:
    """What the neighbour answered to the message the worker sent for this statement."""
    row = _locked(unit, statement_id)
    said = wire.from_json(document)
    match said:
        case m.StatementAck() if said.statement == row.id:
            heard_ack(unit, said)
        case m.Dispute() if said.statement == row.id:
            heard_dispute(unit, said)
        case m.Entries():
            _keep(unit, row, papers.hear_receipt(paper_of(row)))
            _, mirrored = _heads(unit, row.peer_actor)
            if said.log == mirrored.log:
                books.heard_of(unit, mirrored, said.head.seq)
        case _:
            raise RemoteProtocolError("not an answer to a statement", status=400, code="bad-reply")
    row.last_error = ""


def heard_settlement(unit: Unit, entry: Entry) -> None:
    """The neighbour's settle entry came into our mirror: it must be the countersigned statement's."""
    row = unit.session.get(StatementRow, entry.payment, with_for_update=True)
    if row is None:
        return  # verified by `ygor check`: a settlement of a statement we do not know
    _keep(unit, row, papers.hear_settlement(paper_of(row), entry))


def statement_of(row: StatementRow) -> m.Statement:
    message = wire.from_json(row.document)
    assert isinstance(message, m.Statement)
    return message


def _keep(unit: Unit, row: StatementRow, paper: Paper, by: str | None = None) -> None:
    """Store what became of a statement; what is to be said about it is signed."""
    if paper.state != row.state:
        row.decided_at, row.decided_by = unit.now, by
    same = row.outgoing is not None and wire.from_json(row.outgoing) == paper.outgoing
    write_paper(row, paper)
    if paper.outgoing is not None and not same:
        row.outgoing = parties.signed(unit, paper.outgoing)


def _settle(unit: Unit, row: StatementRow, message: m.Statement, own: HeadRow) -> None:
    """Both proofs are there: the settle entry, the ledger's movement, the end of other proposals, all at once."""
    entry = protocol.settle(head_of(own), message, day=unit.today)
    if entry is not None:
        books.append_own(unit, own, entry)
        if message.settlement != "carried":
            _return_tokens(unit, row, own)
    _withdraw(unit, [one for one in _open(unit, row.peer_actor) if one.number <= message.number])
    unit.session.flush()


def _withdraw(unit: Unit, rows: list[StatementRow]) -> None:
    for row in rows:
        _keep(unit, row, papers.withdrawn(paper_of(row)))


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


def _settled(unit: Unit, peer_actor: str, number: int) -> Paper | None:
    """The statement that both signed under a number."""
    query = select(StatementRow).where(StatementRow.peer_actor == peer_actor, StatementRow.number == number)
    row = unit.session.execute(query.where(StatementRow.state == SIGNED)).scalar()
    return None if row is None else paper_of(row)


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
    query = select(StatementRow).where(StatementRow.peer_actor == peer_actor, StatementRow.state.in_(OPEN))
    return list(unit.session.execute(query).scalars())


def _has_news(unit: Unit, head: HeadRow) -> bool:
    """Whether anything but settlements stands in the log since the last one."""
    return any(entry.kind != "settle" for entry in books.page_of(unit, head.log, head.seq, 1))


def _row(unit: Unit, known: PeerShown, them: str, paper: Paper) -> StatementRow:
    row = StatementRow(id=paper.id, peer_actor=them, peer_host=known.host, peer_name=known.name)
    row.number, row.terms = paper.statement.number, paper.statement.terms
    row.made_at, row.last_error, row.outgoing = unit.now, "", None
    write_paper(row, paper)
    if paper.outgoing is not None:
        row.outgoing = paper.document
    unit.session.add(row)
    unit.session.flush()
    return row


def _locked(unit: Unit, statement_id: str) -> StatementRow:
    row = unit.session.get(StatementRow, statement_id, with_for_update=True)
    if row is None:
        raise NotFound("honour.statement-unknown")
    return row
