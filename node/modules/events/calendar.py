"""Events as iCalendar (RFC 5545): one for the reader's own calendar, or the agenda as a feed to subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import select

from node.core.unit import Unit
from node.modules.events import people
from node.modules.events.models import Event

MOST_IN_FEED = 500
REFRESHED = timedelta(hours=6)
KEPT_IN_FEED = timedelta(days=30)
"""What is over stays in the feed this long, so that calendars do not lose yesterday."""


@dataclass(frozen=True, slots=True)
class Dated:
    """What a calendar says of one event. `address` is its page; times are UTC."""

    id: str
    title: str
    summary: str
    organiser_name: str
    place_name: str
    lat: float | None
    lon: float | None
    starts_at: datetime
    ends_at: datetime
    updated_at: datetime
    version: int
    cancelled: bool
    address: str


def dated(unit: Unit, events: Iterable[Event]) -> tuple[Dated, ...]:
    """Our events for a calendar."""
    rows = list(events)
    organisers = people.organisers(unit, {row.organisation_id for row in rows})
    names = {id_: organiser.name for id_, organiser in organisers.items()}
    return tuple(
        Dated(
            id=row.id,
            title=row.title,
            summary=row.summary,
            organiser_name=names.get(row.organisation_id, ""),
            place_name=row.place_name,
            lat=row.lat,
            lon=row.lon,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            updated_at=row.updated_at,
            version=row.version,
            cancelled=row.state == "cancelled",
            address=unit.node.url(f"/evenements/{row.id}"),
        )
        for row in rows
    )


def feed(unit: Unit, theme: str = "") -> tuple[Dated, ...]:
    """What the agenda's feed holds: our events of the last month and to come, the cancelled ones too."""
    query = select(Event).where(
        Event.state.in_(("published", "cancelled")),
        Event.published_at.is_not(None),
        Event.ends_at > unit.now - KEPT_IN_FEED,
    )
    if theme:
        query = query.where(Event.theme == theme)
    return dated(unit, unit.session.scalars(query.order_by(Event.starts_at, Event.id).limit(MOST_IN_FEED)))


def one(unit: Unit, event_id: str) -> tuple[Dated, ...]:
    """One event in any state, none if it is not there."""
    event = unit.session.get(Event, event_id)
    return dated(unit, [event]) if event is not None else ()


def calendar(events: Iterable[Dated], now: datetime, name: str = "") -> bytes:
    """The file. `name` is shown by programs that subscribe to it."""
    made = Calendar()
    made.add("prodid", "-//Ygor//Agenda//FR")
    made.add("version", "2.0")
    if name:
        made.add("x-wr-calname", name)
        made.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    for event in events:
        made.add_component(_entry(event, now))
    return bytes(made.to_ical())


def _entry(event: Dated, now: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", f"{event.id}@{urlsplit(event.address).hostname}")
    entry.add("dtstamp", now)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", event.version)
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("summary", event.title)
    entry.add("description", f"{event.summary}\n\n{event.organiser_name}\n{event.address}")
    entry.add("location", event.place_name)
    entry.add("url", event.address)
    if event.lat is not None and event.lon is not None:
        entry.add("geo", (event.lat, event.lon))
    entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    return entry
