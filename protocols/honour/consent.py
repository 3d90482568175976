"""What the holder showed at the till (specs/honour.md §4): a printed card, or a pass from their phone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias, cast

from protocols import multikey, proofs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour.shapes import (
    ACTOR,
    HASH,
    IDENTIFIER,
    MOMENT,
    SEQUENCE,
    SOME_TOKENS,
    Either,
    Key,
    Shape,
    Text,
)
from protocols.types import Json, JsonObject

LONGEST_PASS: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CardConsent:
    """A printed card: digest of its code, the till that read it, and that till's counter, which only grows."""

    digest: str
    till: str
    counter: int


@dataclass(frozen=True, slots=True)
class Pass:
    """What a resident's key signs: pay once, before ``expires``, at most ``most`` tokens of the honouring commune."""

    issuer: str
    holder: str
    nonce: str
    issued: datetime
    expires: datetime
    most: int | None = None


@dataclass(frozen=True, slots=True)
class PassConsent:
    """A signed pass, carried exactly as the phone showed it."""

    document: JsonObject


Consent: TypeAlias = CardConsent | PassConsent

HOLDER: Final = Text(120, r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}")
PASS: Final = Shape(
    Pass,
    {
        "issuer": Key("issuer", ACTOR),
        "holder": Key("holder", HOLDER),
        "nonce": Key("nonce", IDENTIFIER),
        "issued": Key("issued", MOMENT),
        "expires": Key("expires", MOMENT),
        "most": Key("most", SOME_TOKENS, optional=True),
    },
    {"type": "ygor:Pass"},
    ignored=("proof",),
)


@dataclass(frozen=True, slots=True)
class _SignedPass:
    """A pass kept verbatim, because its proof is over exactly this document, but refused if it is not one."""

    schema: JsonObject

    def read(self, value: object, path: str) -> JsonObject:
        PASS.read(value, path)
        return cast(JsonObject, value)

    def write(self, value: JsonObject) -> Json:
        return value


CONSENT: Final = Either(
    "kind",
    {
        "card": Shape(
            CardConsent,
            {"digest": Key("digest", HASH), "till": Key("till", IDENTIFIER), "counter": Key("counter", SEQUENCE)},
            {"kind": "card"},
        ),
        "pass": Shape(PassConsent, {"pass": Key("document", _SignedPass(PASS.schema))}, {"kind": "pass"}),
    },
)


def card_digest(code: str) -> str:
    """What stands for a card's secret ``code`` on the wire; the code itself never leaves the till (§4.1)."""
    return hashlib.sha256(b"ygor-card/1\n" + code.encode()).hexdigest()


def pass_method(holder: str) -> str:
    """The verification method of a ``did:key``: ``did:key:z6Mk…#z6Mk…``."""
    return f"{holder}#{holder.removeprefix('did:key:')}"


def sign_pass(value: Pass, *, seed: bytes) -> JsonObject:
    """The pass with the proof of the resident's key. Raises LocalProtocolError if it lives longer than five minutes."""
    if not timedelta(0) < value.expires - value.issued <= LONGEST_PASS:
        raise LocalProtocolError("a pass lives at most five minutes")
    return proofs.add_proof(
        PASS.write(value), seed=seed, verification_method=pass_method(value.holder), created=value.issued
    )


def read_pass(document: JsonObject) -> Pass:
    """The pass without its proof being checked; enough to look up the holder. Raises RemoteProtocolError."""
    value: Pass = PASS.read(document, "$.consent.pass")
    return value


def verify_pass(document: JsonObject, *, issuer: str) -> Pass:
    """The pass, if the key that it names signed it for ``issuer`` and it lives no longer than a pass may.

    Whether it has expired is for the issuer to say when it decides (``IssuerFacts``, ``now``), not here.
    Raises RemoteProtocolError (401).
    """
    value = read_pass(document)
    if value.issuer != issuer:
        raise RemoteProtocolError("the pass is for another commune", status=401, code="bad-pass")
    if not timedelta(0) < value.expires - value.issued <= LONGEST_PASS:
        raise RemoteProtocolError("the pass lives too long", status=401, code="bad-pass")
    key = multikey.from_did_key(value.holder)
    proofs.verify_proof(document, public_key=key, verification_method=pass_method(value.holder))
    return value


def consent_key(consent: Consent) -> str:
    """What may be used by one payment only: the till's counter, or the nonce of the pass (§4.3)."""
    if isinstance(consent, CardConsent):
        return f"card {consent.till} {consent.counter}"
    value = read_pass(consent.document)
    return f"pass {value.holder} {value.nonce}"
