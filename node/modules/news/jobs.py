"""Periodic work: articles appear at their moment."""

from __future__ import annotations

from node.core.unit import Unit
from node.modules.news import service

BATCH = 20


def publish_due(unit: Unit) -> int:
    """A few at once; the next run takes what is left over."""
    return service.publish_due(unit, BATCH)
