"""Gather what the parts of this node show on the entrance page and on the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer

Ask = Callable[[Unit, Viewer], Sequence[Any]]


def home_cards(unit: Unit, viewer: Viewer, asks: Sequence[Ask]) -> tuple[HomeCard, ...]:
    """The cards of all parts for this person, in their order."""
    return tuple(sorted((card for ask in asks for card in ask(unit, viewer)), key=lambda card: card.order))


def desk_cards(unit: Unit, viewer: Viewer, asks: Sequence[Ask]) -> tuple[DeskCard, ...]:
    """What waits for this person, the most urgent first."""
    return tuple(sorted((card for ask in asks for card in ask(unit, viewer)), key=lambda card: card.order))
