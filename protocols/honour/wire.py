"""Messages as signed JSON objects (specs/honour.md §5): build, parse, hash, sign, verify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from protocols import jcs, proofs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import PROTOCOL
from protocols.honour import messages as m
from protocols.honour.consent import CONSENT
from protocols.honour.log import ENTRY, HEAD
from protocols.honour.shapes import (
    ACTOR,
    ANY_SUM,
    DAY,
    DOCUMENT,
    FLAG,
    HASH,
    IDENTIFIER,
    LOG,
    MOMENT,
    SEQUENCE,
    SLUG,
    SOME_TOKENS,
    Key,
    OneOf,
    Several,
    Shape,
    Text,
    Whole,
    refuse,
)
from protocols.honour.terms import PartyKey, owner_of
from protocols.types import JsonObject

MOST_ENTRIES: Final = 200
"""Entries in one ``Entries`` page."""

_FIRST_NAME = Text(60)
_PRICE = Key("price", SOME_TOKENS)
_SERVICE = Key("service", SLUG)
_CONSENT = Key("consent", CONSENT)
_ENTRY = Key("entry", ENTRY)
_REFUND = Key("refund", IDENTIFIER)
_LOG = Key("log", LOG)
_ENVELOPE = {
    "terms": Key("terms", HASH),
    "from": Key("sender", ACTOR),
    "to": Key("recipient", ACTOR),
    "created": Key("created", MOMENT),
}
_PAYMENT = {"payment": Key("payment", IDENTIFIER)}
_STATEMENT = {"statement": Key("statement", IDENTIFIER), "number": Key("number", Whole(1, 1_000_000))}
_CUT = Shape(
    m.Cut,
    {
        "log": _LOG,
        "seq": Key("seq", SEQUENCE),
        "hash": Key("hash", HASH),
        "owed": Key("owed", ANY_SUM),
        "owedPrice": Key("owed_price", ANY_SUM),
    },
    {},
)
_STATES = OneOf(("unknown", "held", "committed", "refused", "voided", "expired"))
_NO_KEYS: dict[str, Key] = {}

_BODIES: Final[Mapping[type[m.Message], dict[str, Key]]] = {
    m.Look: {"price": _PRICE, "service": _SERVICE, "consent": _CONSENT},
    m.Reserve: {
        "price": _PRICE,
        "service": _SERVICE,
        "consent": _CONSENT,
        "hold": Key("hold", OneOf(("till", "booking"))),
    },
    m.Charge: {"price": _PRICE, "service": _SERVICE, "consent": _CONSENT},
    m.Commit: _NO_KEYS,
    m.Cancel: _NO_KEYS,
    m.Refund: {"refund": _REFUND, "price": _PRICE},
    m.Query: _NO_KEYS,
    m.Seen: {"firstName": Key("first_name", _FIRST_NAME), "covered": Key("covered", FLAG)},
    m.Held: {"until": Key("until", MOMENT)},
    m.Refused: {"code": Key("code", SLUG), "refund": Key("refund", IDENTIFIER, optional=True)},
    m.Committed: {"entry": _ENTRY},
    m.Expired: _NO_KEYS,
    m.Voided: _NO_KEYS,
    m.Refunded: {"refund": _REFUND, "entry": _ENTRY},
    m.State: {
        "state": Key("state", _STATES),
        "until": Key("until", MOMENT, optional=True),
        "entry": Key("entry", ENTRY, optional=True),
        "code": Key("code", SLUG, optional=True),
    },
    m.Pull: {"log": _LOG, "fromSeq": Key("from_seq", SEQUENCE)},
    m.Entries: {"log": _LOG, "entries": Key("entries", Several(ENTRY, MOST_ENTRIES)), "head": Key("head", HEAD)},
    m.AckHead: {"log": _LOG, "seq": Key("seq", SEQUENCE), "hash": Key("hash", HASH), "root": Key("root", HASH)},
    m.Statement: _STATEMENT
    | {
        "periodEnd": Key("period_end", DAY),
        "aAtB": Key("a_at_b", _CUT),
        "bAtA": Key("b_at_a", _CUT),
        "netA": Key("net_a", ANY_SUM),
        "netB": Key("net_b", ANY_SUM),
        "settlement": Key("settlement", OneOf(("euros", "tokens", "carried"))),
        "euroCents": Key("euro_cents", ANY_SUM, optional=True),
    },
    m.StatementAck: _STATEMENT | {"document": Key("document", DOCUMENT)},
    m.Dispute: _STATEMENT
    | {
        "code": Key("code", SLUG),
        "reason": Key("reason", Text(500)),
        "payment": Key("payment", IDENTIFIER, optional=True),
    },
}


def _shape(kind: type[m.Message], body: dict[str, Key]) -> Shape:
    envelope = _ENVELOPE | (_PAYMENT if issubclass(kind, m.PaymentMessage) else {})
    fixed = {"type": f"ygor:{kind.__name__}", "protocol": PROTOCOL}
    return Shape(kind, envelope | body, fixed, ignored=("@context", "proof"))


SHAPES: Final[Mapping[str, Shape]] = {f"ygor:{kind.__name__}": _shape(kind, body) for kind, body in _BODIES.items()}
"""Message type (``ygor:Charge``) → its table."""


def to_json(message: m.Message) -> JsonObject:
    """The object without a proof."""
    return SHAPES[f"ygor:{type(message).__name__}"].write(message)


def from_json(document: JsonObject) -> m.Message:
    """Parse without looking at the proof. Raises RemoteProtocolError (``bad-message``) naming the key at fault."""
    kind = document.get("type")
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise refuse("$.type", "is not a message of " + PROTOCOL)
    message: m.Message = shape.read(document)
    if message.sender == message.recipient:
        raise refuse("$.to", "nobody writes to themselves")
    return message


def body_hash(message: m.Message) -> str:
    """What makes two messages the same: hexadecimal SHA-256 of the object without ``created`` and proof (§5.3)."""
    return _hash_without(message, "created")


def opening_hash(message: m.Reserve | m.Charge) -> str:
    """The same payment, whether reserved or charged: ``body_hash`` without ``type`` and ``hold`` (§6.4)."""
    return _hash_without(message, "created", "type", "hold")


def _hash_without(message: m.Message, *names: str) -> str:
    body: dict[str, Any] = to_json(message)
    return jcs.digest({name: value for name, value in body.items() if name not in names}).hex()


def sign(message: m.Message, *, seed: bytes, verification_method: str) -> JsonObject:
    """The signed object, byte for byte the same each time. Raises LocalProtocolError for another node's key."""
    if owner_of(verification_method) != message.sender:
        raise LocalProtocolError("a node signs only its own messages")
    return proofs.add_proof(
        to_json(message), seed=seed, verification_method=verification_method, created=message.created
    )


def read(document: JsonObject, *, key: PartyKey, recipient: str) -> m.Message:
    """Verify and parse a message that came in, whatever its age: old messages are harmless, bodies are idempotent.

    ``key`` is the sender's, as its actor document lists it. Raises RemoteProtocolError: 400 ``bad-message``, 401
    (signature, or the key is not the sender's), 421 ``not-for-us``.
    """
    message = from_json(document)
    if owner_of(key.verification_method) != message.sender:
        raise RemoteProtocolError("the key is not the sender's", status=401, code="bad-signature")
    if message.recipient != recipient:
        raise RemoteProtocolError("the message is for another node", status=421, code="not-for-us")
    proofs.verify_proof(document, public_key=key.public_key, verification_method=key.verification_method)
    return message
