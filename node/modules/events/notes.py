"""An event as it travels between nodes, and ours written that way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from node.civic.writing import html_of
from node.core.unit import Unit
from node.modules.events import people
from node.modules.events.models import Event


@dataclass(frozen=True, slots=True)
class EventNote:
    """An event as it travels. `uri` is the id for ever, `url` the page for people, both on the sender's host. `summary`
    is plain text; `html` is clean when we made it and anything at all when a peer sent it. `theme` is a key of
    `node.civic`; an unknown one becomes "other" on receipt."""

    uri: str
    url: str
    title: str
    summary: str
    html: str
    organisation_name: str
    starts_at: datetime
    ends_at: datetime
    place_name: str
    published_at: datetime
    updated_at: datetime
    theme: str = "other"
    lat: float | None = None
    lon: float | None = None
    registration: bool = False
    places: int | None = None
    cancelled: bool = False


def uri_of(unit: Unit, event_id: str) -> str:
    """The id under which the other nodes know one of our events."""
    return unit.node.url(f"/ap/events/{event_id}")


def note_of(unit: Unit, event: Event) -> EventNote:
    """One of our events as the others see it."""
    return EventNote(
        uri=uri_of(unit, event.id),
        url=unit.node.url(f"/evenements/{event.id}"),
        title=event.title,
        summary=event.summary,
        html=html_of(event.description or event.summary),
        organisation_name=people.organiser(unit, event.organisation_id).name,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place_name=event.place_name,
        published_at=event.published_at or event.updated_at,
        updated_at=event.updated_at,
        theme=event.theme,
        lat=event.lat,
        lon=event.lon,
        registration=event.registration,
        places=event.places,
        cancelled=event.state == "cancelled",
    )
