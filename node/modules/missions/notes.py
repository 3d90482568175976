"""A mission as it travels between nodes, and ours written that way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from node.civic.writing import html_of
from node.core.unit import Unit
from node.modules.missions import people, service
from node.sharing import public as sharing


@dataclass(frozen=True, slots=True)
class ShiftNote:
    """One slot; `places` is None when the sender does not say, `uri` empty when nobody can join it from elsewhere."""

    starts_at: datetime
    ends_at: datetime
    places: int | None = None
    uri: str = ""


@dataclass(frozen=True, slots=True)
class MissionNote:
    """A mission as it travels between nodes. The part `neighbours` turns it into an ActivityPub `Event` and back.

    `uri` is the id for ever, `url` the page for people, both on the sender's host. `summary` is plain text; `html` is
    clean when we made it and anything at all when a peer sent it. `starts_at`/`ends_at` span the slots. `theme` and
    `skills` are keys of `node.civic`; unknown ones are dropped on receipt. `tokens`: for one slot attended.
    """

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
    skills: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    tokens: int = 0
    shifts: tuple[ShiftNote, ...] = ()
    minimum_age: int = 0
    actor: str = ""

    @property
    def places(self) -> int | None:
        """Places of all slots together; None when unknown."""
        known = [shift.places for shift in self.shifts if shift.places is not None]
        return sum(known) if self.shifts and len(known) == len(self.shifts) else None


def uri_of(unit: Unit, mission_id: str) -> str:
    """The id under which the other nodes know one of our missions."""
    return unit.node.url(f"/ap/missions/{mission_id}")


def slot_uri(uri: str, shift_id: str) -> str:
    """The id of one slot on the other nodes."""
    return f"{uri}#{shift_id}"


def note_of(unit: Unit, mission_id: str) -> MissionNote:
    """One of our missions as the others see it, whatever its state. Raises NotFound."""
    mission = service.find(unit, mission_id)
    shifts = service.live_shifts(unit, mission_id)
    uri = uri_of(unit, mission_id)
    published_at = mission.published_at or mission.updated_at
    # A place without coordinates is at least in our commune: neighbours look for what is near them.
    known = (mission.lat, mission.lon) if mission.lat is not None else sharing.position(unit)
    lat, lon = known or (None, None)
    return MissionNote(
        uri=uri,
        url=unit.node.url(f"/missions/{mission_id}"),
        title=mission.title,
        summary=mission.summary,
        html=html_of(mission.description or mission.summary),
        organisation_name=people.organisation(unit, mission.organisation_id).name,
        starts_at=min((shift.starts_at for shift in shifts), default=published_at),
        ends_at=max((shift.ends_at for shift in shifts), default=published_at),
        place_name=mission.place_name,
        published_at=published_at,
        updated_at=mission.updated_at,
        theme=mission.theme,
        skills=tuple(mission.skills),
        lat=lat,
        lon=lon,
        tokens=mission.tokens,
        shifts=tuple(
            ShiftNote(shift.starts_at, shift.ends_at, shift.places, slot_uri(uri, shift.id)) for shift in shifts
        ),
        minimum_age=mission.minimum_age,
    )
