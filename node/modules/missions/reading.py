"""What pages, the API and other parts read about missions: frozen values, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select

from node.civic.places import near
from node.civic.search import holds_words
from node.core.unit import Unit
from node.modules.missions import people, rules, service
from node.modules.missions.models import Mission, Neighbour, Shift, Signup
from node.modules.missions.notes import uri_of
from node.modules.missions.settings import Settings
from node.sharing import public as sharing

Rows: TypeAlias = Select[Mission, datetime, datetime]
Origin = Literal["all", "here", "neighbours"]
FARTHEST_ROW = 2_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for. `day` and `until`: local days, inclusive. `text` is looked for in title, summary,
    place and (neighbours) organisation; `organisation_id` leaves neighbours out. `km`: at most so far from the
    commune's own position (0: anywhere); what is ours and gives no coordinates is near, a neighbour's is not."""

    theme: str = ""
    text: str = ""
    origin: Origin = "all"
    day: date | None = None
    until: date | None = None
    organisation_id: str = ""
    km: int = 0


@dataclass(frozen=True, slots=True)
class MissionCard:
    """One mission in a list, ours or a neighbour's (`peer_name` not empty, `origin_url` its page there, `uri` its id).
    `url` is the path of our own page about it.
    `starts_at`/`ends_at`: the next slot. `places_left` is None when unknown."""

    id: str
    uri: str
    url: str
    title: str
    summary: str
    theme: str
    skills: tuple[str, ...]
    organisation_name: str
    organisation_slug: str
    place_name: str
    lat: float | None
    lon: float | None
    starts_at: datetime
    ends_at: datetime
    tokens: int
    places_left: int | None
    peer_name: str = ""
    state: str = "published"
    origin_url: str = ""

    @property
    def is_neighbour(self) -> bool:
        return bool(self.peer_name)


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A slot as everybody sees it, and what the viewer's own sign-up is (`mine`, empty for none)."""

    id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    registered: int
    waiting: int
    cancelled: bool
    mine: str = ""
    position: int = 0

    @property
    def left(self) -> int:
        return rules.places_left(self.places, self.registered)


@dataclass(frozen=True, slots=True)
class MissionPage:
    """One mission with its slots. `faces`: display names of some who come, for their initials only."""

    id: str
    version: int
    state: str
    title: str
    summary: str
    description: str
    learning: str
    theme: str
    skills: tuple[str, ...]
    organisation_id: str
    organisation_name: str
    organisation_slug: str
    place_name: str
    lat: float | None
    lon: float | None
    access: str
    minimum_age: int
    tokens: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    shifts: tuple[ShiftView, ...]
    faces: tuple[str, ...]
    coming: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and how long the whole list is."""

    cards: tuple[MissionCard, ...]
    total: int


def listing(unit: Unit, filters: Filters, *, limit: int, offset: int = 0) -> Listing:
    """Missions to come, the next one first, ours and the neighbours' together."""
    offset = min(max(offset, 0), FARTHEST_ROW)
    wanted = offset + limit
    cards: list[MissionCard] = []
    total = 0
    if filters.origin != "neighbours":
        own = _own(unit, filters)
        total += unit.session.scalar(select(func.count()).select_from(own.subquery())) or 0
        cards += _own_cards(unit, own.order_by("starts_at", Mission.id).limit(wanted))
    if shows_neighbours(unit, filters):
        conditions = _neighbour_conditions(unit, filters)
        total += unit.session.scalar(select(func.count()).where(*conditions)) or 0
        query = select(Neighbour).where(*conditions).order_by(Neighbour.starts_at, Neighbour.id).limit(wanted)
        cards += [neighbour_card(row) for row in unit.session.scalars(query)]
    cards.sort(key=lambda card: (card.starts_at, card.id))
    return Listing(tuple(cards[offset:wanted]), total)


def shows_neighbours(unit: Unit, filters: Filters) -> bool:
    if filters.origin == "here" or filters.organisation_id:
        return False
    return unit.settings("missions", Settings).show_neighbours


def cards_of(unit: Unit, organisation_id: str, *, limit: int) -> tuple[MissionCard, ...]:
    """All missions of one organisation, the latest change first; from the first slot to the last, or without any."""
    first, last = func.min(Shift.starts_at), func.max(Shift.ends_at)
    query = (
        select(Mission, first.label("starts_at"), last.label("ends_at"))
        .outerjoin(Shift, (Shift.mission_id == Mission.id) & Shift.cancelled_at.is_(None))
        .where(Mission.organisation_id == organisation_id)
        .group_by(Mission.id)
        .order_by(Mission.updated_at.desc(), Mission.id)
        .limit(limit)
    )
    return tuple(_own_cards(unit, query))


def page(unit: Unit, mission_id: str, account_id: str | None = None) -> MissionPage:
    """One mission in any state; who may see which state is the caller's business. Raises NotFound."""
    mission = service.find(unit, mission_id)
    query = select(Shift).where(Shift.mission_id == mission_id).order_by(Shift.starts_at, Shift.id)
    shifts = unit.session.scalars(query).all()
    signups = unit.session.scalars(
        select(Signup).where(Signup.shift_id.in_([s.id for s in shifts])).order_by(Signup.at, Signup.id)
    ).all()
    organisation = people.organisation(unit, mission.organisation_id)
    seated = list(dict.fromkeys(signup.account_id for signup in signups if signup.state in rules.SEATED))
    names = people.display_names(unit, seated[:6])
    return MissionPage(
        id=mission.id,
        version=mission.version,
        state=mission.state,
        title=mission.title,
        summary=mission.summary,
        description=mission.description,
        learning=mission.learning,
        theme=mission.theme,
        skills=tuple(mission.skills),
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        organisation_slug=organisation.slug,
        place_name=mission.place_name,
        lat=mission.lat,
        lon=mission.lon,
        access=mission.access,
        minimum_age=mission.minimum_age,
        tokens=mission.tokens,
        created_at=mission.created_at,
        updated_at=mission.updated_at,
        published_at=mission.published_at,
        shifts=tuple(
            _shift_view(shift, [s for s in signups if s.shift_id == shift.id], account_id) for shift in shifts
        ),
        faces=tuple(names[id_] for id_ in seated[:6] if id_ in names),
        coming=len(seated),
    )


def _shift_view(shift: Shift, signups: Sequence[Signup], account_id: str | None) -> ShiftView:
    waiting = [signup for signup in signups if signup.state == "waiting"]
    mine = next((s for s in signups if account_id is not None and s.account_id == account_id), None)
    return ShiftView(
        id=shift.id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        places=shift.places,
        registered=sum(signup.state in rules.SEATED for signup in signups),
        waiting=len(waiting),
        cancelled=shift.cancelled_at is not None,
        mine=mine.state if mine else "",
        position=waiting.index(mine) + 1 if mine in waiting else 0,
    )


def _own(unit: Unit, filters: Filters) -> Rows:
    """Published missions with their next slot: rows (Mission, starts_at, ends_at)."""
    first, last = func.min(Shift.starts_at).label("starts_at"), func.min(Shift.ends_at).label("ends_at")
    conditions = [
        Mission.state == "published",
        Shift.cancelled_at.is_(None),
        *_when(unit, filters, Shift.starts_at, Shift.ends_at),
    ]
    if filters.theme:
        conditions.append(Mission.theme == filters.theme)
    if filters.organisation_id:
        conditions.append(Mission.organisation_id == filters.organisation_id)
    if filters.text:
        conditions.append(holds_words(Mission.search_text, filters.text))
    if filters.km and (centre := sharing.position(unit)):
        conditions.append(Mission.lat.is_(None) | near(Mission.lat, Mission.lon, centre, filters.km))
    return select(Mission, first, last).join(Shift).where(*conditions).group_by(Mission.id)


def _neighbour_conditions(unit: Unit, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [Neighbour.state == "live", *_when(unit, filters, Neighbour.starts_at, Neighbour.ends_at)]
    conditions.append(
        sharing.shown_here(
            unit, host=Neighbour.peer_host, uri=Neighbour.uri, organisation=Neighbour.organisation_name,
            theme=Neighbour.theme, lat=Neighbour.lat, lon=Neighbour.lon,
        )
    )  # fmt: skip
    if filters.theme:
        conditions.append(Neighbour.theme == filters.theme)
    if filters.text:
        conditions.append(holds_words(Neighbour.search_text, filters.text))
    if filters.km and (centre := sharing.position(unit)):
        conditions.append(near(Neighbour.lat, Neighbour.lon, centre, filters.km))
    return conditions


def _when(unit: Unit, filters: Filters, starts_at: Any, ends_at: Any) -> list[ColumnElement[bool]]:
    conditions = [ends_at > unit.now]
    if filters.day:
        conditions.append(ends_at > midnight(unit, filters.day))
    if filters.until:
        conditions.append(starts_at < midnight(unit, filters.until + timedelta(days=1)))
    return conditions


def midnight(unit: Unit, day: date) -> datetime:
    """The instant a local day begins."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(unit.node.timezone))


def _own_cards(unit: Unit, query: Rows) -> list[MissionCard]:
    rows = unit.session.execute(query).all()
    organisations = people.organisations_by_id(unit, {row[0].organisation_id for row in rows})
    left = _places_left(unit, [row[0].id for row in rows])
    cards = []
    for mission, starts_at, ends_at in rows:
        organisation = organisations.get(mission.organisation_id)
        cards.append(
            MissionCard(
                id=mission.id,
                uri=uri_of(unit, mission.id),
                url=f"/missions/{mission.id}",
                title=mission.title,
                summary=mission.summary,
                theme=mission.theme,
                skills=tuple(mission.skills),
                organisation_name=organisation.name if organisation else "",
                organisation_slug=organisation.slug if organisation else "",
                place_name=mission.place_name,
                lat=mission.lat,
                lon=mission.lon,
                starts_at=starts_at or mission.updated_at,
                ends_at=ends_at or mission.updated_at,
                tokens=mission.tokens,
                places_left=left.get(mission.id, 0),
                state=mission.state,
            )
        )
    return cards


def _places_left(unit: Unit, mission_ids: Sequence[str]) -> Mapping[str, int]:
    """Free places in the slots to come, by mission."""
    taken = (
        select(Signup.shift_id, func.count().label("taken"))
        .where(Signup.state.in_(rules.SEATED))
        .group_by(Signup.shift_id)
    ).subquery()
    query = (
        select(Shift.mission_id, Shift.places, func.coalesce(taken.c.taken, 0))
        .outerjoin(taken, taken.c.shift_id == Shift.id)
        .where(Shift.mission_id.in_(mission_ids), Shift.cancelled_at.is_(None), Shift.ends_at > unit.now)
    )
    left: dict[str, int] = {}
    for mission_id, places, seated in unit.session.execute(query):
        left[mission_id] = left.get(mission_id, 0) + rules.places_left(places, seated)
    return left


def neighbour_card(row: Neighbour) -> MissionCard:
    return MissionCard(
        id=row.id,
        uri=row.uri,
        url=f"/missions/voisines/{row.id}",
        origin_url=row.url,
        title=row.title,
        summary=row.summary,
        theme=row.theme,
        skills=tuple(row.skills),
        organisation_name=row.organisation_name,
        organisation_slug="",
        place_name=row.place_name,
        lat=row.lat,
        lon=row.lon,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        tokens=row.tokens,
        places_left=None,
        peer_name=row.peer_name,
    )
