"""What pages, the API and other parts read about the agenda: frozen values, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from node.civic.search import holds_words
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.events import people, registrations, rules, service
from node.modules.events.models import Event, Neighbour, Registration, Series
from node.modules.events.notes import uri_of
from node.modules.events.people import Organiser
from node.modules.events.settings import Settings
from node.sharing import public as sharing

Origin = Literal["all", "here", "neighbours"]
FARTHEST_ROW = 2_000
MOST_DATES_SHOWN = 12
SHOWN_STATES = ("published", "cancelled")


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for. `day`, `until`: local days, inclusive. `organisation_id` leaves neighbours out. `past`:
    what is over, the latest first, in place of what is to come."""

    theme: str = ""
    text: str = ""
    place: str = ""
    origin: Origin = "all"
    day: date | None = None
    until: date | None = None
    organisation_id: str = ""
    past: bool = False


@dataclass(frozen=True, slots=True)
class EventCard:
    """One event in a list, ours or a neighbour's (`peer_name` not empty, `url` on its own host, `uri` its id).
    `places_left` is None when unknown or not counted."""

    id: str
    uri: str
    url: str
    title: str
    summary: str
    theme: str
    organiser_name: str
    place_name: str
    lat: float | None
    lon: float | None
    starts_at: datetime
    ends_at: datetime
    registration: bool
    places_left: int | None
    state: str
    updated_at: datetime
    recurs: bool = False
    peer_name: str = ""
    mine: str = ""

    @property
    def is_neighbour(self) -> bool:
        return bool(self.peer_name)

    @property
    def page(self) -> str:
        """Our own page about it."""
        return f"/evenements/voisins/{self.id}" if self.is_neighbour else self.url


@dataclass(frozen=True, slots=True)
class OtherDate:
    """Another date of the same series."""

    id: str
    starts_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event; `mine` is the state of the viewer's own registration, empty for none. `faces`: display names of some
    who come, for their initials only. `every`: how it recurs, empty for once."""

    id: str
    version: int
    state: str
    reason: str
    title: str
    summary: str
    description: str
    theme: str
    organiser: Organiser
    place_name: str
    lat: float | None
    lon: float | None
    access: str
    starts_at: datetime
    ends_at: datetime
    registration: bool
    places: int | None
    seated: int
    waiting: int
    faces: tuple[str, ...]
    every: str
    dates: tuple[OtherDate, ...]
    updated_at: datetime
    published_at: datetime | None
    mine: str = ""
    position: int = 0

    @property
    def left(self) -> int | None:
        return rules.places_left(self.places, self.seated)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and how long the whole list is."""

    cards: tuple[EventCard, ...]
    total: int


def listing(unit: Unit, filters: Filters, *, limit: int, offset: int = 0) -> Listing:
    """Events to come, the next one first, ours and the neighbours' together (or what is over, the latest first)."""
    offset = min(max(offset, 0), FARTHEST_ROW)
    wanted, total = offset + limit, 0
    cards: list[EventCard] = []
    if filters.origin != "neighbours":
        conditions = [
            Event.state.in_(SHOWN_STATES),
            Event.published_at.is_not(None),
            *_conditions(unit, filters, Event),
        ]
        total += unit.session.scalar(select(func.count()).where(*conditions)) or 0
        query = select(Event).where(*conditions).order_by(*_order(filters, Event)).limit(wanted)
        cards += own_cards(unit, unit.session.scalars(query).all())
    if filters.origin != "here" and not filters.organisation_id and shows_neighbours(unit):
        conditions = [Neighbour.state.in_(("live", "cancelled")), *_conditions(unit, filters, Neighbour)]
        conditions.append(
            sharing.shown_here(
                unit, host=Neighbour.peer_host, uri=Neighbour.uri, organisation=Neighbour.organisation_name,
                theme=Neighbour.theme, lat=Neighbour.lat, lon=Neighbour.lon,
            )
        )  # fmt: skip
        total += unit.session.scalar(select(func.count()).where(*conditions)) or 0
        theirs = select(Neighbour).where(*conditions).order_by(*_order(filters, Neighbour)).limit(wanted)
        cards += [neighbour_card(row) for row in unit.session.scalars(theirs)]
    cards.sort(key=lambda card: (card.starts_at, card.id), reverse=filters.past)
    return Listing(tuple(cards[offset:wanted]), total)


def shows_neighbours(unit: Unit) -> bool:
    return unit.settings("events", Settings).show_neighbours


def mine(unit: Unit, account_id: str, *, limit: int) -> tuple[EventCard, ...]:
    """What this person is registered for, or waits for, and is still to come."""
    query = (
        select(Event, Registration.state)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Registration.account_id == account_id,
            Registration.state.in_(("registered", "waiting")),
            Event.ends_at > unit.now,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    rows = unit.session.execute(query).all()
    return own_cards(unit, [row[0] for row in rows], {row[0].id: row[1] for row in rows})


def board(unit: Unit, viewer: Viewer, *, limit: int) -> tuple[EventCard, ...]:
    """All events of those this person organises for, whatever their state: to come first, then the latest."""
    organisers = people.organisers_for(unit, viewer)
    owners: list[ColumnElement[bool]] = [Event.organisation_id.in_([o.id for o in organisers if o.id is not None])]
    if viewer.is_staff:
        owners.append(Event.organisation_id.is_(None))
    coming = select(Event).where(or_(*owners), Event.ends_at > unit.now).order_by(Event.starts_at, Event.id)
    over = select(Event).where(or_(*owners), Event.ends_at <= unit.now).order_by(Event.starts_at.desc(), Event.id)
    rows = [*unit.session.scalars(coming.limit(limit)), *unit.session.scalars(over.limit(limit))]
    return own_cards(unit, rows[:limit])


def page(unit: Unit, event_id: str, account_id: str | None = None) -> EventPage:
    """One event in any state; who may see which state is the caller's business. Raises NotFound."""
    event = service.find(unit, event_id)
    rows = registrations.of_event(unit, event_id)
    seated = [row.account_id for row in rows if row.state in rules.SEATED]
    waiting = [row for row in rows if row.state == "waiting"]
    names = people.display_names(unit, seated[:6])
    own = next((row for row in rows if account_id is not None and row.account_id == account_id), None)
    series = unit.session.get(Series, event.series_id) if event.series_id else None
    return EventPage(
        id=event.id,
        version=event.version,
        state=event.state,
        reason=event.reason,
        title=event.title,
        summary=event.summary,
        description=event.description,
        theme=event.theme,
        organiser=people.organiser(unit, event.organisation_id),
        place_name=event.place_name,
        lat=event.lat,
        lon=event.lon,
        access=event.access,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        registration=event.registration,
        places=event.places,
        seated=len(seated),
        waiting=len(waiting),
        faces=tuple(names[id_] for id_ in seated[:6] if id_ in names),
        every=series.every if series else "",
        dates=_other_dates(unit, event),
        updated_at=event.updated_at,
        published_at=event.published_at,
        mine=own.state if own else "",
        position=waiting.index(own) + 1 if own in waiting else 0,
    )


def _other_dates(unit: Unit, event: Event) -> tuple[OtherDate, ...]:
    """The next dates of its series, itself left out, as everybody may see them."""
    if event.series_id is None:
        return ()
    query = (
        select(Event.id, Event.starts_at, Event.state)
        .where(
            Event.series_id == event.series_id,
            Event.id != event.id,
            Event.state.in_(SHOWN_STATES),
            Event.published_at.is_not(None),
            Event.ends_at > unit.now,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_DATES_SHOWN)
    )
    return tuple(OtherDate(*row) for row in unit.session.execute(query))


def _conditions(unit: Unit, filters: Filters, table: Any) -> list[ColumnElement[bool]]:
    """The filters over our table or the neighbours': both have the columns they need."""
    found: list[ColumnElement[bool]] = [table.ends_at <= unit.now if filters.past else table.ends_at > unit.now]
    if filters.day:
        found.append(table.ends_at > midnight(unit, filters.day))
    if filters.until:
        found.append(table.starts_at < midnight(unit, filters.until + timedelta(days=1)))
    if filters.theme:
        found.append(table.theme == filters.theme)
    if filters.text:
        found.append(holds_words(table.search_text, filters.text))
    if filters.place:
        found.append(holds_words(table.place_text, filters.place))
    if filters.organisation_id:
        found.append(table.organisation_id == filters.organisation_id)
    return found


def _order(filters: Filters, table: Any) -> tuple[Any, ...]:
    return (table.starts_at.desc(), table.id.desc()) if filters.past else (table.starts_at, table.id)


def midnight(unit: Unit, day: date) -> datetime:
    """The instant a local day begins."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(unit.node.timezone))


def own_cards(unit: Unit, rows: Sequence[Event], mine: Mapping[str, str] | None = None) -> tuple[EventCard, ...]:
    """Cards of our events; `mine`: event id → state of the viewer's own registration."""
    organisers = people.organisers(unit, {row.organisation_id for row in rows})
    taken = _seated(unit, [row.id for row in rows if row.places is not None])
    cards = []
    for row in rows:
        organiser = organisers.get(row.organisation_id)
        cards.append(
            EventCard(
                id=row.id,
                uri=uri_of(unit, row.id),
                url=f"/evenements/{row.id}",
                title=row.title,
                summary=row.summary,
                theme=row.theme,
                organiser_name=organiser.name if organiser else "",
                place_name=row.place_name,
                lat=row.lat,
                lon=row.lon,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                registration=row.registration,
                places_left=rules.places_left(row.places, taken.get(row.id, 0)),
                state=row.state,
                updated_at=row.updated_at,
                recurs=row.series_id is not None,
                mine=(mine or {}).get(row.id, ""),
            )
        )
    return tuple(cards)


def _seated(unit: Unit, event_ids: Sequence[str]) -> Mapping[str, int]:
    if not event_ids:
        return {}
    query = (
        select(Registration.event_id, func.count())
        .where(Registration.event_id.in_(event_ids), Registration.state.in_(rules.SEATED))
        .group_by(Registration.event_id)
    )
    return dict(unit.session.execute(query).all())


def neighbour_card(row: Neighbour) -> EventCard:
    return EventCard(
        id=row.id,
        uri=row.uri,
        url=row.url,
        title=row.title,
        summary=row.summary,
        theme=row.theme,
        organiser_name=row.organisation_name,
        place_name=row.place_name,
        lat=row.lat,
        lon=row.lon,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        registration=row.registration,
        places_left=None,
        state="published" if row.state == "live" else row.state,
        updated_at=row.updated_at,
        peer_name=row.peer_name,
    )
