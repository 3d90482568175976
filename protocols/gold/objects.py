"""What the parties of a draw sign (specs/gold.md §2, §4, §6, §7): plain JSON under JCS, proofs `eddsa-jcs-2022`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from protocols import fields, jcs, multikey
from protocols.errors import RemoteProtocolError
from protocols.gold import PROTOCOL
from protocols.gold.entries import HASH, MOST_ENTRIES
from protocols.gold.vrf import PROOF_LENGTH
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject

ANNOUNCEMENT: Final = "ygor:DrawAnnouncement"
RECEIPT: Final = "ygor:DrawReceipt"
ANSWER: Final = "ygor:DrawAnswer"
RESULT: Final = "ygor:DrawResult"
PASSING: Final = "ygor:DrawPassing"
MOST_PRIZES: Final = 50
MOST_UNITS: Final = 1_000
MOST_PARTIES: Final = 9
MOST_PER_PERSON: Final = 100
MOST_GOLD: Final = 1_000_000
REASONS: Final = ("declined", "unclaimed", "revoked", "left")


@dataclass(frozen=True, slots=True)
class Prize:
    """`count` times the same thing: `gold` tokens, or (gold 0) what its name says."""

    name: str
    gold: int
    count: int


@dataclass(frozen=True, slots=True)
class Party:
    """The drawer or a witness: `key` is the public key of its random function, 32 bytes."""

    actor: str
    name: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Announcement:
    """All that is fixed before anybody can know who wins. `parties`: the drawer first, then its witnesses.

    `number` counts the announcements of one drawer from 1, `previous` is the alpha of the one before, in hexadecimal.
    """

    id: str
    number: int
    previous: str
    name: str
    actions_from: datetime
    actions_until: datetime
    cap: int
    count: int
    root: str
    prizes: tuple[Prize, ...]
    announced: datetime
    drawn_at: datetime
    answers_until: datetime
    claim_days: int
    parties: tuple[Party, ...]

    @property
    def drawer(self) -> Party:
        return self.parties[0]

    @property
    def units(self) -> tuple[int, ...]:
        """The prize (its place in the table) of each single thing to win, in the order in which they are drawn."""
        return tuple(place for place, prize in enumerate(self.prizes) for _ in range(prize.count))

    def party(self, actor: str) -> Party | None:
        return next((party for party in self.parties if party.actor == actor), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """One party's word on one announcement: its proof of the random function over alpha (80 bytes)."""

    draw: str
    alpha: str
    party: str
    proof: bytes
    made: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """A witness holds this announcement, has found nothing wrong with it and will take no other for this draw."""

    draw: str
    alpha: str
    party: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """`outputs`: in the order of the parties, None: no answer in time. `winners`: an entry's reference for each unit,
    None: nobody was left. `struck`: entries whose action was revoked before the draw."""

    draw: str
    alpha: str
    struck: tuple[str, ...]
    outputs: tuple[bytes | None, ...]
    seed: bytes
    winners: tuple[str | None, ...]
    drawn: datetime


@dataclass(frozen=True, slots=True)
class Passing:
    """A prize goes on to the next in the order. `number` counts from 1; `to` None: nobody was left."""

    draw: str
    alpha: str
    number: int
    unit: int
    source: str
    to: str | None
    reason: str
    at: datetime


def announcement_json(one: Announcement) -> JsonObject:
    """Without a proof: alpha is over exactly this."""
    return {
        "type": ANNOUNCEMENT,
        "protocol": PROTOCOL,
        "id": one.id,
        "number": one.number,
        "previous": one.previous,
        "name": one.name,
        "actionsFrom": rfc3339(one.actions_from),
        "actionsUntil": rfc3339(one.actions_until),
        "cap": one.cap,
        "entries": {"count": one.count, "root": one.root},
        "prizes": [{"name": prize.name, "gold": prize.gold, "count": prize.count} for prize in one.prizes],
        "announced": rfc3339(one.announced),
        "drawnAt": rfc3339(one.drawn_at),
        "answersUntil": rfc3339(one.answers_until),
        "claimDays": one.claim_days,
        "parties": [
            {"actor": party.actor, "name": party.name, "key": multikey.encode(party.key)} for party in one.parties
        ],
    }


def read_announcement(document: JsonObject) -> Announcement:
    """Raises RemoteProtocolError: a field is missing, out of bounds, or does not go with the others."""
    _check(document, ANNOUNCEMENT)
    found = fields.child(document, "entries")
    one = Announcement(
        id=fields.identifier(document),
        number=fields.integer(document, "number", minimum=1),
        previous=_hash_or_none(document, "previous") or "",
        name=fields.text(document, "name", max_length=140),
        actions_from=fields.moment(document, "actionsFrom"),
        actions_until=fields.moment(document, "actionsUntil"),
        cap=fields.integer(document, "cap", minimum=1, maximum=MOST_PER_PERSON),
        count=fields.integer(found, "count", maximum=MOST_ENTRIES),
        root=_hash(found, "root"),
        prizes=tuple(_prize(entry) for entry in fields.children(document, "prizes", max_items=MOST_PRIZES)),
        announced=fields.moment(document, "announced"),
        drawn_at=fields.moment(document, "drawnAt"),
        answers_until=fields.moment(document, "answersUntil"),
        claim_days=fields.integer(document, "claimDays", minimum=1, maximum=366),
        parties=tuple(_party(entry) for entry in fields.children(document, "parties", max_items=MOST_PARTIES)),
    )
    if announcement_json(one) != {name: value for name, value in document.items() if name != "proof"}:
        raise RemoteProtocolError("The announcement is not in its one spelling", code="bad-draw")
    times = one.actions_from < one.actions_until <= one.announced < one.drawn_at < one.answers_until
    people = {party.actor for party in one.parties}
    if not times or not one.prizes or not one.parties or len(people) != len(one.parties):
        raise RemoteProtocolError("The announcement contradicts itself", code="bad-draw")
    if len(one.units) > MOST_UNITS or (one.number == 1) != (one.previous == ""):
        raise RemoteProtocolError("The announcement contradicts itself", code="bad-draw")
    return one


def alpha_of(document: JsonObject) -> bytes:
    """SHA-256 of the canonical announcement without proofs: what all parties answer to (§2.3)."""
    return jcs.digest({name: value for name, value in document.items() if name != "proof"})


def receipt_json(one: Receipt) -> JsonObject:
    return {
        "type": RECEIPT,
        "protocol": PROTOCOL,
        "draw": one.draw,
        "alpha": one.alpha,
        "party": one.party,
        "received": rfc3339(one.received),
    }


def read_receipt(document: JsonObject) -> Receipt:
    """Raises RemoteProtocolError."""
    _check(document, RECEIPT)
    draw, alpha, party = _about(document)
    return Receipt(draw, alpha, party, fields.moment(document, "received"))


def answer_json(one: Answer) -> JsonObject:
    return {
        "type": ANSWER,
        "protocol": PROTOCOL,
        "draw": one.draw,
        "alpha": one.alpha,
        "party": one.party,
        "vrfProof": one.proof.hex(),
        "made": rfc3339(one.made),
    }


def read_answer(document: JsonObject) -> Answer:
    """Raises RemoteProtocolError."""
    _check(document, ANSWER)
    draw, alpha, party = _about(document)
    proof = _octets(document.get("vrfProof"), PROOF_LENGTH)
    return Answer(draw, alpha, party, proof, fields.moment(document, "made"))


def result_json(one: Result) -> JsonObject:
    return {
        "type": RESULT,
        "protocol": PROTOCOL,
        "draw": one.draw,
        "alpha": one.alpha,
        "struck": list[Json](one.struck),
        "outputs": [None if output is None else output.hex() for output in one.outputs],
        "seed": one.seed.hex(),
        "winners": list[Json](one.winners),
        "drawn": rfc3339(one.drawn),
    }


def read_result(document: JsonObject) -> Result:
    """Raises RemoteProtocolError."""
    _check(document, RESULT)
    outputs = fields.items(document, "outputs", max_items=MOST_PARTIES)
    winners = fields.items(document, "winners", max_items=MOST_UNITS)
    struck = fields.texts(document, "struck", max_items=MOST_ENTRIES, max_length=64)
    return Result(
        draw=fields.identifier(document, "draw"),
        alpha=_hash(document, "alpha"),
        struck=struck,
        outputs=tuple(None if one is None else _octets(one, 64) for one in outputs),
        seed=_octets(document.get("seed"), 64),
        winners=tuple(None if one is None else _hash({"winner": one}, "winner") for one in winners),
        drawn=fields.moment(document, "drawn"),
    )


def passing_json(one: Passing) -> JsonObject:
    return {
        "type": PASSING,
        "protocol": PROTOCOL,
        "draw": one.draw,
        "alpha": one.alpha,
        "number": one.number,
        "unit": one.unit,
        "from": one.source,
        "to": one.to,
        "reason": one.reason,
        "at": rfc3339(one.at),
    }


def read_passing(document: JsonObject) -> Passing:
    """Raises RemoteProtocolError."""
    _check(document, PASSING)
    reason = fields.text(document, "reason", max_length=20)
    if reason not in REASONS:
        raise RemoteProtocolError("reason: not one of those there are", code="bad-draw")
    return Passing(
        draw=fields.identifier(document, "draw"),
        alpha=_hash(document, "alpha"),
        number=fields.integer(document, "number", minimum=1),
        unit=fields.integer(document, "unit", maximum=MOST_UNITS - 1),
        source=_hash(document, "from"),
        to=_hash_or_none(document, "to"),
        reason=reason,
        at=fields.moment(document, "at"),
    )


def hashes(values: Sequence[str]) -> bool:
    """Whether each is 32 bytes in hexadecimal."""
    return all(HASH.fullmatch(value) for value in values)


def _check(document: JsonObject, kind: str) -> None:
    if document.get("type") != kind or document.get("protocol") != PROTOCOL:
        raise RemoteProtocolError(f"Not a {kind} of {PROTOCOL}", code="bad-draw")


def _about(document: JsonObject) -> tuple[str, str, str]:
    return fields.identifier(document, "draw"), _hash(document, "alpha"), fields.identifier(document, "party")


def _prize(entry: JsonObject) -> Prize:
    return Prize(
        fields.text(entry, "name", max_length=120),
        fields.integer(entry, "gold", maximum=MOST_GOLD),
        fields.integer(entry, "count", minimum=1, maximum=MOST_UNITS),
    )


def _party(entry: JsonObject) -> Party:
    key = multikey.decode(fields.text(entry, "key", max_length=100))
    return Party(fields.identifier(entry, "actor"), fields.text(entry, "name", max_length=200), key)


def _hash(document: JsonObject, name: str) -> str:
    value = fields.text(document, name, max_length=64)
    if not HASH.fullmatch(value):
        raise RemoteProtocolError(f"{name}: a hash was expected", code="bad-draw")
    return value


def _hash_or_none(document: JsonObject, name: str) -> str | None:
    return None if document.get(name) in (None, "") else _hash(document, name)


def _octets(value: Json, length: int) -> bytes:
    try:
        right = isinstance(value, str) and len(value) == 2 * length and value == value.lower()
        found = bytes.fromhex(str(value)) if right else b""
    except ValueError:
        found = b""
    if len(found) != length:
        raise RemoteProtocolError(f"{length} bytes in hexadecimal were expected", code="bad-draw")
    return found
