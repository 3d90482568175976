"""Periodic work of sharing."""

from __future__ import annotations

from node.core.unit import Unit
from node.sharing import awards, hosting, requests


def repeat(unit: Unit) -> None:
    """Ask again what was not answered, remind those who are expected, pay what an empty treasury owes, forget the
    names of guests long gone."""
    requests.repeat(unit)
    requests.remind(unit)
    awards.settle_waiting(unit)
    hosting.forget_names(unit)
