"""The two logs of a pair (specs/honour.md §7, honour-objects.md §5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from tests.interop.reference.octets import Object, hash_without

NOTHING = dict.fromkeys(
    ("charged", "refunded", "settled", "chargedPrice", "refundedPrice", "settledPrice", "settlements"), 0
)
_COLUMN = {"charge": "charged", "refund": "refunded", "settle": "settled"}


class BadChain(Exception):
    """An entry that does not follow (7.3)."""


@dataclass
class Log:
    """One direction: `name` is "issuer honouring" (7.1)."""

    name: str
    entries: list[Object] = field(default_factory=list)
    acknowledged: int = 0

    @property
    def head(self) -> Object:
        return self.head_at(len(self.entries))

    def head_at(self, seq: int) -> Object:
        last = self.entries[seq - 1] if seq else {"hash": "0" * 64, "sums": NOTHING}
        return {"log": self.name, "seq": seq, "hash": last["hash"], "sums": last["sums"]}

    def cut(self) -> Object:
        """9.1"""
        head, sums = self.head, self.head["sums"]
        owed = sums["charged"] - sums["refunded"] - sums["settled"]
        price = sums["chargedPrice"] - sums["refundedPrice"] - sums["settledPrice"]
        return {"log": self.name, "seq": head["seq"], "hash": head["hash"], "owed": owed, "owedPrice": price}

    def write(
        self, kind: str, *, payment: str, amount: int, price: int, day: str, reference: str, **more: object
    ) -> Object:
        """7.2: only the issuer writes."""
        head = self.head
        entry: Object = {
            "type": "ygor:Entry", "log": self.name, "seq": head["seq"] + 1, "prev": head["hash"], "payment": payment,
            "kind": kind, "amount": amount, "price": price, "sums": after(head["sums"], kind, amount, price),
            "day": day, "through": 0, "reference": reference, **more,
        }  # fmt: skip
        entry["hash"] = hash_without(entry, "hash")
        self.entries.append(entry)
        return entry

    def mirror(self, entry: Object) -> bool:
        """7.4: whether the entry is in the mirror now; False beyond a gap."""
        if entry["seq"] <= len(self.entries):
            if self.entries[entry["seq"] - 1]["hash"] != entry["hash"]:
                raise BadChain("a fork")
            return True
        head = self.head
        if entry["seq"] > head["seq"] + 1:
            return False
        sums = after(head["sums"], entry["kind"], entry["amount"], entry["price"])
        right = (self.name, head["hash"], hash_without(entry, "hash"), sums)
        if (entry["log"], entry["prev"], entry["hash"], entry["sums"]) != right:
            raise BadChain(f"entry {entry['seq']} does not follow")
        self.entries.append(entry)
        return True

    def root(self, seq: int) -> str:
        """honour-objects.md 5.5"""
        return _root([bytes.fromhex(entry["hash"]) for entry in self.entries[:seq]]).hex()


def after(sums: Object, kind: str, amount: int, price: int) -> Object:
    """honour-objects.md 5.3"""
    column = _COLUMN[kind]
    changed = {**sums, column: sums[column] + amount, f"{column}Price": sums[f"{column}Price"] + price}
    return {**changed, "settlements": sums["settlements"] + (kind == "settle")}


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + _root(leaves[:split]) + _root(leaves[split:])).digest()
