"""`ygor check`: both logs of every pair, the payments behind them, the ledger's owed tokens, the statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from sqlalchemy import select

from node.core.unit import Unit
from node.honour import books, effects, settling, signatures
from node.honour.models import EntryRow, HeadRow, IssuedRow, PaymentRow, RefundRow, StatementRow
from node.honour.records import head_of, issued_of
from node.ledger import public as ledger
from protocols.errors import RemoteProtocolError
from protocols.honour import settlement
from protocols.honour.log import Entry, Head, entry_from_json, verify_chain
from protocols.honour.merkle import Frontier, frontier
from protocols.honour.statement import check_settle

REPORTED = 50
"""Problems named per check and log."""


def verify(unit: Unit) -> list[str]:
    """Every problem found, in English; empty if all is well."""
    problems: list[str] = []
    for row in unit.session.execute(select(HeadRow).order_by(HeadRow.log)).scalars():
        checks: list[Callable[[Unit, HeadRow], Iterator[str]]] = [_chain, _settlements]
        checks += [_issued, _ledger] if row.ours else [_honoured]
        for check in checks:
            problems += [f"log {row.log}: {line}" for line in islice(check(unit, row), REPORTED)]
    return problems + list(islice(signatures.problems(unit), REPORTED))


def _chain(unit: Unit, row: HeadRow) -> Iterator[str]:
    """Every entry follows the one before, the head is the last one's, the Merkle frontier is over all of them."""
    if row.fork is not None:
        yield "its writer signed two histories; both messages are kept with the head"
    try:
        head = verify_chain(books.all_entries(unit, row.log), head=Head(row.log))
    except RemoteProtocolError as error:
        yield f"{error}"
        return
    if head != head_of(row):
        yield f"it ends at entry {head.seq} with {head.hash[:12]}…, its head says {row.seq} with {row.hash[:12]}…"
    stored = select(EntryRow.seq, EntryRow.hash, EntryRow.payment, EntryRow.kind, EntryRow.document)
    hashes = []
    for seq, hash_, payment, kind, document in unit.session.execute(
        stored.where(EntryRow.log == row.log).order_by(EntryRow.seq)
    ):
        hashes.append(hash_)
        entry = entry_from_json(document)
        if (seq, hash_, payment, kind) != (entry.seq, entry.hash, entry.payment, entry.kind):
            yield f"entry {seq}: its columns do not say what its document says"
    if frontier(hashes) != Frontier(row.seq, tuple(row.peaks)):
        yield "its Merkle frontier is not over its entries"


def _entries(unit: Unit, row: HeadRow, kind: str) -> Iterator[Entry]:
    query = select(EntryRow.document).where(EntryRow.log == row.log, EntryRow.kind == kind).order_by(EntryRow.seq)
    for document in unit.session.execute(query).scalars():
        try:
            yield entry_from_json(document)
        except RemoteProtocolError:
            continue  # told by `_chain`


def _issued(unit: Unit, row: HeadRow) -> Iterator[str]:
    """Charges and refunds in the log are those of the payments we decided, one for one."""
    logged = {entry.payment: entry for entry in _entries(unit, row, "charge")}
    refunds = {(entry.payment, entry.subject): entry for entry in _entries(unit, row, "refund")}
    query = select(IssuedRow).where(IssuedRow.sender == row.peer_actor, IssuedRow.state == "COMMITTED")
    for one in unit.session.execute(query).scalars():
        try:
            state = issued_of(one)
        except RemoteProtocolError as error:
            yield f"payment {one.payment}: {error}"
            continue
        entry = logged.pop(one.payment, None)
        if entry is None or entry != state.entry or (entry.amount, entry.price) != (one.amount, one.price):
            yield f"payment {one.payment}: its charge in the log is missing or another one"
        for done in state.refunds:
            if refunds.pop((one.payment, done.refund), None) != done.entry:
                yield f"payment {one.payment}: refund {done.refund} in the log is missing or another one"
    for payment in [*logged, *(payment for payment, _ in refunds)]:
        yield f"payment {payment}: the log speaks of it, but it was not committed here"


def _ledger(unit: Unit, row: HeadRow) -> Iterator[str]:
    """Each charge and refund moved its tokens, and the owed account holds what the log says is owed."""
    for entry in _entries(unit, row, "charge"):
        line = ledger.find_transfer(unit, effects.transfer_id(row.peer_actor, entry.payment))
        if line is None or line.amount != -entry.amount:
            yield f"entry {entry.seq}: the ledger did not take {entry.amount} tokens from a wallet"
    for entry in _entries(unit, row, "refund"):
        line = ledger.find_transfer(unit, effects.transfer_id(row.peer_actor, entry.payment, entry.subject or ""))
        if entry.amount and (line is None or line.amount != entry.amount):
            yield f"entry {entry.seq}: the ledger did not give {entry.amount} tokens back"
    account = ledger.find_owed(unit, effects.host_of(row.peer_actor))
    there = ledger.balance(unit, account).total if account else 0
    owed = head_of(row).sums.owed + row.refunds_from_treasury
    if there != owed:
        yield f"the ledger holds {there} tokens owed to this neighbour, the log says {owed}"


def _honoured(unit: Unit, row: HeadRow) -> Iterator[str]:
    """Each charge and refund in the mirror is one of our tills', and what we posted stands in the mirror unless the
    mirror is behind."""
    charges = {entry.payment: entry for entry in _entries(unit, row, "charge")}
    refunds = {entry.subject: entry for entry in _entries(unit, row, "refund")}
    behind = row.task == "pull"
    for one in unit.session.execute(select(PaymentRow).where(PaymentRow.peer_actor == row.peer_actor)).scalars():
        entry = charges.pop(one.id, None)
        if one.trouble:
            yield f"payment {one.id}: the answers about it contradict each other ({one.trouble})"
        if one.state == "POSTED":
            if entry is None and not behind:
                yield f"payment {one.id}: posted, but the mirror has no charge for it"
            if entry is not None and entry.price != one.price:
                yield f"payment {one.id} of {one.price}: the mirror has a charge of {entry.price}"
            done = select(RefundRow).where(RefundRow.payment_id == one.id, RefundRow.state == "DONE")
            given = list(unit.session.execute(done).scalars())
            if sum(refund.price for refund in given) != one.refunded:
                yield f"payment {one.id}: its refunds do not add up to {one.refunded}"
            for refund in given:
                if refunds.pop(refund.id, None) is None and not behind:
                    yield f"refund {refund.id}: done, but the mirror has no entry for it"
        elif entry is not None:
            yield f"payment {one.id}: the mirror has a charge, but here it is {one.state}"
    for payment in charges:
        yield f"payment {payment}: charged by the neighbour, but no till here asked for it"
    for subject in refunds:
        yield f"refund {subject}: entered by the neighbour, but not done here"


def _settlements(unit: Unit, row: HeadRow) -> Iterator[str]:
    """Each settlement is a countersigned statement's, and each countersigned statement is settled in our own log."""
    seen = set()
    for entry in _entries(unit, row, "settle"):
        seen.add(entry.payment)
        found = unit.session.get(StatementRow, entry.payment)
        if found is None or found.state != settlement.SIGNED:
            yield f"entry {entry.seq}: it settles a statement that was not countersigned here"
            continue
        try:
            check_settle(entry, settling.statement_of(found))
        except RemoteProtocolError as error:
            yield f"entry {entry.seq}: {error}"
    signed = StatementRow.state == settlement.SIGNED
    query = select(StatementRow.id).where(StatementRow.peer_actor == row.peer_actor, signed)
    if row.ours:
        for statement_id in unit.session.execute(query).scalars():
            if statement_id not in seen:
                yield f"statement {statement_id}: countersigned, but not settled in our log"
