"""A whole draw made by hand: three communes, twelve entries, the file of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from protocols.ed25519 import public_key
from protocols.gold.drawing import Walk, seed_of
from protocols.gold.entries import Entry, entry_of, root_of
from protocols.gold.filing import make_file
from protocols.gold.objects import (
    Announcement,
    Answer,
    Party,
    Passing,
    Prize,
    Receipt,
    Result,
    alpha_of,
    announcement_json,
    answer_json,
    passing_json,
    receipt_json,
    result_json,
)
from protocols.gold.vrf import output, prove
from protocols.proofs import add_proof
from protocols.types import JsonObject

ANNOUNCED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = ("Castanet", "Ramonville", "Auzeville")


def seed(name: str, use: str) -> bytes:
    return hashlib.sha256(f"{name} {use}".encode()).digest()


def actor(name: str) -> str:
    return f"https://{name.lower()}.example/ap/actor/{name.lower()}"


def method(name: str) -> str:
    return actor(name) + "#proof-ed25519"


def sign(document: JsonObject, name: str, at: datetime = ANNOUNCED) -> JsonObject:
    return add_proof(document, seed=seed(name, "proof"), verification_method=method(name), created=at)


def entries(people: int = 6, each: int = 2) -> list[Entry]:
    made = []
    for person, number in product(range(people), range(each)):
        salt, person_salt = seed(f"{person}-{number}", "salt")[:16], seed(str(person), "person")[:16]
        made.append(entry_of(salt, f"mission:{person}-{number}", person_salt, str(person)))
    return sorted(made, key=lambda entry: entry.reference)


def announcement(listed: Sequence[Entry], **changes: Any) -> Announcement:
    base = Announcement(
        id="https://castanet.example/tirages/01K", number=1, previous="", name="Tirage de l’hiver",
        actions_from=ANNOUNCED - timedelta(days=30), actions_until=ANNOUNCED, cap=2, count=len(listed),
        root=root_of(listed), prizes=(Prize("Dix jetons d’or", 10, 2), Prize("Deux places au théâtre", 0, 1)),
        announced=ANNOUNCED, drawn_at=ANNOUNCED + timedelta(days=2), answers_until=ANNOUNCED + timedelta(days=3),
        claim_days=30, parties=tuple(Party(actor(name), name, public_key(seed(name, "draw"))) for name in NAMES),
    )  # fmt: skip
    return replace(base, **changes)


def answer(said: Announcement, alpha: bytes, name: str) -> JsonObject:
    proof = prove(seed(name, "draw"), alpha)
    one = Answer(said.id, alpha.hex(), actor(name), proof, said.drawn_at)
    return sign(answer_json(one), name, said.drawn_at)


def held(
    *, missing: Sequence[str] = (), late: Sequence[str] = (), struck: Sequence[str] = (), passings: int = 0,
    listed: Sequence[Entry] | None = None, **changes: Any,
) -> dict[str, Any]:  # fmt: skip
    """The file of a draw carried out rightly. `missing` and `late`: witnesses that did not answer in time."""
    listed = entries() if listed is None else listed
    said = announcement(listed, **changes)
    document = sign(announcement_json(said), "Castanet")
    alpha = alpha_of(document)
    absent = {*missing, *late}
    answers = {name: answer(said, alpha, name) for name in NAMES}
    outputs = [
        None if name in absent else output(public_key(seed(name, "draw")), alpha, prove(seed(name, "draw"), alpha))
        for name in NAMES
    ]
    drawn = said.answers_until if absent else said.drawn_at
    found = seed_of(alpha, outputs)
    walk = Walk(found, listed, struck)
    winners = [walk.next() for _ in said.units]
    result = Result(
        said.id, alpha.hex(), tuple(struck), tuple(outputs), found,
        tuple(one.reference if one else None for one in winners), drawn,
    )  # fmt: skip
    holder, lines = winners[0], []
    for number in range(1, passings + 1):
        following = walk.next()
        assert holder is not None
        to = following.reference if following else None
        line = Passing(said.id, alpha.hex(), number, 0, holder.reference, to, "declined", drawn)
        lines.append(sign(passing_json(line), "Castanet", drawn))
        holder = following
    receipts = [sign(receipt_json(Receipt(said.id, alpha.hex(), actor(name), ANNOUNCED)), name) for name in NAMES[1:]]
    return make_file(
        announcement=document,
        keys={method(name): public_key(seed(name, "proof")) for name in NAMES},
        entries=listed,
        receipts=receipts,
        answers=[answers[name] for name in NAMES if name not in absent],
        late=[answers[name] for name in late],
        result=sign(result_json(result), "Castanet", drawn),
        passings=lines,
    )
