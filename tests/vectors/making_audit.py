"""Cases of what an auditor and a resident check, and of netting."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.honour import messages as m
from protocols.honour import published, wire
from protocols.honour.log import Head, append, entry_json, head_after, salted_reference
from protocols.honour.merkle import frontier
from tests.vectors.making_honour import HASH
from tests.vectors.making_signing import REFUSED, VALID
from tests.vectors.parties import B_METHOD, B_SEED, KEYS, LOG_A, NOW, A, B, Object

Cases = Iterator[tuple[str, str, Object, Object]]
SALT = bytes(range(16))
SUBJECT = "honour-0123456789abcdef"


def _proof() -> Object:
    """The second of three charges, under a head that b countersigned."""
    head, entries = Head(LOG_A), []
    for number in range(3):
        reference = salted_reference(SALT, SUBJECT) if number == 1 else str(number) * 64
        entry = append(
            head, payment=f"payment-00000000{number}", kind="charge", amount=3, price=2, day=NOW.date(),
            reference=reference,
        )  # fmt: skip
        entries.append(entry)
        head = head_after(entry)
    hashes = [entry.hash for entry in entries]
    ack = m.AckHead(
        terms=HASH, sender=B, recipient=A, created=NOW, log=LOG_A, seq=3, hash=head.hash, root=frontier(hashes).root
    )
    signed = wire.sign(ack, seed=B_SEED, verification_method=B_METHOD)
    proof: Object = published.include(entry_json(entries[1]), hashes, 2, ack=signed, salt=SALT, subject=SUBJECT)
    return proof


def audit() -> Cases:
    proof, keys = _proof(), {B: KEYS[B]}
    yield "an entry under a countersigned head", "own-entry", {"document": proof, "keys": keys}, VALID
    changed: dict[str, Object] = {
        "another amount": {**proof, "entry": {**proof["entry"], "amount": 4}},
        "another path": {**proof, "path": ["0" * 64, *proof["path"][1:]]},
        "a path too long": {**proof, "path": [*proof["path"], "0" * 64]},
        "another salt": {**proof, "salt": "ff" * 16},
        "somebody else's subject": {**proof, "subject": "honour-ffffffffffffffff"},
        "another root": {**proof, "ack": {**proof["ack"], "root": "1" * 64}},
    }
    for name, document in changed.items():
        yield name, "own-entry", {"document": document, "keys": keys}, REFUSED
    yield "by nobody we know", "own-entry", {"document": proof, "keys": {A: KEYS[A]}}, REFUSED
    for name, debts, transfers in _netting():
        given = [{"debtor": debtor, "creditor": creditor, "amount": amount} for debtor, creditor, amount in debts]
        wanted = [{"payer": payer, "payee": payee, "amount": amount} for payer, payee, amount in transfers]
        yield name, "netting", {"debts": given}, {**VALID, "transfers": wanted}
    yield "a debt to oneself", "netting", {"debts": [{"debtor": A, "creditor": A, "amount": 1}]}, REFUSED


def _netting() -> Iterator[tuple[str, list[tuple[str, str, int]], list[tuple[str, str, int]]]]:
    yield "nothing is owed", [], []
    yield "a ring", [("a", "b", 5), ("b", "c", 5), ("c", "a", 5)], []
    yield "a chain", [("a", "b", 5), ("b", "c", 5)], [("a", "c", 5)]
    yield (
        "two groups in place of one",
        [("a", "c", 6), ("b", "d", 4), ("a", "d", 1), ("d", "a", 1)],
        [("a", "c", 6), ("b", "d", 4)],
    )
    yield "both ways", [("a", "b", 9), ("b", "a", 4)], [("a", "b", 5)]
