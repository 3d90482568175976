"""What other parts may ask about missions. Events stand in `events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.modules.missions import neighbours, notes, presence, reading
from node.modules.missions.models import Certification, Mission, Neighbour, Shift
from node.modules.missions.notes import MissionNote, ShiftNote
from node.modules.missions.reading import Filters, Listing, MissionCard, MissionPage, ShiftView

__all__ = [
    "Counts",
    "Filters",
    "Listing",
    "MissionCard",
    "MissionNote",
    "MissionPage",
    "ShiftNote",
    "ShiftView",
    "board",
    "certified_count",
    "counts",
    "counts_by_host",
    "counts_by_organisation",
    "forget_peer",
    "get",
    "mission_value",
    "of_organisation",
    "published_ids",
    "receive_mission",
    "to_certify",
    "upcoming",
    "uri_of",
    "withdraw_received",
]


@dataclass(frozen=True, slots=True)
class Counts:
    """Missions to come: `here` are ours, `neighbours` those received."""

    here: int
    neighbours: int

    @property
    def total(self) -> int:
        return self.here + self.neighbours


def upcoming(unit: Unit, limit: int) -> tuple[MissionCard, ...]:
    """Published missions with a slot to come, ours and the neighbours', the next first."""
    return reading.listing(unit, Filters(), limit=limit).cards


def counts(unit: Unit) -> Counts:
    """How many missions are to come."""
    here = reading.listing(unit, Filters(origin="here"), limit=0).total
    return Counts(here, reading.listing(unit, Filters(origin="neighbours"), limit=0).total)


def get(unit: Unit, mission_id: str) -> MissionPage:
    """A mission that everybody may see (published, or withdrawn or cancelled after that). Raises NotFound."""
    page = reading.page(unit, mission_id)
    if page.published_at is None:
        raise NotFound("missions.unknown")
    return page


def of_organisation(unit: Unit, organisation_id: str, limit: int = 50) -> tuple[MissionCard, ...]:
    """An organisation's published missions with a slot to come, the next first."""
    return reading.listing(unit, Filters(organisation_id=organisation_id), limit=limit).cards


def board(unit: Unit, organisation_id: str, limit: int = 50) -> tuple[MissionCard, ...]:
    """All missions of an organisation whatever their state, the latest change first: for its members."""
    return reading.cards_of(unit, organisation_id, limit=limit)


def to_certify(unit: Unit, organisation_id: str) -> int:
    """How many people are still expected at slots that can be certified now."""
    return presence.to_certify(unit, organisation_id)


def counts_by_organisation(unit: Unit) -> Mapping[str, int]:
    """Organisation id → its published missions with a slot to come."""
    query = (
        select(Mission.organisation_id, func.count(func.distinct(Mission.id)))
        .join(Shift, Shift.mission_id == Mission.id)
        .where(Mission.state == "published", Shift.cancelled_at.is_(None), Shift.ends_at > unit.now)
        .group_by(Mission.organisation_id)
    )
    return dict(unit.session.execute(query).all())


def counts_by_host(unit: Unit) -> Mapping[str, int]:
    """Host of a neighbour → its missions to come that we show."""
    shown = (Neighbour.state == "live", Neighbour.ends_at > unit.now)
    query = select(Neighbour.peer_host, func.count()).where(*shown).group_by(Neighbour.peer_host)
    return dict(unit.session.execute(query).all())


def certified_count(unit: Unit, organisation_id: str) -> int:
    """How many attendances an organisation has certified."""
    query = select(func.count()).where(Certification.organisation_id == organisation_id)
    return unit.session.scalars(query).one()


def uri_of(unit: Unit, mission_id: str) -> str:
    """The id of one of our missions on the other nodes; its page is `/missions/{id}`."""
    return notes.uri_of(unit, mission_id)


def mission_value(unit: Unit, mission_id: str) -> MissionNote:
    """One of our missions as it travels. Raises NotFound."""
    return notes.note_of(unit, mission_id)


def published_ids(unit: Unit, limit: int = 100) -> tuple[str, ...]:
    """Our missions a new follower is told of: published, with a slot to come, the next first."""
    return tuple(card.id for card in reading.listing(unit, Filters(origin="here"), limit=limit).cards)


def receive_mission(unit: Unit, peer_host: str, peer_name: str, note: MissionNote) -> bool:
    """Show (or bring up to date) a mission of a peer. `peer_host`: authority as in a Host header. Returns whether
    anything changed. Raises Forbidden `missions.foreign-uri`, Invalid for what cannot be shown."""
    return neighbours.receive(unit, peer_host, peer_name, note)


def withdraw_received(unit: Unit, peer_host: str, uri: str, at: datetime) -> bool:
    """A peer took its mission back at a moment of its own clock.

    Returns whether it was shown. Raises Forbidden `missions.foreign-uri`.
    """
    return neighbours.withdraw(unit, peer_host, uri, at)


def forget_peer(unit: Unit, peer_host: str) -> int:
    """We no longer follow this peer: drop its missions. Returns how many were."""
    return neighbours.forget_peer(unit, peer_host)
