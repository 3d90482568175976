"""Three communes over real HTTP whose clock the test sets; all that they send is held against specs/schemas."""

from __future__ import annotations

from tests.node.neighbours.conftest import three, wire

__all__ = ["three", "wire"]
