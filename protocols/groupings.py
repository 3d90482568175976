"""A grouping of communes: its signed member list and the one set of terms all members accept (specs/groupings.md).

Four documents, each signed by whoever speaks in it: the grouping's *terms*, a member's *acceptance* of them, a member's
*departure*, the grouping's *member list*, which carries the terms and the acceptances so that anybody can verify it
alone. From terms and two acceptances `pair_terms` derives the terms between two members: n signatures in place of n².
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from protocols import proofs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import terms as pairwise
from protocols.honour.shapes import (
    ACTOR,
    DAY,
    DOCUMENT,
    HASH,
    IDENTIFIER,
    MOMENT,
    SOME_TOKENS,
    TOKENS,
    Key,
    OneOf,
    Several,
    Shape,
    Text,
    Whole,
)
from protocols.honour.terms import PARTY, SERVICE, Party, PartyKey, StatementPeriod, Terms, Way, owner_of
from protocols.types import JsonObject

PROTOCOL: Final = "ygor-grouping/1"
MOST_MEMBERS: Final = 400
MOST_TERMS: Final = 2
MOST_ACCEPTANCES: Final = 2
MOST_BYTES: Final = 900_000
"""Of a member list in canonical form: what every reader takes in (§4.4)."""
MOST_VERSION: Final = 2**53 - 1
SKEW: Final = proofs.SKEW


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingTerms:
    """One version of what a grouping offers to all its members (§2). Sums are whole tokens, one for one everywhere.

    `replaces` is the hash of the version before and `previous_until` the last day on which that one opens payments.
    """

    series: str
    version: int
    grouping: Party
    limit: int
    day_cap: int
    card_day_cap: int
    services: tuple[str, ...]
    till_hold_s: int
    booking_hold_s: int
    statement_period: StatementPeriod
    dispute_days: int
    refund_days: int
    valid_from: date
    valid_until: date
    replaces: str | None = None
    previous_until: date | None = None

    @property
    def way(self) -> Way:
        """What holds in either direction between any two parties."""
        return Way(1, 1, self.limit, self.day_cap, self.card_day_cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A member's word: it accepts `terms` (a hash) of `grouping` (an actor), with all who accept them too (§3)."""

    id: str
    grouping: str
    terms: str
    member: Party
    code: str | None
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A member's word: it has left; every acceptance it made until `created` is over (§6)."""

    id: str
    grouping: str
    member: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A member on the list, with its acceptances as it signed them."""

    member: str
    since: datetime
    acceptances: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberList:
    """The whole list of one version, the newest terms first (§4)."""

    grouping: Party
    version: int
    created: datetime
    terms: tuple[JsonObject, ...]
    members: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Which list is in force: small, and asked for often (§4.5)."""

    version: int
    hash: str


TERMS: Final = Shape(
    GroupingTerms,
    {
        "series": Key("series", IDENTIFIER),
        "version": Key("version", Whole(1, 100_000)),
        "grouping": Key("grouping", PARTY),
        "limit": Key("limit", SOME_TOKENS),
        "dayCap": Key("day_cap", SOME_TOKENS),
        "cardDayCap": Key("card_day_cap", TOKENS),
        "services": Key("services", Several(SERVICE, 100, least=1)),
        "tillHold": Key("till_hold_s", Whole(60, 3600)),
        "bookingHold": Key("booking_hold_s", Whole(60, 14 * 86_400)),
        "statementPeriod": Key("statement_period", OneOf(("month", "quarter", "year"))),
        "disputeDays": Key("dispute_days", Whole(1, 365)),
        "refundDays": Key("refund_days", Whole(0, 365)),
        "validFrom": Key("valid_from", DAY),
        "validUntil": Key("valid_until", DAY),
        "replaces": Key("replaces", HASH, optional=True),
        "previousUntil": Key("previous_until", DAY, optional=True),
    },
    {"type": "ygor:GroupingTerms", "protocol": PROTOCOL},
    ignored=("proof",),
)
ACCEPTANCE: Final = Shape(
    Acceptance,
    {
        "id": Key("id", IDENTIFIER),
        "grouping": Key("grouping", ACTOR),
        "terms": Key("terms", HASH),
        "member": Key("member", PARTY),
        "code": Key("code", Text(32), optional=True),
        "created": Key("created", MOMENT),
    },
    {"type": "ygor:GroupingAcceptance", "protocol": PROTOCOL},
    ignored=("proof",),
)
DEPARTURE: Final = Shape(
    Departure,
    {
        "id": Key("id", IDENTIFIER),
        "grouping": Key("grouping", ACTOR),
        "member": Key("member", ACTOR),
        "created": Key("created", MOMENT),
    },
    {"type": "ygor:GroupingDeparture", "protocol": PROTOCOL},
    ignored=("proof",),
)
LISTED: Final = Shape(
    Listed,
    {
        "member": Key("member", ACTOR),
        "since": Key("since", MOMENT),
        "acceptances": Key("acceptances", Several(DOCUMENT, MOST_ACCEPTANCES)),
    },
    {},
)
MEMBER_LIST: Final = Shape(
    MemberList,
    {
        "grouping": Key("grouping", PARTY),
        "version": Key("version", Whole(1, MOST_VERSION)),
        "created": Key("created", MOMENT),
        "terms": Key("terms", Several(DOCUMENT, MOST_TERMS, least=1)),
        "members": Key("members", Several(LISTED, MOST_MEMBERS)),
    },
    {"type": "ygor:MemberList", "protocol": PROTOCOL},
    ignored=("proof",),
)
HEAD: Final = Shape(
    Head,
    {"version": Key("version", Whole(1, MOST_VERSION)), "hash": Key("hash", HASH)},
    {"type": "ygor:MemberListHead", "protocol": PROTOCOL},
)


def digest(document: JsonObject) -> str:
    """The hash that names a document: SHA-256 of its canonical form without proofs (§1.3)."""
    return proofs.evidence_digest(document)


def sign(document: JsonObject, *, seed: bytes, verification_method: str, created: datetime) -> JsonObject:
    """A document of this page with its author's proof."""
    return proofs.add_proof(document, seed=seed, verification_method=verification_method, created=created)


def problems(terms: GroupingTerms) -> tuple[pairwise.Problem, ...]:
    """Everything that the shape alone cannot refuse; empty means that the terms may be signed (§2.3)."""
    found = []
    for problem in pairwise.problems(pair_terms(terms, terms.grouping, _ANYBODY)):
        side, _, name = problem.field.partition(".")
        if side != "b_at_a" and not problem.field.startswith("b."):
            found.append(pairwise.Problem(name or side, problem.code, problem.text))
    if (terms.version > 1) is (terms.replaces is None) or (terms.replaces is None) is not (
        terms.previous_until is None
    ):
        found.append(pairwise.Problem("replaces", "replaces", "a later version says which one it replaces, and when"))
    if terms.previous_until is not None and terms.valid_until < terms.previous_until:
        found.append(pairwise.Problem("previous_until", "before-previous", "they end before the version they replace"))
    return tuple(found)


def read_terms(document: JsonObject) -> GroupingTerms:
    """Parse and validate. Raises RemoteProtocolError (`bad-message`, `bad-terms`)."""
    terms: GroupingTerms = TERMS.read(document)
    if found := problems(terms):
        raise RemoteProtocolError(f"{found[0].field}: {found[0].text}", status=422, code="bad-terms")
    return terms


def succeeds(new: GroupingTerms, old: GroupingTerms) -> bool:
    """Whether `new` is the next version of `old`, by the same grouping, and says so."""
    same = (new.series, new.grouping.actor) == (old.series, old.grouping.actor)
    return same and new.version == old.version + 1 and new.replaces == digest(TERMS.write(old))


def read_acceptance(document: JsonObject) -> Acceptance:
    """Raises RemoteProtocolError; a member's actor lies under its base address."""
    found: Acceptance = ACCEPTANCE.read(document)
    _check_party(found.member)
    return found


def read_departure(document: JsonObject) -> Departure:
    found: Departure = DEPARTURE.read(document)
    return found


def verify_author(document: JsonObject, author: str, keys: Sequence[PartyKey], now: datetime) -> None:
    """Raises RemoteProtocolError (401) unless one of `author`'s `keys` signed the document (§1.2)."""
    for key in keys:
        methods = [proof.get("verificationMethod") for proof in proofs.proofs_of(document)]
        if key.verification_method in methods and owner_of(key.verification_method) == author:
            method = key.verification_method
            proofs.verify_proof(document, public_key=key.public_key, verification_method=method, now=now)
            return
    raise RemoteProtocolError(f"not signed by a key of {author}", status=401, code="bad-signature")


def read_list(document: JsonObject) -> MemberList:
    """Parse a list and check that it holds together (§4.2); signatures are for `verify_list`.

    Raises RemoteProtocolError: foreign terms or acceptances, a member listed twice, the grouping as its own member.
    """
    found: MemberList = MEMBER_LIST.read(document)
    _check_party(found.grouping)
    terms = [read_terms(each) for each in found.terms]
    if any(each.grouping != found.grouping for each in terms[:1]) or any(
        each.grouping.actor != found.grouping.actor for each in terms
    ):
        raise _bad("the terms are another grouping's")
    if any(not succeeds(new, old) for new, old in itertools.pairwise(terms)):
        raise _bad("the terms do not follow each other")
    hashes = {digest(each) for each in found.terms}
    actors = [each.member for each in found.members]
    if len(set(actors)) != len(actors) or found.grouping.actor in actors:
        raise _bad("a member is listed twice, or the grouping itself is")
    for listed in found.members:
        accepted = [read_acceptance(each) for each in listed.acceptances]
        for one in accepted:
            if one.member.actor != listed.member or one.grouping != found.grouping.actor or one.terms not in hashes:
                raise _bad("an acceptance is not this member's, of these terms")
        if len({one.terms for one in accepted}) != len(accepted):
            raise _bad("a member accepts the same terms twice")
    return found


def verify_list(document: JsonObject, *, actor: str, keys: Sequence[PartyKey], now: datetime) -> MemberList:
    """The list, if `actor` signed it and the terms in it. The members' own signatures are checked one by one, by
    whoever has business with that member. Raises RemoteProtocolError."""
    found = read_list(document)
    if found.grouping.actor != actor:
        raise RemoteProtocolError("the list is another grouping's", status=403, code="foreign-list")
    verify_author(document, actor, keys, now)
    for each in found.terms:
        verify_author(each, actor, keys, now)
    return found


def is_news(version: int, list_hash: str, *, known_version: int, known_hash: str) -> bool:
    """Whether a list is later than the one we have. Raises RemoteProtocolError for an older one (`stale`), or another
    one of the same version (`fork`): versions only grow, and each names one list (§4.3)."""
    if version < known_version:
        raise RemoteProtocolError("an older list than the one we have", status=409, code="stale")
    if version == known_version and list_hash != known_hash:
        raise RemoteProtocolError("two lists of one version", status=409, code="fork")
    return version > known_version


def pair_terms(terms: GroupingTerms, one: Party, other: Party) -> Terms:
    """The terms between two parties of the same grouping's terms (§5.1): whoever derives them gets the same hash."""
    a, b = sorted((one, other), key=lambda party: party.actor)
    seed = "\n".join((PROTOCOL, "pair", terms.grouping.actor, terms.series, a.actor, b.actor))
    return Terms(
        id=sha256(seed.encode()).hexdigest(),
        version=terms.version,
        a=a,
        b=b,
        a_at_b=terms.way,
        b_at_a=terms.way,
        services=terms.services,
        till_hold_s=terms.till_hold_s,
        booking_hold_s=terms.booking_hold_s,
        statement_period=terms.statement_period,
        dispute_days=terms.dispute_days,
        refund_days=terms.refund_days,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
    )


_ANYBODY: Final = Party("https://member.invalid/actor", "https://member.invalid", "–")


def _check_party(party: Party) -> None:
    if not party.actor.startswith(party.base_url.rstrip("/") + "/"):
        raise _bad("the actor does not lie under the base address")


def _bad(why: str) -> RemoteProtocolError:
    return RemoteProtocolError(why, status=422, code="bad-list")


def schemas() -> dict[str, JsonObject]:
    """Type without prefix → its published JSON Schema (draft 2020-12), specs/schemas/groupings/."""
    shapes = {
        "GroupingTerms": TERMS,
        "GroupingAcceptance": ACCEPTANCE,
        "GroupingDeparture": DEPARTURE,
        "MemberList": MEMBER_LIST,
        "MemberListHead": HEAD,
    }
    return {name: _published(name, shape) for name, shape in shapes.items()}


def _published(name: str, shape: Shape) -> JsonObject:
    title: JsonObject = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{PROTOCOL.replace('/', ':')}:{name}",
        "title": f"ygor:{name}",
    }
    return title | shape.schema


def signed_terms(terms: GroupingTerms, *, seed: bytes, verification_method: str, created: datetime) -> JsonObject:
    """Raises LocalProtocolError for terms with a problem."""
    if found := problems(terms):
        raise LocalProtocolError(f"{found[0].field}: {found[0].text}")
    return sign(TERMS.write(terms), seed=seed, verification_method=verification_method, created=created)
