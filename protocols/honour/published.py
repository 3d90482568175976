"""What a commune hands to an auditor about its business with one other (specs/honour.md §12): enough to check it alone.

The *books* are signed by who hands them out; they name the head of each log, so that the entries, which follow in pages
without signature, are bound by the chain. ``Shown`` is all of it together, as `ygor audit` keeps it in a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from protocols import proofs
from protocols.errors import LocalProtocolError
from protocols.honour import PROTOCOL
from protocols.honour.log import HEAD, Head
from protocols.honour.merkle import inclusion_proof
from protocols.honour.shapes import ACTOR, DOCUMENT, HASH, LOG, MOMENT, Key, Several, Shape, Text
from protocols.honour.terms import owner_of
from protocols.types import JsonObject

MOST_TERMS: Final = 500
MOST_STATEMENTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Books:
    """``own`` is the head of the publisher's log, ``mirror`` that of its copy of the other's, with their Merkle roots.

    ``terms``: every version that binds the two, with its proofs (none under terms that follow from a grouping's).
    ``statements``: those that both signed. ``ack``: the other's newest AckHead of our log. ``fork``: two messages of
    the other that contradict each other.
    """

    publisher: str
    other: str
    created: datetime
    own: Head
    own_root: str
    mirror: Head
    mirror_root: str
    terms: tuple[JsonObject, ...]
    statements: tuple[JsonObject, ...]
    ack: JsonObject | None = None
    fork: tuple[JsonObject, ...] | None = None


BOOKS: Final = Shape(
    Books,
    {
        "publisher": Key("publisher", ACTOR),
        "other": Key("other", ACTOR),
        "created": Key("created", MOMENT),
        "own": Key("own", HEAD),
        "ownRoot": Key("own_root", HASH),
        "mirror": Key("mirror", HEAD),
        "mirrorRoot": Key("mirror_root", HASH),
        "terms": Key("terms", Several(DOCUMENT, MOST_TERMS)),
        "statements": Key("statements", Several(DOCUMENT, MOST_STATEMENTS)),
        "ack": Key("ack", DOCUMENT, optional=True),
        "fork": Key("fork", Several(DOCUMENT, 2, least=2), optional=True),
    },
    {"type": "ygor:Books", "protocol": PROTOCOL},
    ignored=("@context", "proof"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Books with their entries as they came: ``own`` and ``mirror`` are raw, since an auditor must be able to name what
    is wrong in them. ``evidence``: signed messages of the other in which mirrored entries stand."""

    books: JsonObject
    own: tuple[JsonObject, ...]
    mirror: tuple[JsonObject, ...]
    evidence: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One entry, with the path to the root that the mirror countersigned in ``ack``. ``salt`` (hexadecimal) and
    ``subject`` give the entry's reference, so that its holder knows it for their own; they are for the holder alone."""

    entry: JsonObject
    path: tuple[str, ...]
    ack: JsonObject
    salt: str
    subject: str


INCLUSION: Final = Shape(
    Inclusion,
    {
        "entry": Key("entry", DOCUMENT),
        "path": Key("path", Several(HASH, 64)),
        "ack": Key("ack", DOCUMENT),
        "salt": Key("salt", Text(128, "[0-9a-f]{32,128}")),
        "subject": Key("subject", Text(120)),
    },
    {"type": "ygor:Inclusion", "protocol": PROTOCOL},
)


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of one log from a number on, with the messages that brought them if it is a mirror."""

    log: str
    entries: tuple[JsonObject, ...]
    evidence: tuple[JsonObject, ...]


PAGE: Final = Shape(
    Page,
    {
        "log": Key("log", LOG),
        "entries": Key("entries", Several(DOCUMENT, 500)),
        "evidence": Key("evidence", Several(DOCUMENT, 500)),
    },
    {"type": "ygor:BooksPage", "protocol": PROTOCOL},
)


def sign(books: Books, *, seed: bytes, verification_method: str) -> JsonObject:
    """The books with their publisher's proof. Raises LocalProtocolError for another node's key."""
    if owner_of(verification_method) != books.publisher:
        raise LocalProtocolError("books are signed by who hands them out")
    return proofs.add_proof(
        BOOKS.write(books), seed=seed, verification_method=verification_method, created=books.created
    )


def include(
    entry: JsonObject, hashes: Sequence[str], seq: int, *, ack: JsonObject, salt: bytes, subject: str
) -> JsonObject:
    """The proof for the entry ``seq``, ``hashes`` being those of the entries up to the one that ``ack`` names."""
    path = inclusion_proof(hashes, seq - 1)
    return INCLUSION.write(Inclusion(entry, path, ack, salt.hex(), subject))
