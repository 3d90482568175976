"""What happened to cards, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardReplaced:
    """The old card is dead, a new one was made. `by`: who asked."""

    account_id: str
    by: str


@dataclass(frozen=True, slots=True)
class CardBlocked:
    """A card was blocked, or works again."""

    account_id: str
    by: str
    blocked: bool
