"""The honouring commune's copy of the issuer's log (specs/honour.md §7.4): gaps, forks, countersigned heads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.log import Entry, Head, check_next, entry_hash, writer_of
from protocols.honour.terms import PartyKey
from protocols.types import JsonObject


@dataclass(frozen=True, slots=True)
class Accepted:
    """What to do with entries that came in.

    Store ``new`` and ``head`` together. ``pull_from``: ask for the log from this sequence number on. ``fork``: the
    entry we hold and the one that contradicts it; nothing else of the offer was taken, keep both signed documents
    (``prove_fork``) and stop honouring.
    """

    head: Head
    new: tuple[Entry, ...] = ()
    pull_from: int | None = None
    fork: tuple[Entry, Entry] | None = None


def accept(
    head: Head, offered: Iterable[Entry], *, held: Mapping[int, Entry], announced: Head | None = None
) -> Accepted:
    """Take what follows ``head``; never leave a gap, never take a second entry for a sequence number.

    ``held``: the mirrored entries at ``head.seq`` and at every sequence number of ``offered`` up to there.
    ``announced``: the writer's head, if it came along. Raises RemoteProtocolError (``bad-chain``) for an entry that
    does not belong to this log or is not sound in itself.
    """
    new: list[Entry] = []
    seen = dict(held)
    for entry in sorted(offered, key=lambda one: one.seq):
        if entry.log != head.log or entry.seq < 1 or entry.hash != entry_hash(entry):
            raise RemoteProtocolError("not an entry of this log", status=422, code="bad-chain")
        if entry.seq > head.seq + 1:
            return Accepted(head, tuple(new), head.seq + 1)
        if entry.seq <= head.seq:
            known = _held(seen, entry.seq)
            if known.hash != entry.hash:
                return Accepted(head, tuple(new), fork=(known, entry))
            continue
        if entry.prev != head.hash and head.seq > 0:
            return Accepted(head, tuple(new), fork=(_held(seen, head.seq), entry))
        head = check_next(head, entry)
        seen[entry.seq] = entry
        new.append(entry)
    behind = announced is not None and announced.log == head.log and announced.seq > head.seq
    return Accepted(head, tuple(new), head.seq + 1 if behind else None)


def contradiction(one: Entry, other: Entry) -> bool:
    """Whether no honest writer signs both: two hashes for one number, or a ``prev`` that is not there (§7.4)."""
    if one.log != other.log:
        return False
    if one.seq == other.seq:
        return one.hash != other.hash
    earlier, later = sorted((one, other), key=lambda entry: entry.seq)
    return later.seq == earlier.seq + 1 and later.prev != earlier.hash


def prove_fork(first: JsonObject, second: JsonObject, *, key: PartyKey) -> tuple[Entry, Entry]:
    """The two contradicting entries in two messages signed by the log's writer: proof of fraud to anybody.

    ``first`` and ``second`` are signed messages as they came in (Committed, Refunded, State, Entries). Raises
    RemoteProtocolError (``no-fork``) if they do not contradict each other, or a signature error.
    """
    signed = [_entries_in(document, key) for document in (first, second)]
    for one in signed[0]:
        for other in signed[1]:
            if contradiction(one, other):
                return one, other
    raise RemoteProtocolError("the two messages do not contradict each other", status=422, code="no-fork")


def answer_pull(pull: m.Pull, entries: Sequence[Entry], head: Head, now: datetime) -> m.Entries:
    """The writer's page: ``entries`` from ``pull.from_seq`` on, at most ``wire.MOST_ENTRIES`` of them."""
    if writer_of(pull.log) != pull.recipient or head.log != pull.log:
        raise RemoteProtocolError("only the writer of a log gives it out", status=404, code="not-our-log")
    return m.Entries(
        terms=pull.terms,
        sender=pull.recipient,
        recipient=pull.sender,
        created=now.replace(microsecond=0),
        log=pull.log,
        entries=tuple(entries[: wire.MOST_ENTRIES]),
        head=head,
    )


def check_ack(ack: m.AckHead, *, hash_at: str | None, root_at: str | None) -> None:
    """The mirror's countersignature against our own log: ``hash_at`` and ``root_at`` are ours at ``ack.seq``.

    Raises RemoteProtocolError (``bad-head``); the pair's administrators must then look at both logs.
    """
    if (ack.hash, ack.root) != (hash_at, root_at):
        raise RemoteProtocolError("the mirror does not hold our log", status=409, code="bad-head")


def _held(held: Mapping[int, Entry], seq: int) -> Entry:
    if seq not in held:
        raise LocalProtocolError(f"the mirrored entry {seq} was not handed in")
    return held[seq]


def _entries_in(document: JsonObject, key: PartyKey) -> tuple[Entry, ...]:
    claimed = wire.from_json(document)
    message = wire.read(document, key=key, recipient=claimed.recipient)
    match message:
        case m.Committed() | m.Refunded():
            found: tuple[Entry, ...] = (message.entry,)
        case m.Entries():
            found = message.entries
        case m.State(entry=Entry() as entry):
            found = (entry,)
        case _:
            found = ()
    return tuple(one for one in found if writer_of(one.log) == message.sender and one.hash == entry_hash(one))
