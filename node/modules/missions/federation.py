"""Missions between nodes: ours told to followers as ActivityStreams Events, theirs taken in with their origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.missions import neighbours, notes
from node.modules.missions.events import MissionChanged, MissionPublished, MissionWithdrawn
from node.modules.missions.models import Mission, Shift
from node.modules.missions.notes import MissionNote, ShiftNote
from node.neighbours import public as federation
from node.neighbours.events import FollowerJoined, FollowingEnded
from node.neighbours.public import Incoming
from protocols import activities, fields, readable
from protocols import missions as wire
from protocols.events import is_mission
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC

MOST_AT_FIRST = 50
MOST_SHIFTS = 50
MOST_SHIFTS_SPELT = 3


def event_of(unit: Unit, mission_id: str) -> JsonObject:
    """One of our missions as an Event, without `@context`."""
    note = notes.note_of(unit, mission_id)
    actor = federation.own_actor(unit)
    told = _told(unit, note)
    mission = wire.Mission(
        id=note.uri,
        attributed_to=actor,
        name=note.title,
        start=note.starts_at,
        end=note.ends_at,
        summary=told.summary,
        content=told.content,
        url=note.url,
        place=wire.Place(name=note.place_name or None, latitude=note.lat, longitude=note.lon),
        capacity=note.places,
        published=note.published_at,
        updated=max(note.updated_at, note.published_at),
        tokens=note.tokens,
        skills=note.skills,
        join_mode="external",  # for fediverse people; residents of other nodes join through their node
        external_url=note.url,
        shifts=tuple(
            wire.Shift(shift.starts_at, shift.ends_at, shift.places, id=shift.uri or None)
            for shift in note.shifts[:MOST_SHIFTS]
        ),
        minimum_age=note.minimum_age,
        theme=note.theme,
        organisation=note.organisation_name,
    )
    return wire.build_mission(mission, to=(PUBLIC,), cc=(f"{actor}/followers",))


def _told(unit: Unit, note: MissionNote) -> readable.Readable:
    """The mission as people on other servers read it (specs/federation.md §11)."""
    spans = [(shift.starts_at, shift.ends_at) for shift in note.shifts] or [(note.starts_at, note.ends_at)]
    whens = [readable.when(unit.local(start), unit.local(end)) for start, end in spans[:MOST_SHIFTS_SPELT]]
    if len(spans) > MOST_SHIFTS_SPELT:
        more = len(spans) - MOST_SHIFTS_SPELT
        whens.append(f"et {more} autres créneaux" if more > 1 else "et un autre créneau")
    jetons = f"{note.tokens} jeton{'s' if note.tokens > 1 else ''}" if note.tokens else ""
    facts = (*whens, note.place_name, f"avec {note.organisation_name}" if note.organisation_name else "", jetons)
    return readable.Readable(note.title, note.url, facts, note.summary, note.html)


def note_from(mission: wire.Mission) -> MissionNote:
    """A received Event as a note; bounds and cleaning are `neighbours.receive`'s."""
    place = mission.place or wire.Place()
    published = mission.published or mission.start
    content = mission.content or ""
    return MissionNote(
        uri=mission.id,
        url=mission.url or mission.id,
        title=mission.name,
        summary=readable.teaser_in(mission.summary or "", content),
        html=readable.html_in(content),
        organisation_name=mission.organisation or "",
        starts_at=mission.start,
        ends_at=mission.end or mission.start,
        place_name=place.name or place.locality or "",
        published_at=published,
        updated_at=mission.updated or published,
        theme=mission.theme or "other",
        skills=mission.skills,
        lat=place.latitude,
        lon=place.longitude,
        tokens=mission.tokens or 0,
        shifts=tuple(ShiftNote(shift.start, shift.end, shift.places, shift.id or "") for shift in mission.shifts),
        minimum_age=mission.minimum_age or 0,
        actor=mission.attributed_to,
    )


def tell_published(unit: Unit, event: MissionPublished) -> None:
    federation.publish_created(unit, event_of(unit, event.mission_id))


def tell_changed(unit: Unit, event: MissionChanged) -> None:
    federation.publish_updated(unit, event_of(unit, event.mission_id))


def tell_withdrawn(unit: Unit, event: MissionWithdrawn) -> None:
    federation.publish_deleted(unit, notes.uri_of(unit, event.mission_id), former_type="Event")


def greet_follower(unit: Unit, event: FollowerJoined) -> None:
    """A new follower gets the missions to come, as if they had been published now."""
    peer = federation.peer(unit, event.actor_id)
    assert peer is not None
    actor = federation.own_actor(unit)
    coming = (
        select(Mission.id)
        .join(Shift, Shift.mission_id == Mission.id)
        .where(Mission.state == "published", Shift.ends_at > unit.now, Shift.cancelled_at.is_(None))
        .group_by(Mission.id)
        .order_by(Mission.id)
        .limit(MOST_AT_FIRST)
    )
    for mission_id in unit.session.execute(coming).scalars().all():
        number = federation.new_activity_id(unit)
        create = activities.build_create(
            number,
            actor=actor,
            created=event_of(unit, mission_id),
            to=(PUBLIC,),
            cc=(event.actor_id,),
            published=unit.now,
        )
        federation.send(unit, create, peer)


def forget_peer(unit: Unit, event: FollowingEnded) -> None:
    neighbours.forget_peer(unit, event.host)


def heard_mission(unit: Unit, incoming: Incoming) -> str:
    """A mission was created or changed by somebody we follow; from others it is passed over."""
    peer = incoming.peer
    if peer is None or peer.we_follow != "accepted":
        return "not followed"
    if incoming.activity.object is None:
        return "passed over: not embedded"
    if not is_mission(incoming.activity.object):
        return federation.PASSED_OVER
    mission = wire.parse_mission(incoming.activity.object)
    return "kept" if neighbours.receive(unit, incoming.host, peer.name, note_from(mission)) else "already known"


def heard_withdrawal(unit: Unit, incoming: Incoming) -> str:
    """A mission is gone; only its own host may say so, and of those there only whom we follow.

    The moment is that of the sender's clock: a mission published again since then must come back, however late this
    arrived.
    """
    peer = incoming.peer
    if peer is None or peer.we_follow != "accepted":
        return "not followed"
    uri = incoming.activity.object_id
    stone = incoming.activity.document.get("object")
    said = fields.optional_moment(stone, "deleted") if isinstance(stone, dict) else None
    at = said or incoming.activity.published or incoming.received_at
    return "withdrawn" if uri and neighbours.withdraw(unit, incoming.host, uri, at) else federation.PASSED_OVER


HANDLERS: Final[Mapping[tuple[str, str], Callable[[Unit, Incoming], str]]] = {
    ("Create", "Event"): heard_mission,
    ("Update", "Event"): heard_mission,
    ("Delete", ""): heard_withdrawal,
}
SUBSCRIPTIONS: Final[tuple[tuple[type, Callable[[Unit, Any], None]], ...]] = (
    (MissionPublished, tell_published),
    (MissionChanged, tell_changed),
    (MissionWithdrawn, tell_withdrawn),
    (FollowerJoined, greet_follower),
    (FollowingEnded, forget_peer),
)
