"""An event of the agenda on the wire: an ActivityStreams `Event` (FEP-8a8e) like a mission, without tokens and slots.

The clauses cited are those of specs/events.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocols import fields, missions
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.missions import Mission, Place
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC

MISSION_TERMS = ("ygor:tokens", "ygor:shifts")
STATUS = "ical:status"
CANCELLED = "CANCELLED"
ENTRANCE = "ygor:entrance"
REGISTRATION, OPEN = "registration", "open"
OUTSIDE = "external"
"""Mobilizon's `joinMode` for what its users do not join by a message of their own: they are led to the page."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event. `summary` is plain text in ours; it and `content` are HTML of unknown harmlessness from a peer.
    `registration`: people sign up; else the entrance is open. `capacity` is None when unlimited."""

    id: str
    attributed_to: str
    name: str
    start: datetime
    end: datetime | None = None
    summary: str | None = None
    content: str | None = None
    url: str | None = None
    place: Place | None = None
    registration: bool = True
    capacity: int | None = None
    published: datetime | None = None
    updated: datetime | None = None
    theme: str | None = None
    organisation: str | None = None
    cancelled: bool = False


def is_mission(document: JsonObject) -> bool:
    """Whether an Event is a volunteer mission (specs/events.md §1.2): it says what it earns, or has slots."""
    return any(document.get(term) is not None for term in MISSION_TERMS)


def build_event(event: Event, *, to: tuple[str, ...] = (PUBLIC,), cc: tuple[str, ...] = ()) -> JsonObject:
    """The Event, without `@context`. Raises LocalProtocolError when a peer could not read it back."""
    shared = Mission(
        id=event.id,
        attributed_to=event.attributed_to,
        name=event.name,
        start=event.start,
        end=event.end,
        summary=event.summary,
        content=event.content,
        url=event.url,
        place=event.place,
        join_mode=OUTSIDE,
        capacity=event.capacity,
        published=event.published,
        updated=event.updated,
        theme=event.theme,
        organisation=event.organisation,
    )
    document = missions.build_mission(shared, to=to, cc=cc)
    document[ENTRANCE] = REGISTRATION if event.registration else OPEN
    if event.url is not None:
        document["externalParticipationUrl"] = event.url
    if event.cancelled:
        document[STATUS] = CANCELLED
    try:
        parse_event(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our event is malformed: {error}") from error
    return document


def parse_event(document: JsonObject) -> Event:
    """Read an Event that is no mission; raises RemoteProtocolError. Its owner must share its origin."""
    if is_mission(document):
        raise RemoteProtocolError("This event is a mission")
    read = missions.parse_mission(document)
    entrance = fields.optional_text(document, ENTRANCE, max_length=40)
    return Event(
        id=read.id,
        attributed_to=read.attributed_to,
        name=read.name,
        start=read.start,
        end=read.end,
        summary=read.summary,
        content=read.content,
        url=read.url,
        place=read.place,
        registration=(entrance or REGISTRATION) == REGISTRATION and (entrance is not None or read.join_mode != OUTSIDE),
        capacity=read.capacity,
        published=read.published,
        updated=read.updated,
        theme=read.theme,
        organisation=read.organisation,
        cancelled=fields.optional_text(document, STATUS, max_length=40) == CANCELLED,
    )
