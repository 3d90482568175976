"""Wins decided at once, when an action is certified (specs/gold.md §8).

A schedule says beforehand by which key, with what chance and until when. Each decision is the output of the commune's
random function over the schedule and the action, so there is one outcome for each action and no second try; decisions
are chained, so that none can be left out, and all of them can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from protocols import fields, jcs, multikey
from protocols.errors import RemoteProtocolError
from protocols.gold import PROTOCOL
from protocols.gold.entries import HASH
from protocols.gold.filing import INSTANT_FORMAT, DrawFault, Note, key_rows, open_file, understood
from protocols.gold.vrf import output
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject

SCHEDULE: Final = "ygor:InstantSchedule"
HEAD: Final = "ygor:InstantHead"
MOST_DECISIONS: Final = 200_000
_WORDS: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Schedule:
    """`num` of `den` actions win `gold` tokens, while there are fewer than `most` wins. `key`: 32 bytes."""

    id: str
    actor: str
    actor_name: str
    key: bytes
    announced: datetime
    starts: datetime
    until: datetime
    num: int
    den: int
    gold: int
    most: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the chain. kind: `decided` (with the proof, 80 bytes in hexadecimal) or `revoked` (its action was,
    and what it won went back)."""

    seq: int
    prev: str
    kind: str
    action: str
    proof: str
    won: bool
    hash: str


@dataclass(frozen=True, slots=True)
class CheckedInstants:
    """A chain with nothing wrong. `expected`: wins to be expected, in thousandths."""

    schedule: Schedule
    decided: int
    wins: int
    revoked: int
    expected: int
    keys: tuple[tuple[str, str], ...]
    remarks: tuple[Note, ...] = ()


def schedule_json(one: Schedule) -> JsonObject:
    return {
        "type": SCHEDULE,
        "protocol": PROTOCOL,
        "id": one.id,
        "actor": one.actor,
        "name": one.actor_name,
        "key": multikey.encode(one.key),
        "announced": rfc3339(one.announced),
        "starts": rfc3339(one.starts),
        "until": rfc3339(one.until),
        "chance": [one.num, one.den],
        "gold": one.gold,
        "most": one.most,
    }


def read_schedule(document: JsonObject) -> Schedule:
    """Raises RemoteProtocolError."""
    chance = document.get("chance")
    if not isinstance(chance, list) or len(chance) != 2:
        raise RemoteProtocolError("chance: two whole numbers were expected", code="bad-draw")
    pair: JsonObject = {"num": chance[0], "den": chance[1]}
    one = Schedule(
        id=fields.identifier(document),
        actor=fields.identifier(document, "actor"),
        actor_name=fields.text(document, "name", max_length=200),
        key=multikey.decode(fields.text(document, "key", max_length=100)),
        announced=fields.moment(document, "announced"),
        starts=fields.moment(document, "starts"),
        until=fields.moment(document, "until"),
        num=fields.integer(pair, "num", minimum=1, maximum=1_000_000),
        den=fields.integer(pair, "den", minimum=1, maximum=1_000_000),
        gold=fields.integer(document, "gold", minimum=1, maximum=1_000_000),
        most=fields.integer(document, "most", minimum=1, maximum=1_000_000),
    )
    said = {name: value for name, value in document.items() if name != "proof"}
    if schedule_json(one) != said or one.num > one.den or not one.announced <= one.starts < one.until:
        raise RemoteProtocolError("The schedule contradicts itself", code="bad-draw")
    return one


def schedule_hash(document: JsonObject) -> str:
    """SHA-256 of the canonical schedule without proofs, in hexadecimal (§8.1)."""
    return jcs.digest({name: value for name, value in document.items() if name != "proof"}).hex()


def alpha_of(schedule: str, action: str) -> bytes:
    """The input for one action (its reference, `entries.action_reference`)."""
    return jcs.digest({"action": action, "schedule": schedule})


def wins(found: bytes, num: int, den: int) -> bool:
    """Whether an output (64 bytes) wins: its first eight bytes as a number lie below `num`/`den` of all (§8.3)."""
    return int.from_bytes(found[:8], "big") * den < num * _WORDS


def decision_json(seq: int, prev: str, kind: str, action: str, proof: str, *, won: bool) -> JsonObject:
    """One line of the chain with its hash (§8.4)."""
    bare: JsonObject = {"seq": seq, "prev": prev, "kind": kind, "action": action, "proof": proof, "won": won}
    return {**bare, "hash": jcs.digest(bare).hex()}


def read_decision(document: JsonObject) -> Decision:
    """Raises RemoteProtocolError."""
    texts = {name: document.get(name) for name in ("prev", "kind", "action", "proof", "hash")}
    seq, won = document.get("seq"), document.get("won")
    if type(seq) is not int or not isinstance(won, bool) or not all(isinstance(one, str) for one in texts.values()):
        raise RemoteProtocolError("a decision was expected", code="bad-draw")
    prev, kind, action, proof, hash_ = (str(one) for one in texts.values())
    if kind not in ("decided", "revoked") or not HASH.fullmatch(action) or len(proof) > 160:
        raise RemoteProtocolError("a decision was expected", code="bad-draw")
    return Decision(seq, prev, kind, action, proof, won, hash_)


def head_json(schedule: str, seq: int, hash_: str) -> JsonObject:
    """Where a chain stands: its writer signs this, and so cannot write two histories unseen (§8.5)."""
    return {"type": HEAD, "protocol": PROTOCOL, "schedule": schedule, "seq": seq, "hash": hash_}


def make_instant_file(
    schedule: JsonObject, decisions: Sequence[JsonObject], head: JsonObject, keys: Mapping[str, bytes]
) -> JsonObject:
    return {
        "format": INSTANT_FORMAT,
        "schedule": schedule,
        "keys": key_rows(keys),
        "decisions": list[Json](decisions),
        "head": head,
    }


def check_instants(document: JsonObject) -> CheckedInstants:
    """Go through a whole chain. Raises DrawFault naming the first line that is wrong."""
    file = open_file(document, INSTANT_FORMAT)
    offered = file.part("schedule")
    schedule = understood(read_schedule, offered, "schedule")
    file.signed(read_schedule, offered, schedule.actor, "schedule")
    name = schedule_hash(offered)
    seen: dict[str, bool] = {}
    prev, won, revoked = "", 0, set[str]()
    lines = file.parts("decisions", MOST_DECISIONS)
    for count, line in enumerate(lines, 1):
        one = understood(read_decision, line, f"decisions {count}")
        again = decision_json(count, prev, one.kind, one.action, one.proof, won=one.won)
        if again != line:
            raise DrawFault("decision-changed", number=count, entry=one.action)
        if one.kind == "revoked":
            if one.action not in seen or one.action in revoked:
                raise DrawFault("decision-changed", number=count, entry=one.action)
            revoked.add(one.action)
        elif one.action in seen:
            raise DrawFault("decided-twice", number=count, entry=one.action)
        else:
            expected = _decide(schedule, name, one, count) and won < schedule.most
            if expected != one.won:
                raise DrawFault("wrong-decision", number=count, entry=one.action)
            seen[one.action] = one.won
            won += one.won
        prev = one.hash
    head = file.signed(dict, file.part("head"), schedule.actor, "head")
    if {key: value for key, value in head.items() if key != "proof"} != head_json(name, len(lines), prev):
        raise DrawFault("wrong-head", number=len(lines))
    keys = tuple((method, multikey.encode(key)) for method, key in sorted(file.keys.items()))
    expected_wins = len(seen) * schedule.num * 1000 // schedule.den
    return CheckedInstants(schedule, len(seen), won, len(revoked), expected_wins, keys)


def _decide(schedule: Schedule, name: str, one: Decision, number: int) -> bool:
    try:
        found = output(schedule.key, alpha_of(name, one.action), bytes.fromhex(one.proof))
    except (RemoteProtocolError, ValueError) as error:
        raise DrawFault("wrong-decision", number=number, entry=one.action) from error
    return wins(found, schedule.num, schedule.den)
