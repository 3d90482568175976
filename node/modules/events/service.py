"""Writing an event: create (once or as a series), change, publish, withdraw, cancel. Only its organisers may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from node.civic.search import folded
from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.events import notices, people, recurring, registrations, rules
from node.modules.events.events import EventChanged, EventPublished, EventWithdrawn
from node.modules.events.models import Event, Series
from node.modules.events.recurring import Recurrence
from node.modules.events.rules import EventDraft
from node.modules.events.settings import Settings

LONGEST_REASON = 500


def create(
    unit: Unit, actor_id: str, organisation_id: str | None, draft: EventDraft, recurrence: Recurrence | None = None
) -> str:
    """A new draft of an organisation (None: the town hall), or one for each day of its recurrence.

    Returns the id of the first. Raises Forbidden, Invalid.
    """
    people.require_organiser(unit, actor_id, organisation_id)
    rules.check_draft(draft)
    rules.check_times(draft.starts_at, draft.ends_at, unit.now)
    if recurrence is None:
        return _add(unit, actor_id, organisation_id, draft, None)
    days = recurring.dates(unit.local(draft.starts_at).date(), recurrence)
    series = Series(
        id=new_id(),
        every=recurrence.every,
        until=recurrence.until,
        except_days=sorted(day.isoformat() for day in recurrence.except_days),
        created_at=unit.now,
    )
    unit.session.add(series)
    unit.session.flush()
    ids = []
    for day in days:
        starts_at, ends_at = recurring.moved_to(day, draft.starts_at, draft.ends_at, ZoneInfo(unit.node.timezone))
        rules.check_times(starts_at, ends_at, unit.now)
        each = replace(draft, starts_at=starts_at, ends_at=ends_at)
        ids.append(_add(unit, actor_id, organisation_id, each, series.id))
    return ids[0]


def edit(unit: Unit, actor_id: str, event_id: str, version: int, draft: EventDraft, *, following: bool = False) -> int:
    """Replace what an event says; with `following` also what all later dates of its series say, at the same hours and
    moved by as many days. Returns the new version.

    `version` is that of the page the person filled in: Conflict `core.stale` when somebody was faster. People
    registered are told by mail when time or place changed.
    """
    event = find_for_organiser(unit, actor_id, event_id)
    if version != event.version:
        raise Conflict("core.stale")
    rules.check_draft(draft)
    zone = ZoneInfo(unit.node.timezone)
    moved = unit.local(draft.starts_at).date() - unit.local(event.starts_at).date()
    for each in _with_following(unit, event, following, "edit"):
        times = draft.starts_at, draft.ends_at
        if each is not event:
            day = unit.local(each.starts_at).date() + moved
            times = recurring.moved_to(day, draft.starts_at, draft.ends_at, zone)
        _change(unit, each, replace(draft, starts_at=times[0], ends_at=times[1]))
    unit.session.flush()
    return event.version


def duplicate(unit: Unit, actor_id: str, event_id: str) -> str:
    """A new draft with the same words a week later. Returns its id."""
    source = find_for_organiser(unit, actor_id, event_id)
    draft = draft_of(source)
    day = max(unit.local(source.starts_at).date(), unit.today) + timedelta(days=7)
    starts_at, ends_at = recurring.moved_to(day, draft.starts_at, draft.ends_at, ZoneInfo(unit.node.timezone))
    return create(unit, actor_id, source.organisation_id, replace(draft, starts_at=starts_at, ends_at=ends_at))


def publish(unit: Unit, actor_id: str, event_id: str, *, following: bool = False) -> int:
    """Show it to everybody, with `following` all later dates of its series too. It must not be over. Published twice,
    it stays published. Returns how many were not shown before."""
    event = find_for_organiser(unit, actor_id, event_id)
    shown = 0
    for each in _with_following(unit, event, following, "publish"):
        if each.state == "published":
            continue
        each.state = rules.next_event_state(each.state, "publish")
        if each.ends_at <= unit.now:
            raise Invalid("events.nothing-to-come", field="day")
        each.published_at = each.published_at or unit.now
        _touch(unit, each)
        shown += 1
        unit.emit(EventPublished(each.id))
    return shown


def withdraw(unit: Unit, actor_id: str, event_id: str, *, following: bool = False) -> None:
    """Take it off the agenda. Nobody new can register; those who had keep their place."""
    event = find_for_organiser(unit, actor_id, event_id)
    for each in _with_following(unit, event, following, "withdraw"):
        if each.state == "withdrawn":
            continue
        each.state = rules.next_event_state(each.state, "withdraw")
        _touch(unit, each)
        notices.closed_to_others(unit, registrations.live_account_ids(unit, each.id))
        unit.emit(EventWithdrawn(each.id))


def cancel(unit: Unit, actor_id: str, event_id: str, reason: str = "", *, following: bool = False) -> int:
    """It will not take place: everybody registered is told by mail, and the agenda says so. Returns how many were."""
    event = find_for_organiser(unit, actor_id, event_id)
    if len(reason) > LONGEST_REASON:
        raise Invalid("events.too-long", field="reason", limit=LONGEST_REASON)
    told = 0
    for each in _with_following(unit, event, following, "cancel"):
        if each.state == "cancelled":
            continue
        was_shown = each.state == "published"
        each.state = rules.next_event_state(each.state, "cancel")
        each.reason = reason.strip()
        _touch(unit, each)
        told += registrations.release_all(unit, each)
        audit.record(unit, actor_id, "events.cancelled", each.id)
        if was_shown:
            unit.emit(EventChanged(each.id))
    return told


def announce(unit: Unit, limit: int) -> int:
    """Tell followers of the dates of series that have come near. Returns how many were told."""
    horizon = unit.now + timedelta(days=unit.settings("events", Settings).announce_days)
    query = (
        select(Event)
        .where(
            Event.state == "published",
            Event.told_at.is_(None),
            Event.ends_at > unit.now,
            Event.starts_at <= horizon,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    rows = unit.session.scalars(query).all()
    for event in rows:
        unit.emit(EventPublished(event.id))
    return len(rows)


def is_near(unit: Unit, event: Event) -> bool:
    """Whether followers hear of it now: at once of a single event, of a date of a series when it comes near."""
    days = unit.settings("events", Settings).announce_days
    return event.series_id is None or event.starts_at <= unit.now + timedelta(days=days)


def find(unit: Unit, event_id: str) -> Event:
    """The row. Raises NotFound."""
    event = unit.session.get(Event, event_id)
    if event is None:
        raise NotFound("events.unknown")
    return event


def find_for_organiser(unit: Unit, actor_id: str, event_id: str) -> Event:
    """The row, for somebody who may change it. Raises NotFound or Forbidden."""
    event = find(unit, event_id)
    people.require_organiser(unit, actor_id, event.organisation_id)
    return event


def draft_of(event: Event) -> EventDraft:
    """The event as its form shows it."""
    return EventDraft(
        title=event.title, summary=event.summary, description=event.description, theme=event.theme,
        place_name=event.place_name, starts_at=event.starts_at, ends_at=event.ends_at,
        registration=event.registration, places=event.places, lat=event.lat, lon=event.lon, access=event.access,
    )  # fmt: skip


def _with_following(unit: Unit, event: Event, following: bool, action: str) -> Sequence[Event]:
    """The event, and with `following` the later dates of its series that this step is open to and that are not over."""
    if not following or event.series_id is None:
        return [event]
    query = select(Event).where(
        Event.series_id == event.series_id, Event.starts_at > event.starts_at, Event.ends_at > unit.now
    )
    rows = unit.session.scalars(query.order_by(Event.starts_at, Event.id)).all()
    return [event, *(row for row in rows if (row.state, action) in rules.EVENT_STEPS)]


def _add(unit: Unit, actor_id: str, organisation_id: str | None, draft: EventDraft, series_id: str | None) -> str:
    event = Event(
        id=new_id(), organisation_id=organisation_id, series_id=series_id, state="draft", reason="", version=1,
        created_by=actor_id, created_at=unit.now, updated_at=unit.now, published_at=None, told_at=None,
        starts_at=draft.starts_at, ends_at=draft.ends_at,
    )  # fmt: skip
    _write(unit, event, draft)
    unit.session.add(event)
    unit.session.flush()
    return event.id


def _change(unit: Unit, event: Event, draft: EventDraft) -> None:
    event.state = rules.next_event_state(event.state, "edit")
    same_time = (event.starts_at, event.ends_at) == (draft.starts_at, draft.ends_at)
    if not same_time:
        rules.check_times(draft.starts_at, draft.ends_at, unit.now)
        registrations.check_nobody_came(unit, event)
    registrations.check_room(unit, event, draft)
    moved = event.place_name != draft.place_name.strip()
    event.starts_at, event.ends_at = draft.starts_at, draft.ends_at
    _write(unit, event, draft)
    _touch(unit, event)
    if (moved or not same_time) and event.ends_at > unit.now:
        notices.changed(unit, event, registrations.live_account_ids(unit, event.id))
    if not same_time:
        registrations.remind_again(unit, event.id)
    registrations.promote(unit, event)
    if event.state == "published":
        unit.emit(EventChanged(event.id))


def _write(unit: Unit, event: Event, draft: EventDraft) -> None:
    event.title = draft.title.strip()
    event.summary = draft.summary.strip()
    event.description = draft.description.strip()
    event.theme = draft.theme
    event.place_name = draft.place_name.strip()
    event.place_text = folded(event.place_name)[:400]
    event.lat, event.lon = draft.lat, draft.lon
    event.access = draft.access.strip()
    event.registration = draft.registration
    event.places = draft.places if draft.registration else None
    name = people.organiser(unit, event.organisation_id).name
    event.search_text = folded(event.title, event.summary, event.place_name, name)


def _touch(unit: Unit, event: Event) -> None:
    event.version += 1
    event.updated_at = unit.now
    unit.session.flush()
