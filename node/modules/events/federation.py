"""The agenda between nodes: ours told to followers as ActivityStreams Events, theirs taken in with their origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.events import neighbours, notes, service
from node.modules.events.events import EventChanged, EventPublished, EventWithdrawn
from node.modules.events.models import Event
from node.modules.events.notes import EventNote
from node.neighbours import public as federation
from node.neighbours.events import FollowerJoined, FollowingEnded
from node.neighbours.public import Incoming
from protocols import activities, fields, readable
from protocols import events as wire
from protocols.missions import Place
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC

MOST_AT_FIRST = 50


def document_of(unit: Unit, event: Event) -> JsonObject:
    """One of our events as an Event, without `@context`."""
    note = notes.note_of(unit, event)
    actor = federation.own_actor(unit)
    told = _told(unit, note)
    value = wire.Event(
        id=note.uri,
        attributed_to=actor,
        name=note.title,
        start=note.starts_at,
        end=note.ends_at,
        summary=told.summary,
        content=told.content,
        url=note.url,
        place=Place(name=note.place_name or None, latitude=note.lat, longitude=note.lon),
        registration=note.registration,
        capacity=note.places,
        published=note.published_at,
        updated=max(note.updated_at, note.published_at),
        theme=note.theme,
        organisation=note.organisation_name or None,
        cancelled=note.cancelled,
    )
    return wire.build_event(value, to=(PUBLIC,), cc=(f"{actor}/followers",))


def _told(unit: Unit, note: EventNote) -> readable.Readable:
    """The event as people on other servers read it (specs/federation.md §11)."""
    entrance = "sur inscription" if note.registration else "entrée libre"
    facts = (
        "Annulé" if note.cancelled else "",
        readable.when(unit.local(note.starts_at), unit.local(note.ends_at)),
        note.place_name,
        f"avec {note.organisation_name}" if note.organisation_name else "",
        "" if note.cancelled else entrance,
    )
    return readable.Readable(note.title, note.url, facts, note.summary, note.html)


def note_from(event: wire.Event) -> EventNote:
    """A received Event as a note; bounds and cleaning are `neighbours.receive`'s."""
    place = event.place or Place()
    content = event.content or ""
    published = event.published or event.updated or event.start
    return EventNote(
        uri=event.id,
        url=event.url or event.id,
        title=event.name,
        summary=readable.teaser_in(event.summary or "", content),
        html=readable.html_in(content),
        organisation_name=event.organisation or "",
        starts_at=event.start,
        ends_at=event.end or event.start,
        place_name=", ".join(dict.fromkeys(part for part in (place.name, place.locality) if part)),
        published_at=published,
        updated_at=event.updated or published,
        theme=event.theme or "other",
        lat=place.latitude,
        lon=place.longitude,
        registration=event.registration,
        places=event.capacity,
        cancelled=event.cancelled,
    )


def tell_published(unit: Unit, event: EventPublished) -> None:
    """At once, or (a date of a series that is still far) later, by the job `announcements`."""
    row = service.find(unit, event.event_id)
    if service.is_near(unit, row):
        row.told_at = unit.now
        federation.publish_created(unit, document_of(unit, row))


def tell_changed(unit: Unit, event: EventChanged) -> None:
    row = service.find(unit, event.event_id)
    if row.told_at is not None:
        federation.publish_updated(unit, document_of(unit, row))
    elif row.state == "published":
        tell_published(unit, EventPublished(row.id))


def tell_withdrawn(unit: Unit, event: EventWithdrawn) -> None:
    row = service.find(unit, event.event_id)
    if row.told_at is not None:
        row.told_at = None
        federation.publish_deleted(unit, notes.uri_of(unit, row.id), former_type="Event")


def greet_follower(unit: Unit, event: FollowerJoined) -> None:
    """A new follower gets the events to come that the others know, as if they had been published now."""
    peer = federation.peer(unit, event.actor_id)
    assert peer is not None
    actor = federation.own_actor(unit)
    coming = (
        select(Event)
        .where(Event.state == "published", Event.told_at.is_not(None), Event.ends_at > unit.now)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_AT_FIRST)
    )
    for row in unit.session.scalars(coming).all():
        create = activities.build_create(
            federation.new_activity_id(unit),
            actor=actor,
            created=document_of(unit, row),
            to=(PUBLIC,),
            cc=(event.actor_id,),
            published=unit.now,
        )
        federation.send(unit, create, peer)


def forget_peer(unit: Unit, event: FollowingEnded) -> None:
    neighbours.forget_peer(unit, event.host)


def heard_event(unit: Unit, incoming: Incoming) -> str:
    """An event was created or changed by somebody we follow; missions are another part's."""
    document = incoming.activity.object
    if document is None or wire.is_mission(document):
        return federation.PASSED_OVER
    peer = incoming.peer
    if peer is None or peer.we_follow != "accepted":
        return "not followed"
    note = note_from(wire.parse_event(document))
    return "kept" if neighbours.receive(unit, incoming.host, peer.name, note, peer.actor_id) else "already known"


def heard_withdrawal(unit: Unit, incoming: Incoming) -> str:
    """An event is gone; only its own host may say so, and of those there only whom we follow. The moment is that of the
    sender's clock: an event published again since then must come back, however late this arrived."""
    peer, uri = incoming.peer, incoming.activity.object_id
    if peer is None or peer.we_follow != "accepted" or not uri:
        return federation.PASSED_OVER
    stone = incoming.activity.document.get("object")
    said = fields.optional_moment(stone, "deleted") if isinstance(stone, dict) else None
    at = said or incoming.activity.published or incoming.received_at
    return "withdrawn" if neighbours.withdraw(unit, incoming.host, uri, at) else federation.PASSED_OVER


HANDLERS: Final[Mapping[tuple[str, str], Callable[[Unit, Incoming], str]]] = {
    ("Create", "Event"): heard_event,
    ("Update", "Event"): heard_event,
    ("Delete", ""): heard_withdrawal,
}
SUBSCRIPTIONS: Final[tuple[tuple[type, Callable[[Unit, Any], None]], ...]] = (
    (EventPublished, tell_published),
    (EventChanged, tell_changed),
    (EventWithdrawn, tell_withdrawn),
    (FollowerJoined, greet_follower),
    (FollowingEnded, forget_peer),
)
