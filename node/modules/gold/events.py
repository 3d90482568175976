"""What happened to draws, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawAnnounced:
    """Its entries, prizes, witnesses and time are fixed and signed."""

    draw_id: str


@dataclass(frozen=True, slots=True)
class DrawHeld:
    """The winners are known; `missing` witnesses did not answer in time."""

    draw_id: str
    missing: int


@dataclass(frozen=True, slots=True)
class GoldWon:
    """Somebody won: a prize of a draw (`gold` may be 0), or gold at once (`draw_id` empty)."""

    account_id: str
    draw_id: str
    title: str
    gold: int
