"""The terms between two communes: one versioned document with two proofs (specs/honour.md §3).

Nothing moves without live terms, and every message about a payment cites their hash. Amounts are whole tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from protocols import proofs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import PROTOCOL
from protocols.honour.shapes import (
    ACTOR,
    DAY,
    IDENTIFIER,
    NAME,
    SLUG,
    SOME_TOKENS,
    TOKENS,
    Key,
    OneOf,
    Several,
    Shape,
    Text,
    Whole,
)
from protocols.types import JsonObject

Direction = Literal["a-at-b", "b-at-a"]
"""``a-at-b``: residents of a pay with a's tokens at b's tills, so a issues and b honours."""

StatementPeriod = Literal["month", "quarter", "year"]

EVERY_SERVICE: Final = "*"


@dataclass(frozen=True, slots=True)
class Party:
    """A commune: the id of its actor, the base address of its node, its name for people."""

    actor: str
    base_url: str
    name: str


@dataclass(frozen=True, slots=True)
class Way:
    """What holds in one direction. All sums are in the issuer's tokens.

    A price of ``rate_den`` tokens of the honouring commune costs ``rate_num`` tokens of the issuer. ``limit`` bounds
    unsettled + held. ``day_cap`` is per resident and day (the issuer's day); ``card_day_cap`` is the lower cap for what
    one printed card pays in a day. ``offline_floor`` is what a till may take from one card and day without an answer.
    """

    rate_num: int
    rate_den: int
    limit: int
    day_cap: int
    card_day_cap: int
    offline_floor: int = 0

    def cost(self, price: int) -> int:
        """What ``price`` costs in the issuer's tokens, rounded up (§3.4)."""
        if price < 0:
            raise LocalProtocolError("a price is not negative")
        return -(-price * self.rate_num // self.rate_den)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of the terms. ``valid_from`` and ``valid_until`` are both included."""

    id: str
    version: int
    a: Party
    b: Party
    a_at_b: Way
    b_at_a: Way
    services: tuple[str, ...]
    till_hold_s: int
    booking_hold_s: int
    statement_period: StatementPeriod
    dispute_days: int
    refund_days: int
    valid_from: date
    valid_until: date

    def way(self, direction: Direction) -> Way:
        return self.a_at_b if direction == "a-at-b" else self.b_at_a

    def direction(self, *, issuer: str, honouring: str) -> Direction:
        """Which way a payment goes. Raises RemoteProtocolError (403) if these two are not the parties."""
        if (issuer, honouring) == (self.a.actor, self.b.actor):
            return "a-at-b"
        if (issuer, honouring) == (self.b.actor, self.a.actor):
            return "b-at-a"
        raise RemoteProtocolError("these terms are not between the two of you", status=403, code="not-a-party")

    def other(self, actor: str) -> Party:
        """The party that ``actor`` has these terms with."""
        if actor == self.a.actor:
            return self.b
        if actor == self.b.actor:
            return self.a
        raise RemoteProtocolError(f"{actor} is not a party to these terms", status=403, code="not-a-party")

    def convert(self, price: int, direction: Direction) -> int:
        """What ``price`` (honouring commune's tokens) costs in the issuer's tokens, rounded up (§3.4)."""
        return self.way(direction).cost(price)

    def accepts(self, service: str) -> bool:
        return self.services == (EVERY_SERVICE,) or service in self.services

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


PARTY: Final = Shape(
    Party, {"actor": Key("actor", ACTOR), "baseUrl": Key("base_url", ACTOR), "name": Key("name", NAME)}, {}
)
_RATE = Whole(1, 1_000_000)
_WAY = Shape(
    Way,
    {
        "rateNum": Key("rate_num", _RATE),
        "rateDen": Key("rate_den", _RATE),
        "limit": Key("limit", SOME_TOKENS),
        "dayCap": Key("day_cap", SOME_TOKENS),
        "cardDayCap": Key("card_day_cap", TOKENS),
        "offlineFloor": Key("offline_floor", TOKENS),
    },
    {},
)
SERVICE: Final = Text(60, rf"(?:\*|{SLUG.pattern})")
TERMS: Final = Shape(
    Terms,
    {
        "id": Key("id", IDENTIFIER),
        "version": Key("version", Whole(1, 100_000)),
        "a": Key("a", PARTY),
        "b": Key("b", PARTY),
        "aAtB": Key("a_at_b", _WAY),
        "bAtA": Key("b_at_a", _WAY),
        "services": Key("services", Several(SERVICE, 100, least=1)),
        "tillHold": Key("till_hold_s", Whole(60, 3600)),
        "bookingHold": Key("booking_hold_s", Whole(60, 14 * 86_400)),
        "statementPeriod": Key("statement_period", OneOf(("month", "quarter", "year"))),
        "disputeDays": Key("dispute_days", Whole(1, 365)),
        "refundDays": Key("refund_days", Whole(0, 365)),
        "validFrom": Key("valid_from", DAY),
        "validUntil": Key("valid_until", DAY),
    },
    {"type": "ygor:Terms", "protocol": PROTOCOL},
    ignored=("@context", "proof"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with terms: the attribute (dotted, ``a_at_b.limit``), a stable code, an English sentence."""

    field: str
    code: str
    text: str


def problems(terms: Terms) -> tuple[Problem, ...]:
    """Everything that the shape alone cannot refuse; empty means that the terms may be signed (§3.3)."""
    found: list[Problem] = []
    if terms.a.actor == terms.b.actor:
        found.append(Problem("b.actor", "same-party", "a commune has no terms with itself"))
    for name, party in (("a", terms.a), ("b", terms.b)):
        if not party.actor.startswith(party.base_url.rstrip("/") + "/"):
            found.append(Problem(f"{name}.base_url", "foreign-base", "the actor does not lie under the base address"))
    for name, way in (("a_at_b", terms.a_at_b), ("b_at_a", terms.b_at_a)):
        if way.day_cap > way.limit:
            found.append(Problem(f"{name}.day_cap", "over-limit", "the daily cap is above the limit of the direction"))
        if way.card_day_cap > way.day_cap:
            found.append(Problem(f"{name}.card_day_cap", "over-day-cap", "the cap for cards is above the daily cap"))
        if way.offline_floor > way.card_day_cap:
            found.append(Problem(f"{name}.offline_floor", "over-card-cap", "the offline floor is above the card's cap"))
    if EVERY_SERVICE in terms.services and len(terms.services) > 1:
        found.append(Problem("services", "all-and-some", "* stands alone"))
    if len(set(terms.services)) != len(terms.services):
        found.append(Problem("services", "twice", "a service is listed twice"))
    if terms.valid_until < terms.valid_from:
        found.append(Problem("valid_until", "before-start", "the terms end before they begin"))
    if terms.booking_hold_s < terms.till_hold_s:
        found.append(Problem("booking_hold_s", "under-till-hold", "a booking is held for less than a till's payment"))
    return tuple(found)


def succeeds(new: Terms, old: Terms) -> bool:
    """Whether ``new`` is the next version of ``old``: same id, same parties in the same order, version one higher."""
    parties = (new.a.actor, new.b.actor) == (old.a.actor, old.b.actor)
    return new.id == old.id and parties and new.version == old.version + 1


def to_json(terms: Terms) -> JsonObject:
    """The document without proofs."""
    return TERMS.write(terms)


def from_json(document: JsonObject) -> Terms:
    """Parse and validate. Raises RemoteProtocolError (``bad-message`` or ``bad-terms``, naming the field)."""
    terms: Terms = TERMS.read(document)
    if found := problems(terms):
        raise RemoteProtocolError(f"{found[0].field}: {found[0].text}", status=422, code="bad-terms")
    return terms


def terms_hash(terms: Terms) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical document without proofs; every message cites it."""
    return proofs.evidence_digest(to_json(terms))


@dataclass(frozen=True, slots=True)
class PartyKey:
    """The Ed25519 key by which a node signs: the URL of the method, and the 32 bytes of the public key."""

    verification_method: str
    public_key: bytes


def owner_of(verification_method: str) -> str:
    """The actor a verification method belongs to: its URL without the fragment (FEP-521a)."""
    return verification_method.partition("#")[0]


def propose(terms: Terms, *, seed: bytes, verification_method: str, created: datetime) -> JsonObject:
    """The document with the first proof. Raises LocalProtocolError for terms with a problem or a stranger's key."""
    if found := problems(terms):
        raise LocalProtocolError(f"{found[0].field}: {found[0].text}")
    return _sign(terms, to_json(terms), seed, verification_method, created)


def countersign(document: JsonObject, *, seed: bytes, verification_method: str, created: datetime) -> JsonObject:
    """``document`` with a second proof; verify the first one before (``verify_proposal``)."""
    terms = from_json(document)
    signers = {owner_of(str(proof.get("verificationMethod"))) for proof in proofs.proofs_of(document)}
    if signers != {terms.other(owner_of(verification_method)).actor}:
        raise LocalProtocolError("terms are countersigned by the other party, once")
    return _sign(terms, document, seed, verification_method, created)


def verify_proposal(document: JsonObject, *, key: PartyKey, now: datetime) -> Terms:
    """The terms, if ``key`` belongs to a party and signed them. Raises RemoteProtocolError otherwise."""
    terms = from_json(document)
    terms.other(owner_of(key.verification_method))
    proofs.verify_proof(document, public_key=key.public_key, verification_method=key.verification_method, now=now)
    return terms


def verify_countersigned(document: JsonObject, *, keys: Mapping[str, PartyKey], now: datetime) -> Terms:
    """The terms, if both parties signed this very document. ``keys``: actor id → its key."""
    terms = from_json(document)
    for party in (terms.a, terms.b):
        key = keys.get(party.actor)
        if key is None or owner_of(key.verification_method) != party.actor:
            raise RemoteProtocolError(f"no key of {party.actor}", status=401, code="bad-signature")
        proofs.verify_proof(document, public_key=key.public_key, verification_method=key.verification_method, now=now)
    return terms


def _sign(terms: Terms, document: JsonObject, seed: bytes, verification_method: str, created: datetime) -> JsonObject:
    if owner_of(verification_method) not in (terms.a.actor, terms.b.actor):
        raise LocalProtocolError("only a party signs terms")
    return proofs.add_proof(document, seed=seed, verification_method=verification_method, created=created)
