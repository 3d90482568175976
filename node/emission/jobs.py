"""Periodic work."""

from __future__ import annotations

from node.core.unit import Unit
from node.emission import audits


def draw(unit: Unit) -> None:
    """Draw the audits of the month that ended, as soon as its transfers are sealed."""
    audits.draw(unit)
