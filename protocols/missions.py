"""A volunteer mission on the wire: an ActivityStreams `Event` (FEP-8a8e) that any follower can show.

`joinMode` and `maximumAttendeeCapacity` are Mobilizon's; what only Ygor nodes understand are `ygor:` terms besides.

Clauses: specs/missions.md §1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocols import fields
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.origins import same_origin
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject
from protocols.vocabulary import PUBLIC

JOIN_MODES = frozenset({"free", "restricted", "invite", "external"})
MAX_SHIFTS = 200
MAX_SKILLS = 50
MAX_TOKENS = 100_000
MAX_PLACES = 1_000_000

SUMMARY_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where: any part may be missing; degrees north and east (WGS 84)."""

    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    locality: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A span of time that a volunteer can sign up for; `places` is None when unlimited."""

    start: datetime
    end: datetime
    places: int | None = None
    name: str | None = None
    id: str | None = None
    """The mission's id with a fragment: what a `Join` names (specs/sharing.md §1.3)."""


@dataclass(frozen=True, slots=True)
class Mission:
    """A mission, or any other event of a peer: then the `ygor:` parts are empty."""

    id: str
    attributed_to: str
    name: str
    start: datetime
    end: datetime | None = None
    summary: str | None = None
    """Plain text in ours; HTML of unknown harmlessness from a peer."""
    content: str | None = None
    """HTML, of unknown harmlessness from a peer."""
    url: str | None = None
    place: Place | None = None
    join_mode: str = "free"
    capacity: int | None = None
    published: datetime | None = None
    updated: datetime | None = None
    tokens: int | None = None
    """Tokens that one participation earns."""
    skills: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    theme: str | None = None
    """A key of the vocabulary of themes that Ygor nodes share."""
    organisation: str | None = None
    """The name of the association or service that runs it."""
    minimum_age: int | None = None
    external_url: str | None = None
    """Where people of other kinds of servers sign up, with the join mode "external" (Mobilizon's)."""


def build_mission(mission: Mission, *, to: tuple[str, ...] = (PUBLIC,), cc: tuple[str, ...] = ()) -> JsonObject:
    """The Event, without `@context`: see `vocabulary.with_context`. Times have whole seconds.

    Raises LocalProtocolError when a peer could not read it back.
    """
    document: JsonObject = {
        "id": mission.id,
        "type": "Event",
        "attributedTo": mission.attributed_to,
        "name": mission.name,
        "startTime": rfc3339(mission.start),
        "joinMode": mission.join_mode,
        "to": list[Json](to),
        "cc": list[Json](cc),
    }
    optional: dict[str, Json] = {
        "endTime": _time(mission.end),
        "summary": mission.summary,
        "content": mission.content,
        "url": mission.url,
        "location": None if mission.place is None else _build_place(mission.place),
        "maximumAttendeeCapacity": mission.capacity,
        "published": _time(mission.published),
        "updated": _time(mission.updated),
        "ygor:tokens": mission.tokens,
        "ygor:skills": list[Json](mission.skills) or None,
        "ygor:shifts": [_build_shift(shift) for shift in mission.shifts] or None,
        "ygor:theme": mission.theme,
        "ygor:organisation": mission.organisation,
        "ygor:minimumAge": mission.minimum_age or None,
        "externalParticipationUrl": mission.external_url,
    }
    document |= _present(optional)
    try:
        parse_mission(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our mission is malformed: {error}") from error
    return document


def parse_mission(document: JsonObject) -> Mission:
    """Read an Event; raises RemoteProtocolError. Its owner must share its origin."""
    if fields.type_of(document) != "Event":
        raise RemoteProtocolError("Not an Event")
    mission_id = fields.identifier(document)
    owner = fields.identifier(document, "attributedTo")
    if not same_origin(mission_id, owner):
        raise RemoteProtocolError("The event and its owner have different origins", code="cross-origin")
    start, end = fields.moment(document, "startTime"), fields.optional_moment(document, "endTime")
    if end is not None and end < start:
        raise RemoteProtocolError("endTime: before startTime")
    shifts = fields.children(document, "ygor:shifts", max_items=MAX_SHIFTS)
    join_mode = fields.optional_text(document, "joinMode", max_length=32) or "free"
    if join_mode not in JOIN_MODES:
        raise RemoteProtocolError("joinMode: unknown")
    return Mission(
        id=mission_id,
        attributed_to=owner,
        name=fields.text(document, "name"),
        start=start,
        end=end,
        summary=fields.optional_text(document, "summary", max_length=SUMMARY_LENGTH),
        content=fields.optional_text(document, "content", max_length=fields.HTML_LENGTH),
        url=fields.optional_link(document, "url"),
        place=_parse_location(document),
        join_mode=join_mode,
        capacity=fields.optional_integer(document, "maximumAttendeeCapacity", maximum=MAX_PLACES),
        published=fields.optional_moment(document, "published"),
        updated=fields.optional_moment(document, "updated"),
        tokens=fields.optional_integer(document, "ygor:tokens", maximum=MAX_TOKENS),
        skills=fields.texts(document, "ygor:skills", max_items=MAX_SKILLS, max_length=100),
        shifts=tuple(_parse_shift(shift, mission_id) for shift in shifts),
        theme=fields.optional_text(document, "ygor:theme", max_length=40),
        organisation=fields.optional_text(document, "ygor:organisation"),
        minimum_age=fields.optional_integer(document, "ygor:minimumAge", maximum=150),
        external_url=fields.optional_link(document, "externalParticipationUrl"),
    )


def _build_place(place: Place) -> JsonObject:
    address = _present(
        {
            "streetAddress": place.street,
            "postalCode": place.postal_code,
            "addressLocality": place.locality,
            "addressCountry": place.country,
        }
    )
    coordinates: dict[str, Json] = {"latitude": place.latitude, "longitude": place.longitude}
    document: JsonObject = {"type": "Place", **_present({"name": place.name, **coordinates})}
    if address:
        document["address"] = {"type": "PostalAddress", **address}
    return document


def _parse_location(document: JsonObject) -> Place | None:
    """The first Place among the locations; virtual ones are passed over."""
    places = fields.children(document, "location", max_items=10)
    return next((_parse_place(place) for place in places if place.get("type") == "Place"), None)


def _parse_place(place: JsonObject) -> Place:
    address = place.get("address")
    if isinstance(address, str):  # some write the whole address as one text
        address = {"streetAddress": address}
    parts = fields.optional_child({"address": address}, "address") or {}
    return Place(
        name=fields.optional_text(place, "name"),
        street=fields.optional_text(parts, "streetAddress"),
        postal_code=fields.optional_text(parts, "postalCode", max_length=32),
        locality=fields.optional_text(parts, "addressLocality"),
        country=fields.optional_text(parts, "addressCountry", max_length=100),
        latitude=fields.optional_number(place, "latitude", minimum=-90, maximum=90),
        longitude=fields.optional_number(place, "longitude", minimum=-180, maximum=180),
    )


def _build_shift(shift: Shift) -> JsonObject:
    optional: dict[str, Json] = {"id": shift.id, "maximumAttendeeCapacity": shift.places, "name": shift.name}
    return {"startTime": rfc3339(shift.start), "endTime": rfc3339(shift.end), **_present(optional)}


def _parse_shift(shift: JsonObject, mission_id: str) -> Shift:
    shift_id = fields.optional_identifier(shift, "id")
    if shift_id is not None and not shift_id.startswith(f"{mission_id}#"):
        raise RemoteProtocolError("ygor:shifts: not a slot of this mission")
    start, end = fields.moment(shift, "startTime"), fields.moment(shift, "endTime")
    if end < start:
        raise RemoteProtocolError("endTime: before startTime")
    return Shift(
        start=start,
        end=end,
        places=fields.optional_integer(shift, "maximumAttendeeCapacity", maximum=MAX_PLACES),
        name=fields.optional_text(shift, "name"),
        id=shift_id,
    )


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _present(values: dict[str, Json]) -> JsonObject:
    return {name: value for name, value in values.items() if value is not None}
