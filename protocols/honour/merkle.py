"""Merkle tree over a log's entries (hashing of RFC 9162 §2.1): a resident can check that their own entry stands under
a countersigned head without seeing anybody else's (specs/honour.md §7.6). Leaves are entry hashes, in hexadecimal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocols.errors import LocalProtocolError

EMPTY_ROOT: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What must be remembered to add leaves: ``size``, and the roots of the full subtrees, largest first."""

    size: int = 0
    peaks: tuple[str, ...] = ()

    def add(self, leaf: str) -> Frontier:
        """The frontier with one leaf more."""
        peaks, node, rest = list(self.peaks), _leaf(leaf), self.size
        while rest & 1:
            node = _node(peaks.pop(), node)
            rest >>= 1
        return Frontier(self.size + 1, (*peaks, node))

    @property
    def root(self) -> str:
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = _node(peak, node)
        return node


def frontier(leaves: Iterable[str]) -> Frontier:
    grown = Frontier()
    for leaf in leaves:
        grown = grown.add(leaf)
    return grown


def inclusion_proof(leaves: Sequence[str], index: int) -> tuple[str, ...]:
    """The audit path of leaf ``index`` (RFC 9162 §2.1.3), nearest sibling first."""
    if not 0 <= index < len(leaves):
        raise LocalProtocolError("no such leaf")
    if len(leaves) == 1:
        return ()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return (*inclusion_proof(leaves[:split], index), frontier(leaves[split:]).root)
    return (*inclusion_proof(leaves[split:], index - split), frontier(leaves[:split]).root)


def is_included(leaf: str, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """Whether ``path`` leads from ``leaf`` at ``index`` to the ``root`` over ``size`` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, at, last = _leaf(leaf), index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = _node(sibling, node)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = _node(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def _leaf(leaf: str) -> str:
    return hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).hexdigest()


def _node(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()
