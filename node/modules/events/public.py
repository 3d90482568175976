"""What other parts may ask about the agenda. Events stand in `events`."""

from __future__ import annotations

from dataclasses import dataclass

from node.core.errors import NotFound
from node.core.unit import Unit
from node.modules.events import reading
from node.modules.events.reading import EventCard, EventPage, Filters

__all__ = ["Counts", "EventCard", "EventPage", "Filters", "counts", "get", "of_organisation", "upcoming"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Events to come: `here` are ours, `neighbours` those received."""

    here: int
    neighbours: int


def upcoming(unit: Unit, limit: int, filters: Filters | None = None) -> tuple[EventCard, ...]:
    """Events to come, ours and the neighbours', the next first."""
    return reading.listing(unit, filters or Filters(), limit=limit).cards


def counts(unit: Unit) -> Counts:
    here = reading.listing(unit, Filters(origin="here"), limit=0).total
    return Counts(here, reading.listing(unit, Filters(origin="neighbours"), limit=0).total)


def of_organisation(unit: Unit, organisation_id: str, limit: int = 20) -> tuple[EventCard, ...]:
    """An organisation's events to come, the next first."""
    return reading.listing(unit, Filters(organisation_id=organisation_id), limit=limit).cards


def get(unit: Unit, event_id: str) -> EventPage:
    """One of our events that was ever published. Raises NotFound."""
    page = reading.page(unit, event_id)
    if page.published_at is None:
        raise NotFound("events.unknown")
    return page
