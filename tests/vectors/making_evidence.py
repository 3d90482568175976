"""Cases of logs, heads, Merkle roots, statements and settlements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from protocols.honour import merkle, statement, wire
from protocols.honour import messages as m
from protocols.honour.log import HEAD, Entry, Head, append, entry_json, head_after
from tests.vectors.making_honour import HASH, LIVE, MALFORMED, TERMS
from tests.vectors.making_signing import BAD, REFUSED, VALID
from tests.vectors.parties import (
    A_METHOD,
    A_SEED,
    B_METHOD,
    B_SEED,
    KEYS,
    LOG_A,
    LOG_B,
    NOW,
    NOW_TEXT,
    TODAY,
    A,
    B,
    Object,
)

Cases = Iterator[tuple[str, str, Object, Object]]
UNCHAINED: Object = {"verdict": "refused", "status": 422, "code": "bad-chain"}
ENTRY: Object = {"verdict": "refused", "status": 422, "code": "bad-entry"}
DAY = date(2026, 11, 22)


def _grow(head: Head, kind: Any, amount: int, price: int, **more: Any) -> tuple[Head, Entry]:
    number = head.seq + 1
    reference = more.pop("reference", f"{number:064x}")
    payment = more.pop("payment", f"payment-{number:09}")
    entry = append(head, payment=payment, kind=kind, amount=amount, price=price, day=DAY, reference=reference, **more)
    return head_after(entry), entry


def books() -> tuple[list[Entry], list[Entry], Head, Head]:
    """a's log: 15 for 10, 30 for 20, 4 back for 3; b's: 8 for 12. The first figure is what the issuer's tokens are."""
    ours, theirs = [], []
    head = Head(LOG_A)
    for kind, amount, price, more in (
        ("charge", 15, 10, {}),
        ("charge", 30, 20, {}),
        ("refund", 4, 3, {"payment": "payment-000000001", "subject": "refund-000000001"}),
    ):
        head, entry = _grow(head, kind, amount, price, **more)
        ours.append(entry)
    other, entry = _grow(Head(LOG_B), "charge", 8, 12)
    theirs.append(entry)
    return ours, theirs, head, other


def log() -> Cases:
    ours, theirs, head, _ = books()
    documents: list[Object] = [entry_json(entry) for entry in ours]
    first = documents[0]
    yield "an entry", "entry", {"entry": first}, {**VALID, "hash": ours[0].hash}
    yield "an entry with another amount", "entry", {"entry": {**first, "amount": 16}}, ENTRY
    yield "an entry with a key more", "entry", {"entry": {**first, "note": ""}}, MALFORMED
    yield "a log", "log", {"log": LOG_A, "entries": documents}, {**VALID, "head": HEAD.write(head)}
    yield "a log without entries", "log", {"log": LOG_A, "entries": []}, VALID
    yield "a gap", "log", {"log": LOG_A, "entries": [documents[0], documents[2]]}, UNCHAINED
    yield "another order", "log", {"log": LOG_A, "entries": [documents[1], documents[0]]}, UNCHAINED
    yield "an entry of another log", "log", {"log": LOG_B, "entries": documents}, UNCHAINED
    yield "an entry twice", "log", {"log": LOG_A, "entries": [documents[0], documents[0]]}, UNCHAINED
    at_first: Object = HEAD.write(head_after(ours[0]))
    yield "what follows", "next-entry", {"head": at_first, "entry": documents[1]}, VALID
    unsound: dict[str, Object] = {
        "sums that are wrong": {"sums": {**documents[1]["sums"], "charged": 46}},
        "another prev": {"prev": "0" * 64},
        "a charge of nothing": {"amount": 0, "sums": {**documents[1]["sums"], "charged": 15}},
        "a charge that names a subject": {"subject": "refund-000000001"},
        "a charge that cuts": {"through": 1},
        "a refund without its id": {
            "kind": "refund", "sums": {**at_first["sums"], "refunded": 30, "refundedPrice": 20},
        },
        "a settlement of what is not yet written": {
            "kind": "settle", "subject": "a" * 64, "through": 2,
            "sums": {**at_first["sums"], "settled": 30, "settledPrice": 20, "settlements": 1},
        },
    }  # fmt: skip
    for name, change in unsound.items():
        yield name, "next-entry", {"head": at_first, "entry": _rehashed({**documents[1], **change})}, UNCHAINED
    yield from _forks(ours)
    yield "a salted reference", "reference", {"salt": "00" * 16, "subject": "payment-000000001"}, VALID
    yield "a salt too short", "reference", {"salt": "00" * 15, "subject": "payment-000000001"}, REFUSED
    yield from _trees()
    del theirs


def _rehashed(entry: Object) -> Object:
    """The entry with the hash of what it says now: wrong in one respect only."""
    from protocols import jcs

    body = {name: value for name, value in entry.items() if name != "hash"}
    return {**body, "hash": jcs.digest(body).hex()}


def _forks(ours: list[Entry]) -> Cases:
    _, other = _grow(head_after(ours[0]), "charge", 33, 22)
    envelope = m.PaymentEnvelope(terms=HASH, sender=A, recipient=B, created=NOW, payment=ours[1].payment)
    said = [
        wire.sign(m.Committed(**envelope, entry=entry), seed=A_SEED, verification_method=A_METHOD)
        for entry in (ours[1], other, ours[0])
    ]
    yield (
        "two entries for one number",
        "fork",
        {"first": said[0], "second": said[1], "key": KEYS[A]},
        {**VALID, "seqs": [2, 2]},
    )
    none: Object = {"verdict": "refused", "status": 422, "code": "no-fork"}
    yield "two entries that follow each other", "fork", {"first": said[2], "second": said[0], "key": KEYS[A]}, none
    yield "a fork by another key", "fork", {"first": said[0], "second": said[1], "key": KEYS[B]}, BAD


def _trees() -> Cases:
    leaves = [f"{number:064x}" for number in range(1, 8)]
    for count in (0, 1, 2, 3, 4, 7):
        yield f"the root of {count} leaves", "merkle", {"leaves": leaves[:count]}, VALID
    for index in (0, 3, 6):
        yield f"the path of leaf {index} of 7", "merkle", {"leaves": leaves, "index": index}, VALID
        path = list(merkle.inclusion_proof(leaves, index))
        root = merkle.frontier(leaves).root
        given: Object = {"leaf": leaves[index], "index": index, "size": 7, "path": path, "root": root}
        out: Object = {"verdict": "refused", "code": "not-included"}
        yield f"leaf {index} is included", "inclusion", given, VALID
        yield f"leaf {index} at another place", "inclusion", {**given, "index": (index + 1) % 7}, out
        yield f"leaf {index} in a smaller tree", "inclusion", {**given, "size": 3}, out
        yield f"leaf {index} with a shorter path", "inclusion", {**given, "path": path[:-1]}, out


def _proposal(settlement: Any, cents: int | None) -> m.Statement:
    _, _, own, mirrored = books()
    return statement.propose(
        TERMS, own, mirrored, sender=A, statement="statement-000001", period_end=DAY, settlement=settlement,
        euro_cents=cents, now=NOW,
    )  # fmt: skip


def statements() -> Cases:
    _, _, own, mirrored = books()
    heads: Object = {"own": HEAD.write(own), "mirrored": HEAD.write(mirrored)}
    cutting: Object = {"terms": LIVE, "day": TODAY, "now": NOW_TEXT}
    nets = {**VALID, "netA": 41 - 12, "netB": 27 - 8, "number": 1}
    yield "a cuts", "cut", {**cutting, **heads, "sender": A}, nets
    turned: Object = {"own": heads["mirrored"], "mirrored": heads["own"]}
    yield "b cuts the same", "cut", {**cutting, **turned, "sender": B}, nets
    yield "the logs exchanged", "cut", {**cutting, **turned, "sender": A}, REFUSED
    for settlement, cents in (("tokens", None), ("euros", 2050), ("carried", None)):
        proposed = _proposal(settlement, cents)
        sent = wire.sign(proposed, seed=A_SEED, verification_method=A_METHOD)
        ack = statement.countersign(sent, seed=B_SEED, verification_method=B_METHOD, now=NOW)
        signed: Object = ack.document
        yield (
            f"countersigned, {settlement}",
            "statement",
            {"document": signed, "keys": KEYS},
            {**VALID, "net": [29, 19]},
        )
        moved = (0, 0) if settlement == "carried" else (41, 27)
        ours, theirs = statement.settle(own, proposed, day=DAY), statement.settle(mirrored, proposed, day=DAY)
        assert ours is not None
        assert theirs is not None
        assert (ours.amount, ours.price) == moved
        for side, head, entry in (("a", own, ours), ("b", mirrored, theirs)):
            given: Object = {"head": HEAD.write(head), "statement": signed, "day": TODAY}
            yield f"{side} settles, {settlement}", "settle", given, {**VALID, "entry": entry_json(entry)}
            given = {"entry": entry_json(entry), "statement": signed}
            yield f"the entry of {side} is the statement's, {settlement}", "check-settle", given, VALID
        again: Object = {"head": HEAD.write(head_after(ours)), "statement": signed, "day": TODAY}
        yield f"settled once only, {settlement}", "settle", again, {**VALID, "entry": None}
        wrong = _rehashed({**entry_json(ours), "through": 1})
        yield f"a settlement cut elsewhere, {settlement}", "check-settle", {"entry": wrong, "statement": signed}, ENTRY
    yield "one proof only", "statement", {"document": sent, "keys": KEYS}, BAD
    yield "a sum changed after signing", "statement", {"document": {**signed, "netA": 30}, "keys": KEYS}, BAD
