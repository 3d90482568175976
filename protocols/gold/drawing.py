"""From the outputs of the random function to who wins what (specs/gold.md §5): the same everywhere, by whole numbers.

The seed joins an output of each party. The order is a shuffle of all entries without replacement; numbers come from
SHA-512 in counter mode, and those that would favour an entry are thrown away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from protocols.errors import LocalProtocolError
from protocols.gold import PROTOCOL
from protocols.gold.entries import Entry
from protocols.gold.vrf import OUTPUT_LENGTH

_WORD: Final = 8
_WORDS: Final = 1 << 64


def seed_of(alpha: bytes, outputs: Sequence[bytes | None]) -> bytes:
    """64 bytes. `outputs`: of the parties in the announced order, None for an answer that is missing (§5.1)."""
    if len(alpha) != 32 or any(one is not None and len(one) != OUTPUT_LENGTH for one in outputs):
        raise LocalProtocolError("an alpha of 32 bytes and outputs of 64 were expected")
    parts = b"".join(b"\x00" if one is None else b"\x01" + one for one in outputs)
    return hashlib.sha512(PROTOCOL.encode() + alpha + parts).digest()


def numbers(seed: bytes) -> Iterator[int]:
    """Whole numbers below 2^64, without end (§5.2)."""
    counter = 0
    while True:
        block = hashlib.sha512(seed + counter.to_bytes(4, "big")).digest()
        yield from (int.from_bytes(block[at : at + _WORD], "big") for at in range(0, len(block), _WORD))
        counter += 1


def below(source: Iterator[int], bound: int) -> int:
    """A number below `bound`, each as likely as the others: what lies past the last full multiple is thrown away."""
    limit = _WORDS - _WORDS % bound
    return next(number for number in source if number < limit) % bound


def order(seed: bytes, count: int) -> Iterator[int]:
    """All positions 0..count-1, shuffled: each next one only when it is asked for (§5.3)."""
    source, moved = numbers(seed), dict[int, int]()
    for at in range(count):
        chosen = at + below(source, count - at)
        yield moved.get(chosen, chosen)
        moved[chosen] = moved.get(at, at)


class Walk:
    """Goes along the order, past entries that were struck and people who have a prize of this draw (§5.4)."""

    def __init__(self, seed: bytes, entries: Sequence[Entry], struck: Collection[str]) -> None:
        self._entries, self._struck = entries, frozenset(struck)
        self._order = order(seed, len(entries))
        self._served: set[str] = set()
        self.passed: list[str] = []
        """References of struck entries that were drawn: everybody may ask why."""

    def next(self) -> Entry | None:
        """The entry that gets the next prize; None when nobody is left."""
        for position in self._order:
            entry = self._entries[position]
            if entry.reference in self._struck:
                self.passed.append(entry.reference)
            elif entry.holder not in self._served:
                self._served.add(entry.holder)
                return entry
        return None
