"""Who takes part in a draw, as everybody may read it (specs/gold.md §3): salted references, in one order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocols import jcs
from protocols.errors import RemoteProtocolError
from protocols.honour.log import salted_reference
from protocols.honour.merkle import frontier, inclusion_proof
from protocols.types import Json

MOST_ENTRIES: Final = 100_000
HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One certified action in one draw. `reference` stands for the action, `holder` for the person: 32 bytes in
    hexadecimal, salted for this draw alone."""

    reference: str
    holder: str

    @property
    def leaf(self) -> str:
        """What the tree is over: SHA-256 of the canonical form (§3.2)."""
        return jcs.digest({"holder": self.holder, "reference": self.reference}).hex()


def entry_of(salt: bytes, action: str, person_salt: bytes, person: str) -> Entry:
    """Salts have 16 bytes or more and are forgotten when the person is (§3.1)."""
    return Entry(salted_reference(salt, action), salted_reference(person_salt, person))


def root_of(entries: Sequence[Entry]) -> str:
    """The Merkle root over entries in the order of their references."""
    return frontier(entry.leaf for entry in entries).root


def path_of(entries: Sequence[Entry], index: int) -> tuple[str, ...]:
    """The proof that the entry at `index` stands under the root."""
    return inclusion_proof([entry.leaf for entry in entries], index)


def to_rows(entries: Sequence[Entry]) -> list[Json]:
    """Entries as a draw's file lists them: `[reference, holder, leaf]`. The leaf tells which entry was changed."""
    return [[entry.reference, entry.holder, entry.leaf] for entry in entries]


def read_row(row: Json) -> tuple[Entry, str]:
    """An entry and the leaf written beside it. Raises RemoteProtocolError."""
    cells = row if isinstance(row, list) else []
    if len(cells) != 3 or not all(isinstance(one, str) and HASH.fullmatch(one) for one in cells):
        raise RemoteProtocolError("an entry is not three hashes")
    reference, holder, leaf = (str(one) for one in cells)
    return Entry(reference, holder), leaf


def action_reference(schedule: str, action: str) -> str:
    """What stands for an action in the decisions of instant wins (§8.2): nobody chooses a salt for it."""
    return hashlib.sha256(bytes.fromhex(schedule) + action.encode()).hexdigest()
