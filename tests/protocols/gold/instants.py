"""Instant wins made by hand: a schedule, its chain, the file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from protocols.ed25519 import public_key
from protocols.gold.entries import action_reference
from protocols.gold.instant import (
    Schedule,
    alpha_of,
    decision_json,
    head_json,
    make_instant_file,
    schedule_hash,
    schedule_json,
    wins,
)
from protocols.gold.vrf import output, prove
from tests.protocols.gold.draws import ANNOUNCED, actor, method, seed, sign


def decided(count: int = 12, *, most: int = 100, revoked: Sequence[int] = ()) -> dict[str, Any]:
    """The file of `count` decisions with a chance of one in three, some of them revoked afterwards."""
    key = seed("Castanet", "draw")
    schedule = Schedule(
        "https://castanet.example/tirages/instantanes/1", actor("Castanet"), "Castanet", public_key(key), ANNOUNCED,
        ANNOUNCED, ANNOUNCED + timedelta(days=30), 1, 3, 2, most,
    )  # fmt: skip
    document = sign(schedule_json(schedule), "Castanet")
    name, lines, won, prev = schedule_hash(document), [], 0, ""
    for number in range(count):
        reference = action_reference(name, f"mission:{number}")
        proof = prove(key, alpha_of(name, reference))
        found = won < most and wins(output(public_key(key), alpha_of(name, reference), proof), 1, 3)
        lines.append(decision_json(number + 1, prev, "decided", reference, proof.hex(), won=found))
        won, prev = won + found, str(lines[-1]["hash"])
    for number in revoked:
        reference = str(lines[number]["action"])
        lines.append(decision_json(len(lines) + 1, prev, "revoked", reference, "", won=False))
        prev = str(lines[-1]["hash"])
    head = sign(head_json(name, len(lines), prev), "Castanet")
    return make_instant_file(document, lines, head, {method("Castanet"): public_key(seed("Castanet", "proof"))})
