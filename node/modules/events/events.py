"""What happened to the events of the agenda, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventPublished:
    """Everybody can see it; followers may be told."""

    event_id: str


@dataclass(frozen=True, slots=True)
class EventChanged:
    """A published event says something else now, or will not take place (its state says which)."""

    event_id: str


@dataclass(frozen=True, slots=True)
class EventWithdrawn:
    """A published event is no longer shown."""

    event_id: str


@dataclass(frozen=True, slots=True)
class EventAttended:
    """The organisers noted that somebody came. Nothing is paid for it: tokens are earned in missions."""

    event_id: str
    account_id: str
