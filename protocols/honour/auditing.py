"""A third party's check of two communes' books, from what they publish alone (specs/honour.md §12).

Nothing is believed but signatures: chains and sums are run again, heads, terms and statements are verified, each
mirror is held against its original. A finding names the log and the entry; it says whether it proves fraud to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.log import (
    ENTRY,
    FIRST_PREV,
    Entry,
    Head,
    check_next,
    entry_hash,
    head_after,
    log_id,
    salted_reference,
)
from protocols.honour.merkle import frontier, is_included
from protocols.honour.published import BOOKS, INCLUSION, Books, Shown
from protocols.honour.statement import check_settle, cut, cut_of, net
from protocols.honour.terms import PartyKey, Terms, owner_of
from protocols.honour.terms import from_json as terms_from_json
from protocols.proofs import proofs_of, verify_proof
from protocols.types import JsonObject

Keys = Mapping[str, Sequence[PartyKey]]
"""Actor → the keys by which it signs or signed."""
MOST_FINDINGS = 100
LONGEST_HOLD = timedelta(days=14)
"""What was opened on the terms' last day may be committed that much later."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` for machines; ``seq`` of the entry at fault; ``proves_fraud``: two signatures of one hand contradict."""

    code: str
    log: str
    seq: int | None
    text: str
    proves_fraud: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    entries: int
    statements: int


@dataclass(frozen=True, slots=True)
class _Side:
    """One party's books, read."""

    books: Books
    own: tuple[Entry, ...]
    mirror: tuple[Entry, ...]
    evidence: tuple[JsonObject, ...]


def audit(first: Shown, second: Shown, *, keys: Keys) -> Report:
    """Check two books against themselves and each other. Raises RemoteProtocolError if they are not books, not of one
    pair, or not signed by who hands them out."""
    one, other = (_read(shown, keys) for shown in (first, second))
    if (one.books.publisher, one.books.other) != (other.books.other, other.books.publisher):
        raise RemoteProtocolError("these are not the books of one pair", status=422, code="not-a-pair")
    found: list[Finding] = []
    for writer, mirror in ((one, other), (other, one)):
        found += _log(writer, mirror, keys)
        found += _unsigned_terms(writer, mirror.books.publisher, keys)
    found += _statements(one, other, keys)
    unique = tuple(dict.fromkeys(found))[:MOST_FINDINGS]
    return Report(unique, len(one.own) + len(other.own), len(one.books.statements))


def verify_alone(shown: Shown, *, keys: Keys) -> int:
    """What the publisher owes the other (below nought: is owed), in tokens that are worth one another, from one side's
    books. Raises RemoteProtocolError if a chain does not lead to its signed head, or a token is not worth a token."""
    side = _read(shown, keys)
    books = side.books
    for entries, end, root in ((side.own, books.own, books.own_root), (side.mirror, books.mirror, books.mirror_root)):
        for finding in _chain(end.log, entries, end, root, "the log"):
            raise RemoteProtocolError(f"{finding.text} ({finding.log})", status=422, code="wrong-books")
        if (end.sums.owed, end.sums.charged) != (end.sums.owed_price, end.sums.charged_price):
            raise RemoteProtocolError(f"not one token for one ({end.log})", status=422, code="other-rate")
    return books.own.sums.owed - books.mirror.sums.owed


def check_inclusion(document: JsonObject, *, keys: Keys) -> Entry:
    """The entry of a resident's proof, if it stands under a head that the other commune countersigned.

    Raises RemoteProtocolError with what does not hold.
    """
    shown = INCLUSION.read(document)
    entry: Entry = ENTRY.read(shown.entry)
    if entry.hash != entry_hash(entry):
        raise RemoteProtocolError("the entry was changed: its hash is not its hash", status=422, code="bad-entry")
    _, _, reader = entry.log.partition(" ")
    ack = _signed_by(shown.ack, reader, keys)
    if not isinstance(ack, m.AckHead) or ack.log != entry.log:
        raise RemoteProtocolError("the head is another log's", status=422, code="bad-head")
    if not is_included(entry.hash, entry.seq - 1, ack.seq, shown.path, ack.root):
        raise RemoteProtocolError("the path does not lead to the countersigned root", status=422, code="not-included")
    if salted_reference(bytes.fromhex(shown.salt), shown.subject) != entry.reference:
        raise RemoteProtocolError("the entry is somebody else's", status=422, code="not-yours")
    return entry


def _read(shown: Shown, keys: Keys) -> _Side:
    books: Books = BOOKS.read(shown.books)
    _verify(shown.books, books.publisher, keys)
    own, mirror = (tuple(ENTRY.read(each) for each in each_log) for each_log in (shown.own, shown.mirror))
    return _Side(books, own, mirror, shown.evidence)


def _log(writer: _Side, mirror: _Side, keys: Keys) -> Iterator[Finding]:
    """Everything about the log that ``writer`` writes and ``mirror`` copies."""
    us, them = writer.books.publisher, mirror.books.publisher
    log = log_id(issuer=us, honouring=them)
    yield from _forks(log, writer, mirror, keys)
    yield from _chain(log, writer.own, writer.books.own, writer.books.own_root, "the original")
    yield from _chain(log, mirror.mirror, mirror.books.mirror, mirror.books.mirror_root, "the copy")
    terms = [_terms(each) for each in writer.books.terms]
    yield from _limits(log, us, them, writer.own, [each for each in terms if each is not None])
    yield from _acked(log, writer, them, keys)


def _chain(log: str, entries: Sequence[Entry], end: Head, root: str, name: str) -> Iterator[Finding]:
    """The chain, entry by entry; behind one that is wrong it goes on from what that one says."""
    head = Head(log)
    for entry in entries:
        if entry.hash != entry_hash(entry):
            yield Finding("changed", log, entry.seq, f"{name}: entry {entry.seq} was changed: its hash is not its hash")
        elif entry.seq > head.seq + 1:
            gone = f"{head.seq + 1}" if entry.seq == head.seq + 2 else f"{head.seq + 1} to {entry.seq - 1}"
            yield Finding("missing", log, head.seq + 1, f"{name}: entry {gone} is missing")
        else:
            try:
                check_next(head, entry)
            except RemoteProtocolError as error:
                yield Finding("chain", log, entry.seq, f"{name}: {error}")
        head = head_after(entry)
    if head != end:
        text = f"{name} ends at entry {head.seq}, its signed head says {end.seq} with {end.hash[:12]}…"
        yield Finding("head", log, head.seq, text)
    if frontier(entry.hash for entry in entries).root != root:
        yield Finding("root", log, None, f"{name}: the signed Merkle root is not over these entries")


def _forks(log: str, writer: _Side, mirror: _Side, keys: Keys) -> Iterator[Finding]:
    """Where copy and original part; whether the writer signed both, which proves fraud."""
    seen: dict[int, Entry] = {}
    for entry in writer.own:
        before = seen.setdefault(entry.seq, entry)
        if before.hash != entry.hash:
            yield Finding("fork", log, entry.seq, f"two entries have the number {entry.seq}", _both_signed(writer))
    signed = dict(_evidence(log, writer.books.publisher, mirror, keys))
    for entry in mirror.mirror:
        original = seen.get(entry.seq)
        if original is None:
            if entry.seq <= writer.books.own.seq or entry.hash in signed:
                text = f"entry {entry.seq} stands in the copy and not in the original"
                yield Finding("missing", log, entry.seq, text, entry.hash in signed)
            continue
        if original.hash != entry.hash:
            proven = entry.hash in signed and _both_signed(writer)
            text = f"entry {entry.seq} of the copy is not that of the original"
            if proven:
                text += ": its writer signed both, which proves fraud"
            yield Finding("fork" if proven else "mirror", log, entry.seq, text, proven)
            return


def _both_signed(writer: _Side) -> bool:
    """Whether the writer's signed head binds the entries it shows."""
    head = Head(writer.books.own.log)
    try:
        for entry in writer.own:
            head = check_next(head, entry)
    except RemoteProtocolError:
        return False
    return head == writer.books.own


def _evidence(log: str, actor: str, mirror: _Side, keys: Keys) -> Iterator[tuple[str, int]]:
    """Hashes of entries in messages that the writer signed."""
    for document in (*mirror.evidence, *(mirror.books.fork or ())):
        try:
            message = _signed_by(document, actor, keys)
        except RemoteProtocolError:
            continue
        entries: tuple[Entry, ...] = ()
        if isinstance(message, m.Committed | m.Refunded):
            entries = (message.entry,)
        elif isinstance(message, m.Entries):
            entries = message.entries
        elif isinstance(message, m.State) and message.entry is not None:
            entries = (message.entry,)
        yield from ((entry.hash, entry.seq) for entry in entries if entry.log == log)


def _limits(log: str, us: str, them: str, entries: Sequence[Entry], terms: Sequence[Terms]) -> Iterator[Finding]:
    """Every charge at the rate of terms that were valid that day, and within their limit."""
    for entry in entries:
        if entry.kind != "charge":
            continue
        valid = [one for one in terms if one.valid_from <= entry.day <= one.valid_until + LONGEST_HOLD]
        ways = [one.way(one.direction(issuer=us, honouring=them)) for one in valid]
        if not ways:
            yield Finding("terms", log, entry.seq, f"entry {entry.seq}: no terms were valid on {entry.day}")
        elif all(way.cost(entry.price) != entry.amount for way in ways):
            text = f"entry {entry.seq}: {entry.amount} for {entry.price} is at no rate of the terms"
            yield Finding("rate", log, entry.seq, text)
        elif entry.sums.owed > max(way.limit for way in ways):
            limit = max(way.limit for way in ways)
            yield Finding("limit", log, entry.seq, f"entry {entry.seq}: {entry.sums.owed} owed, {limit} allowed")


def _unsigned_terms(side: _Side, other: str, keys: Keys) -> Iterator[Finding]:
    """Terms bear both proofs, or none if they follow from a grouping's, which stand elsewhere."""
    for document in side.books.terms:
        for actor in (side.books.publisher, other) if proofs_of(document) else ():
            try:
                _verify(document, actor, keys)
            except RemoteProtocolError as error:
                yield Finding("terms", _log_of(side), None, f"terms version {document.get('version')}: {error}")


def _acked(log: str, writer: _Side, them: str, keys: Keys) -> Iterator[Finding]:
    """The head that the mirror countersigned is one of the original's."""
    if writer.books.ack is None:
        if writer.own:
            yield Finding("not-acked", log, None, "no head of this log is countersigned yet")
        return
    try:
        ack = _signed_by(writer.books.ack, them, keys)
    except RemoteProtocolError as error:
        yield Finding("ack", log, None, f"the countersignature of the head: {error}")
        return
    entries = writer.own[: ack.seq] if isinstance(ack, m.AckHead) else ()
    last = entries[-1].hash if entries else FIRST_PREV
    root = frontier(entry.hash for entry in entries).root
    if not isinstance(ack, m.AckHead) or (ack.log, ack.seq, ack.hash, ack.root) != (log, len(entries), last, root):
        yield Finding("ack", log, None, "the head that the other side countersigned is not one of this log", True)


def _statements(one: _Side, other: _Side, keys: Keys) -> Iterator[Finding]:
    """Each is signed by both, cuts both logs where they stood, nets them, and is settled once in each."""
    read = {side.books.publisher: dict(_read_statements(side)) for side in (one, other)}
    mine, theirs = read[one.books.publisher], read[other.books.publisher]
    for name in dict.fromkeys((*mine, *theirs)):
        said, document = (mine.get(name) or theirs[name])[:2]
        if name not in mine or name not in theirs:
            lacks = other if name in mine else one
            text = f"statement {said.number} is not among those of {lacks.books.publisher}"
            yield Finding("statement", _log_of(lacks), None, text)
        yield from _statement(said, document, one, other, keys)
    for side in (one, other):
        for entry in side.own:
            if entry.kind == "settle" and entry.payment not in mine | theirs:
                text = f"entry {entry.seq} settles a statement that nobody shows"
                yield Finding("settlement", entry.log, entry.seq, text)


def _statement(said: m.Statement, document: JsonObject, one: _Side, other: _Side, keys: Keys) -> Iterator[Finding]:
    name = f"statement {said.number}"
    for actor in (said.sender, said.recipient):
        try:
            _verify(document, actor, keys)
        except RemoteProtocolError as error:
            yield Finding("statement", _log_of(one), None, f"{name}: {error}")
    if (said.net_a, said.net_b) != net(said.a_at_b, said.b_at_a):
        yield Finding("net", _log_of(one), None, f"{name} does not net its two cuts")
    for side in (one, other):
        log = _log_of(side)
        try:
            ours = cut_of(said, log)
        except LocalProtocolError:
            yield Finding("statement", log, None, f"{name} does not cut this log")
            continue
        at = Head(log) if ours.seq == 0 else next((head_after(e) for e in side.own if e.seq == ours.seq), None)
        if at is None or cut(at) != ours:
            yield Finding("cut", log, ours.seq, f"{name}: the log does not stand like that at entry {ours.seq}")
        settled = [entry for entry in side.own if entry.kind == "settle" and entry.payment == said.statement]
        if len(settled) != 1:
            text = f"{name} is settled {len(settled)} times in this log"
            yield Finding("settlement", log, settled[1].seq if len(settled) > 1 else None, text)
        for entry in settled[:1]:
            try:
                check_settle(entry, said)
            except RemoteProtocolError as error:
                yield Finding("settlement", log, entry.seq, f"entry {entry.seq}: {error}")


def _read_statements(side: _Side) -> Iterator[tuple[str, tuple[m.Statement, JsonObject]]]:
    for document in side.books.statements:
        message = wire.from_json(document)
        if isinstance(message, m.Statement):
            yield message.statement, (message, document)


def _log_of(side: _Side) -> str:
    return log_id(issuer=side.books.publisher, honouring=side.books.other)


def _terms(document: JsonObject) -> Terms | None:
    try:
        return terms_from_json(document)
    except RemoteProtocolError:
        return None


def _signed_by(document: JsonObject, actor: str, keys: Keys) -> m.Message:
    _verify(document, actor, keys)
    message = wire.from_json(document)
    if message.sender != actor:
        raise RemoteProtocolError("it is not its signer's", status=401, code="bad-signature")
    return message


def _verify(document: JsonObject, actor: str, keys: Keys) -> None:
    """Raises RemoteProtocolError unless one of the actor's keys signed the document."""
    methods = {str(proof.get("verificationMethod")) for proof in proofs_of(document)}
    for key in keys.get(actor, ()):
        if key.verification_method in methods and owner_of(key.verification_method) == actor:
            verify_proof(document, public_key=key.public_key, verification_method=key.verification_method)
            return
    raise RemoteProtocolError(f"no proof by {actor}", status=401, code="bad-signature")
