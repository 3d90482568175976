"""The hash-chained log of one direction, written by the issuer alone (specs/honour.md §7).

One pair has two logs. A shared chain would stall whenever both sides write at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from protocols import jcs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour.shapes import ANY_SUM, DAY, HASH, IDENTIFIER, LOG, SEQUENCE, Key, OneOf, Shape
from protocols.types import JsonObject

EntryKind = Literal["charge", "refund", "settle"]
FIRST_PREV: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Sums:
    """Running sums: ``charged…settled`` in the issuer's tokens, ``…_price`` in the honouring commune's."""

    charged: int = 0
    refunded: int = 0
    settled: int = 0
    charged_price: int = 0
    refunded_price: int = 0
    settled_price: int = 0
    settlements: int = 0

    @property
    def owed(self) -> int:
        """Unsettled, in the issuer's tokens; below zero when refunds came after the settlement."""
        return self.charged - self.refunded - self.settled

    @property
    def owed_price(self) -> int:
        """Unsettled, in the honouring commune's tokens."""
        return self.charged_price - self.refunded_price - self.settled_price

    def after(self, kind: EntryKind, amount: int, price: int) -> Sums:
        charged, refunded, settled = self.charged, self.refunded, self.settled
        charged_price, refunded_price, settled_price = self.charged_price, self.refunded_price, self.settled_price
        if kind == "charge":
            charged, charged_price = charged + amount, charged_price + price
        elif kind == "refund":
            refunded, refunded_price = refunded + amount, refunded_price + price
        else:
            settled, settled_price = settled + amount, settled_price + price
        settlements = self.settlements + (kind == "settle")
        return Sums(charged, refunded, settled, charged_price, refunded_price, settled_price, settlements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a log. ``amount`` is in the issuer's tokens, ``price`` in the honouring commune's.

    ``payment`` is the payment's id, for a refund the payment it gives back from, for a settlement the statement's id.
    ``subject`` is the refund's id or, for a settlement, the statement's hash. ``through`` is the sequence number at
    which a settlement's statement cut this log, else 0. ``reference`` is salted: see ``salted_reference``.
    """

    log: str
    seq: int
    prev: str
    payment: str
    subject: str | None
    kind: EntryKind
    amount: int
    price: int
    sums: Sums
    day: date
    through: int
    reference: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands. ``seq`` 0 is the empty log."""

    log: str
    seq: int = 0
    hash: str = FIRST_PREV
    sums: Sums = Sums()


_SUMS = Shape(
    Sums,
    {
        "charged": Key("charged", SEQUENCE),
        "refunded": Key("refunded", SEQUENCE),
        "settled": Key("settled", ANY_SUM),
        "chargedPrice": Key("charged_price", SEQUENCE),
        "refundedPrice": Key("refunded_price", SEQUENCE),
        "settledPrice": Key("settled_price", ANY_SUM),
        "settlements": Key("settlements", SEQUENCE),
    },
    {},
)
ENTRY: Final = Shape(
    Entry,
    {
        "log": Key("log", LOG),
        "seq": Key("seq", SEQUENCE),
        "prev": Key("prev", HASH),
        "payment": Key("payment", IDENTIFIER),
        "subject": Key("subject", IDENTIFIER, optional=True),
        "kind": Key("kind", OneOf(("charge", "refund", "settle"))),
        "amount": Key("amount", ANY_SUM),
        "price": Key("price", ANY_SUM),
        "sums": Key("sums", _SUMS),
        "day": Key("day", DAY),
        "through": Key("through", SEQUENCE),
        "reference": Key("reference", HASH),
        "hash": Key("hash", HASH),
    },
    {"type": "ygor:Entry"},
)
HEAD: Final = Shape(
    Head,
    {
        "log": Key("log", LOG),
        "seq": Key("seq", SEQUENCE),
        "hash": Key("hash", HASH),
        "sums": Key("sums", _SUMS),
    },
    {},
)


def log_id(*, issuer: str, honouring: str) -> str:
    """The name of the log that ``issuer`` writes about its tokens at ``honouring``: two actor ids, one space."""
    return f"{issuer} {honouring}"


def writer_of(log: str) -> str:
    """The actor that alone may append to ``log``."""
    return log.partition(" ")[0]


def mirror_of(log: str) -> str:
    """The actor that keeps the copy of ``log``."""
    return log.partition(" ")[2]


def salted_reference(salt: bytes, subject: str) -> str:
    """What stands for a person or order in an entry; forgetting ``salt`` (16 bytes or more) erases the link (§7.5)."""
    if len(salt) < 16:
        raise LocalProtocolError("a salt has 16 bytes or more")
    return hashlib.sha256(salt + subject.encode()).hexdigest()


def append(
    head: Head,
    *,
    payment: str,
    kind: EntryKind,
    amount: int,
    price: int,
    day: date,
    reference: str,
    subject: str | None = None,
    through: int = 0,
) -> Entry:
    """The next entry after ``head``. Only the log's writer calls this, under the lock of the head's row."""
    body = Entry(
        log=head.log,
        seq=head.seq + 1,
        prev=head.hash,
        payment=payment,
        subject=subject,
        kind=kind,
        amount=amount,
        price=price,
        sums=head.sums.after(kind, amount, price),
        day=day,
        through=through,
        reference=reference,
        hash=FIRST_PREV,
    )
    if why := _unsound(head, body):
        raise LocalProtocolError(why)
    return replace(body, hash=entry_hash(body))


def head_after(entry: Entry) -> Head:
    return Head(entry.log, entry.seq, entry.hash, entry.sums)


def entry_hash(entry: Entry) -> str:
    """SHA-256 of the canonical entry without its ``hash``, lower-case hexadecimal (§7.2)."""
    body = ENTRY.write(entry)
    del body["hash"]
    return jcs.digest(body).hex()


def entry_json(entry: Entry) -> JsonObject:
    return ENTRY.write(entry)


def entry_from_json(value: JsonObject) -> Entry:
    """Parse one entry and check its own hash; its place in the chain is ``check_next``'s matter."""
    entry: Entry = ENTRY.read(value)
    if entry.hash != entry_hash(entry):
        raise RemoteProtocolError("the entry's hash is not its hash", status=422, code="bad-entry")
    return entry


def check_next(head: Head, entry: Entry) -> Head:
    """The head after ``entry``. Raises RemoteProtocolError (``bad-chain``) unless it follows ``head`` (§7.3)."""
    why = None
    if entry.log != head.log:
        why = "it belongs to another log"
    elif entry.seq != head.seq + 1:
        why = f"sequence number {entry.seq} does not follow {head.seq}"
    elif entry.prev != head.hash:
        why = "it does not name the hash of the entry before"
    elif entry.hash != entry_hash(entry):
        why = "its hash is not its hash"
    elif entry.sums != head.sums.after(entry.kind, entry.amount, entry.price):
        why = "its running sums are wrong"
    else:
        why = _unsound(head, entry)
    if why:
        raise RemoteProtocolError(f"entry {entry.seq}: {why}", status=422, code="bad-chain")
    return head_after(entry)


def verify_chain(entries: Iterable[Entry], *, head: Head) -> Head:
    """Re-run the chain from ``head`` (``Head(log)`` for the beginning); the head after the last entry.

    A settlement must move exactly what was owed where its statement cut the log, or nothing (carried over). Checked
    for cuts that lie inside ``entries`` or at ``head``; statements are cut after the last settlement.
    Raises RemoteProtocolError (``bad-chain``).
    """
    owed = {head.seq: (head.sums.owed, head.sums.owed_price)}
    for entry in entries:
        cut = owed.get(entry.through)
        if entry.kind == "settle" and cut is not None and (entry.amount, entry.price) not in (cut, (0, 0)):
            raise RemoteProtocolError(f"entry {entry.seq}: it settles another sum", status=422, code="bad-chain")
        head = check_next(head, entry)
        owed[head.seq] = (head.sums.owed, head.sums.owed_price)
    return head


def _unsound(head: Head, entry: Entry) -> str | None:
    """Why the entry's own figures cannot be, or None."""
    if entry.kind == "settle":
        if entry.subject is None:
            return "a settlement names its statement's hash"
        return "it settles what was not yet written" if entry.through > head.seq else None
    if entry.through:
        return "only a settlement cuts a log"
    if entry.kind == "charge" and (entry.amount < 1 or entry.price < 1):
        return "a charge moves at least one token"
    if entry.kind == "refund" and (entry.amount < 0 or entry.price < 1):
        return "a refund gives something back"
    if (entry.subject is None) is (entry.kind == "refund"):
        return "a refund, and only a refund, names its own id"
    return None
