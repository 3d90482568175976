"""The two logs of every pair, in rows: our own, which we write, and our mirror of theirs.

Clauses: specs/honour-objects.md §5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import select

from node.core.ids import new_id
from node.core.unit import Unit
from node.honour.models import EntryRow, EvidenceRow, HeadRow
from node.honour.parties import our_id
from node.honour.records import following_of, write_following
from protocols.errors import RemoteProtocolError
from protocols.honour import following
from protocols.honour import messages as m
from protocols.honour.log import FIRST_PREV, Entry, Head, Sums, entry_from_json, entry_json, head_after, log_id
from protocols.honour.merkle import EMPTY_ROOT, Frontier, frontier
from protocols.honour.mirror import Accepted
from protocols.types import JsonObject

PAGE = 500


def our_log(unit: Unit, peer_actor: str) -> str:
    """The log we write: our residents' payments at their tills."""
    return log_id(issuer=our_id(unit, peer_actor), honouring=peer_actor)


def their_log(unit: Unit, peer_actor: str) -> str:
    """The log they write and we mirror: their residents' payments at our tills."""
    return log_id(issuer=peer_actor, honouring=our_id(unit, peer_actor))


def open_logs(unit: Unit, own: str, peer_actor: str) -> None:
    """Make both heads of a pair, named as its terms name it, if they are not there yet."""
    for log, ours in (
        (log_id(issuer=own, honouring=peer_actor), True),
        (log_id(issuer=peer_actor, honouring=own), False),
    ):
        if unit.session.get(HeadRow, log) is None:
            head = HeadRow(log=log, peer_actor=peer_actor, ours=ours, seq=0, hash=FIRST_PREV, acked_seq=0)
            head.sums, head.peaks, head.task, head.attempts, head.last_error = asdict(Sums()), [], "", 0, ""
            head.refunds_from_treasury = head.known_seq = 0
            unit.session.add(head)
    unit.session.flush()


def lock_head(unit: Unit, log: str) -> HeadRow | None:
    """The head, locked until the transaction ends; None if the pair never had terms."""
    return unit.session.get(HeadRow, log, with_for_update=True)


def append_own(unit: Unit, row: HeadRow, entry: Entry) -> None:
    """Store an entry built on this locked head."""
    assert row.ours, "only the writer appends"
    assert (row.seq + 1, row.hash) == (entry.seq, entry.prev), "the entry was built on another head"
    _store(unit, row, [entry], None)


def take_in(unit: Unit, row: HeadRow, offered: Sequence[Entry], evidence: JsonObject) -> Accepted:
    """Offer entries of a signed message to our mirror, whose head is locked. What is new is stored with the message
    as evidence; beyond a gap nothing is taken and the worker pulls. A contradiction is kept with both messages and
    stops all business with the writer. Raises RemoteProtocolError for what is not an entry of this log.
    """
    held = _held(unit, row, offered)
    return _follow(unit, row, following.take_in(following_of(row), offered, held=held, now=unit.now), evidence)


def take_page(unit: Unit, row: HeadRow, asked: m.Message, said: m.Entries, evidence: JsonObject) -> Accepted:
    """The writer's answer to what the worker sent about our mirror, whose head is locked; as `take_in`."""
    held, state = _held(unit, row, said.entries), following_of(row)
    return _follow(unit, row, following.on_answer(state, asked, said, held=held, now=unit.now), evidence)


def heard_of(unit: Unit, row: HeadRow, seq: int) -> None:
    """The writer has an entry of that number: let the worker ask for what our mirror lacks."""
    write_following(row, following.heard_of(following_of(row), seq, unit.now))
    unit.wake("honour")


def _follow(unit: Unit, row: HeadRow, followed: following.Followed, evidence: JsonObject) -> Accepted:
    assert not row.ours, "nobody else writes our log"
    accepted = followed.accepted
    if accepted.new:
        kept = EvidenceRow(id=new_id(), received_at=unit.now, document=evidence)
        unit.session.add(kept)
        _store(unit, row, accepted.new, kept.id)
    if accepted.fork is not None and row.fork is None:
        row.fork = {"held": _evidence_of(unit, row.log, accepted.fork[0].seq), "offered": evidence}
    write_following(row, followed.state)
    if followed.state.task:
        unit.wake("honour")
    return accepted


def _held(unit: Unit, row: HeadRow, offered: Sequence[Entry]) -> dict[int, Entry]:
    wanted = {entry.seq for entry in offered if entry.seq <= row.seq} | ({row.seq} if row.seq else set())
    return _entries_at(unit, row.log, wanted)


def page_of(unit: Unit, log: str, from_seq: int, limit: int) -> tuple[Entry, ...]:
    """Entries from a sequence number on."""
    query = select(EntryRow.document).where(EntryRow.log == log, EntryRow.seq >= max(1, from_seq))
    rows = unit.session.execute(query.order_by(EntryRow.seq).limit(limit)).scalars()
    return tuple(entry_from_json(document) for document in rows)


def all_entries(unit: Unit, log: str) -> Iterable[Entry]:
    """The whole log, page by page, as it is stored. Raises RemoteProtocolError at an entry that is not sound."""
    seq = 0
    while True:
        found = page_of(unit, log, seq + 1, PAGE)
        yield from found
        if len(found) < PAGE:
            return
        seq = found[-1].seq


def head_at(unit: Unit, log: str, seq: int) -> Head | None:
    """The head as it was after an entry; None if there is no such entry."""
    if seq == 0:
        return Head(log)
    found = _entries_at(unit, log, {seq}).get(seq)
    return None if found is None else head_after(found)


def root_at(unit: Unit, row: HeadRow, seq: int) -> str | None:
    """The Merkle root over the first `seq` entries; None if the log is not as long."""
    if seq > row.seq:
        return None
    if seq == row.seq:
        return Frontier(row.seq, tuple(row.peaks)).root
    if seq == 0:
        return EMPTY_ROOT
    query = select(EntryRow.hash).where(EntryRow.log == row.log, EntryRow.seq <= seq).order_by(EntryRow.seq)
    return frontier(unit.session.execute(query).scalars()).root


def forked_actors(unit: Unit) -> frozenset[str]:
    """Peers whose log contradicts itself: no more business with them until people have looked."""
    rows = unit.session.execute(select(HeadRow.peer_actor, HeadRow.fork).where(HeadRow.ours.is_(False)))
    return frozenset(actor for actor, fork in rows if fork is not None)


def _entries_at(unit: Unit, log: str, numbers: set[int]) -> dict[int, Entry]:
    if not numbers:
        return {}
    query = select(EntryRow.document).where(EntryRow.log == log, EntryRow.seq.in_(sorted(numbers)))
    found = [entry_from_json(document) for document in unit.session.execute(query).scalars()]
    return {entry.seq: entry for entry in found}


def _store(unit: Unit, row: HeadRow, entries: Sequence[Entry], evidence_id: str | None) -> None:
    peaks = Frontier(row.seq, tuple(row.peaks))
    for entry in entries:
        peaks = peaks.add(entry.hash)
        one = EntryRow(log=row.log, seq=entry.seq, hash=entry.hash, payment=entry.payment, kind=entry.kind)
        one.document, one.evidence_id = entry_json(entry), evidence_id
        unit.session.add(one)
    head = head_after(entries[-1])
    row.seq, row.hash, row.sums, row.peaks = head.seq, head.hash, asdict(head.sums), list(peaks.peaks)
    unit.session.flush()


def _evidence_of(unit: Unit, log: str, seq: int) -> JsonObject:
    query = (
        select(EvidenceRow.document)
        .join(EntryRow, EntryRow.evidence_id == EvidenceRow.id)
        .where(EntryRow.log == log, EntryRow.seq == seq)
    )
    found: JsonObject | None = unit.session.execute(query).scalar()
    if found is None:
        raise RemoteProtocolError("the mirror lost the message of an entry", status=500, code="no-evidence")
    return found
