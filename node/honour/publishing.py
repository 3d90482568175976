"""Our books with one neighbour for those who may read them: auditors with a key, residents their own entries.

Clauses: specs/honour.md §12.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import func, select

from node.core import audit, throttle
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import books, effects, parties
from node.honour.choosing import is_binding
from node.honour.models import EntryRow, EvidenceRow, HeadRow, IssuedRow, ReaderRow, SaltRow, StatementRow, TermsRow
from node.honour.records import head_of
from node.neighbours.public import peer, peer_by_host
from protocols.honour import published, settlement
from protocols.honour.published import MOST_STATEMENTS, MOST_TERMS
from protocols.types import JsonObject

PAGE = 200
READERS = 200
READS_PER_MINUTE = 120
OWN = 200


@dataclass(frozen=True, slots=True)
class ReaderShown:
    id: str
    purpose: str
    commune: str
    made_at: datetime
    last_day: date
    is_open: bool
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """A resident's payment at a neighbour's till. `provable`: the neighbour has countersigned a head that covers it."""

    sender: str
    payment: str
    commune: str
    day: date
    amount: int
    service: str
    provable: bool


def allow(unit: Unit, peer_host: str, purpose: str, last_day: date, by: str) -> str:
    """A new key for somebody who may read our books with a neighbour, up to a day included; told once, here.

    Raises NotFound `neighbours.unknown`, Conflict `honour.no-terms`, `honour.readers-full`, Invalid
    `honour.reader-day`.
    """
    known = peer_by_host(unit, peer_host)
    them = parties.their_id(unit, known)
    if unit.session.get(HeadRow, books.our_log(unit, them)) is None:
        raise Conflict("honour.no-terms")
    if last_day < unit.today:
        raise Invalid("honour.reader-day", field="last_day")
    if unit.session.execute(select(func.count()).select_from(ReaderRow)).scalar_one() >= READERS:
        raise Conflict("honour.readers-full")
    key = secrets.token_urlsafe(32)
    row = ReaderRow(id=new_id(), digest=_digest(key), purpose=purpose, peer_actor=them, peer_name=known.name)
    row.made_at, row.made_by, row.last_day = unit.now, by, last_day
    unit.session.add(row)
    unit.session.flush()
    audit.record(unit, by, "honour.reader-allowed", known.host, reader=row.id)
    return key


def revoke(unit: Unit, reader_id: str, by: str) -> None:
    """The key is dead at once. Raises NotFound `honour.reader-unknown`."""
    row = unit.session.get(ReaderRow, reader_id, with_for_update=True)
    if row is None:
        raise NotFound("honour.reader-unknown")
    if row.revoked_at is None:
        row.revoked_at = unit.now
        audit.record(unit, by, "honour.reader-revoked", row.peer_name, reader=row.id)


def readers(unit: Unit) -> tuple[ReaderShown, ...]:
    """Who may read, the newest first."""
    rows = unit.session.execute(select(ReaderRow).order_by(ReaderRow.made_at.desc(), ReaderRow.id)).scalars()
    return tuple(
        ReaderShown(
            row.id,
            row.purpose,
            row.peer_name,
            row.made_at,
            row.last_day,
            row.revoked_at is None and unit.today <= row.last_day,
            row.read_at,
        )
        for row in rows
    )


def signed_books(unit: Unit, key: str, peer_host: str) -> JsonObject:
    """The books' first sheet, signed. Raises Forbidden `honour.reader` for a key that does not open them."""
    us, them = _opened(unit, key, peer_host)
    own, mirror = _head(unit, books.our_log(unit, them)), _head(unit, books.their_log(unit, them))
    terms = unit.session.execute(
        select(TermsRow).where(TermsRow.peer_actor == them).order_by(TermsRow.made_at.desc()).limit(MOST_TERMS)
    ).scalars()
    signed = select(StatementRow.document).where(
        StatementRow.peer_actor == them, StatementRow.state == settlement.SIGNED
    )
    sheet = published.Books(
        publisher=us,
        other=them,
        created=unit.now.replace(microsecond=0),
        own=head_of(own),
        own_root=_root(unit, own),
        mirror=head_of(mirror),
        mirror_root=_root(unit, mirror),
        terms=tuple(row.document for row in terms if is_binding(row)),
        statements=tuple(
            unit.session.execute(signed.order_by(StatementRow.number.desc()).limit(MOST_STATEMENTS)).scalars()
        ),
        ack=own.ack,
        fork=None if mirror.fork is None else (mirror.fork["held"], mirror.fork["offered"]),
    )
    method = parties.our_method(unit, us)
    return published.sign(sheet, seed=unit.keys.proof_seed, verification_method=method)


def page(unit: Unit, key: str, peer_host: str, which: str, from_seq: int) -> JsonObject:
    """At most 200 entries of our log (`own`) or of our copy of theirs (`mirror`), as they are stored."""
    _, them = _opened(unit, key, peer_host)
    log = books.our_log(unit, them) if which == "own" else books.their_log(unit, them)
    query = select(EntryRow.document, EntryRow.evidence_id).where(EntryRow.log == log, EntryRow.seq >= from_seq)
    rows = unit.session.execute(query.order_by(EntryRow.seq).limit(PAGE)).all()
    wanted = {evidence for _, evidence in rows if evidence is not None}
    kept = unit.session.execute(
        select(EvidenceRow.document).where(EvidenceRow.id.in_(wanted)).order_by(EvidenceRow.id)
    ).scalars()
    return published.PAGE.write(published.Page(log, tuple(document for document, _ in rows), tuple(kept)))


def own_entries(unit: Unit, account_id: str) -> tuple[OwnEntry, ...]:
    """A resident's payments elsewhere, the newest first."""
    query = select(IssuedRow).where(IssuedRow.holder == account_id, IssuedRow.state == "COMMITTED")
    rows = unit.session.execute(query.order_by(IssuedRow.opened_on.desc(), IssuedRow.payment).limit(OWN)).scalars()
    found = []
    for row in rows:
        head, known = _head(unit, books.our_log(unit, row.sender)), peer(unit, row.sender)
        provable = head.ack is not None and row.entry["seq"] <= head.ack["seq"]
        name = known.name if known else effects.host_of(row.sender)
        found.append(OwnEntry(row.sender, row.payment, name, row.opened_on, row.amount, row.service, provable))
    return tuple(found)


def inclusion(unit: Unit, account_id: str, sender: str, payment: str) -> JsonObject:
    """The proof that a resident's own charge stands in the log. Raises NotFound `honour.payment-unknown`, Conflict
    `honour.not-countersigned` while the neighbour has not countersigned a head that covers it."""
    row = unit.session.get(IssuedRow, (sender, payment))
    if row is None or row.holder != account_id or row.entry is None:
        raise NotFound("honour.payment-unknown")
    head = _head(unit, books.our_log(unit, sender))
    salt = unit.session.get(SaltRow, (account_id, head.log))
    if head.ack is None or salt is None or row.entry["seq"] > head.ack["seq"]:
        raise Conflict("honour.not-countersigned")
    hashes = select(EntryRow.hash).where(EntryRow.log == head.log, EntryRow.seq <= head.ack["seq"])
    found = list(unit.session.execute(hashes.order_by(EntryRow.seq)).scalars())
    subject = effects.transfer_id(sender, payment)
    return published.include(row.entry, found, row.entry["seq"], ack=head.ack, salt=salt.salt, subject=subject)


def _opened(unit: Unit, key: str, peer_host: str) -> tuple[str, str]:
    """Our id and theirs, if the key opens our books with this neighbour."""
    row = unit.session.execute(select(ReaderRow).where(ReaderRow.digest == _digest(key))).scalar()
    if row is None or row.revoked_at is not None or unit.today > row.last_day:
        raise Forbidden("honour.reader")
    known = peer(unit, row.peer_actor)
    if known is None or known.host != peer_host.lower():
        raise Forbidden("honour.reader")
    throttle.count(unit, f"honour books {row.id}", limit=READS_PER_MINUTE, window_s=60)
    row.read_at = unit.now
    return parties.our_id(unit, row.peer_actor), row.peer_actor


def _head(unit: Unit, log: str) -> HeadRow:
    row = unit.session.get(HeadRow, log)
    if row is None:
        raise NotFound("honour.no-terms")
    return row


def _root(unit: Unit, row: HeadRow) -> str:
    root = books.root_at(unit, row, row.seq)
    assert root is not None
    return root


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
