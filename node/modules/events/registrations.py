"""Coming along: register, wait, leave. Places are counted inside the transaction, so they cannot be given twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import func, select, update

from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.events import notices, rules
from node.modules.events.models import Event, Registration
from node.modules.events.rules import EventDraft

Act: TypeAlias = "Callable[[Unit, str, str], RegistrationResult]"


@dataclass(frozen=True, slots=True)
class RegistrationResult:
    """What became of a registration. `position` in the waiting list counts from 1; 0 for somebody who has a place."""

    registration_id: str
    event_id: str
    state: str
    position: int = 0


def register(unit: Unit, account_id: str, event_id: str) -> RegistrationResult:
    """Take a place, or one in the waiting list. Doing it again answers the same and changes nothing.

    Raises NotFound, Conflict `events.closed`, `events.open-entrance` or `events.over`.
    """
    event = _find(unit, event_id)
    row = find(unit, event_id, account_id)
    if row is None or row.state not in rules.LIVE:
        rules.check_open(event.state, event.registration, event.ends_at, unit.now)
        full = is_full(unit, event)
        row = place(unit, event_id, account_id, row, "wait" if full else "register")
        notices.registered(unit, event, account_id, waiting=full)
    return result_of(unit, row)


def leave(unit: Unit, account_id: str, event_id: str) -> RegistrationResult:
    """Give the place back, before it begins; the first who waits gets it.

    Raises NotFound for somebody who never registered, Conflict `events.begun` or `events.registration-state`.
    """
    event = _find(unit, event_id)
    row = find(unit, event_id, account_id)
    if row is None:
        raise NotFound("events.not-registered")
    if row.state == "cancelled":
        return result_of(unit, row)
    rules.check_can_leave(event.starts_at, unit.now)
    row.state = rules.next_registration_state(row.state, "leave")
    unit.session.flush()
    promote(unit, event)
    return result_of(unit, row)


def find(unit: Unit, event_id: str, account_id: str) -> Registration | None:
    """The row of a person for an event."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.account_id == account_id)
    return unit.session.scalars(query).one_or_none()


def of_event(unit: Unit, event_id: str) -> Sequence[Registration]:
    """Everybody who ever registered, first come first."""
    query = select(Registration).where(Registration.event_id == event_id)
    return unit.session.scalars(query.order_by(Registration.at, Registration.id)).all()


def live_account_ids(unit: Unit, event_id: str) -> list[str]:
    """Who has a place or waits for one."""
    return [row.account_id for row in of_event(unit, event_id) if row.state in rules.LIVE]


def seated(unit: Unit, event_id: str) -> int:
    """How many of the places are taken."""
    query = select(func.count()).where(Registration.event_id == event_id, Registration.state.in_(rules.SEATED))
    return unit.session.scalars(query).one()


def is_full(unit: Unit, event: Event) -> bool:
    return event.places is not None and seated(unit, event.id) >= event.places


def place(unit: Unit, event_id: str, account_id: str, row: Registration | None, action: str) -> Registration:
    """Write the row of a person, new or again. An old row keeps its id and joins at the end of the line."""
    state = rules.next_registration_state(row.state if row else "none", action)
    if row is None:
        row = Registration(id=new_id(), event_id=event_id, account_id=account_id, method="")
        unit.session.add(row)
    row.state, row.at, row.reminded_at = state, unit.now, None
    unit.session.flush()
    return row


def promote(unit: Unit, event: Event) -> int:
    """Give free places to those who wait, first come first, and tell them. Returns how many got one.

    After the end nobody moves up any more: the list must stay what it was on the day.
    """
    if unit.now >= event.ends_at or event.state not in {"published", "withdrawn"}:
        return 0
    unit.session.flush()
    rows = of_event(unit, event.id)
    free = rules.places_left(event.places, sum(row.state in rules.SEATED for row in rows))
    waiting = [row for row in rows if row.state == "waiting"]
    lucky = waiting if free is None else waiting[:free]
    for row in lucky:
        row.state = rules.next_registration_state(row.state, "register")
        notices.got_a_place(unit, event, row.account_id)
    unit.session.flush()
    return len(lucky)


def release_all(unit: Unit, event: Event) -> int:
    """It is cancelled: nobody has a place or waits any more, and everybody is told. Returns how many were."""
    told = [row for row in of_event(unit, event.id) if row.state in {"registered", "waiting"}]
    for row in told:
        row.state = rules.next_registration_state(row.state, "leave")
    unit.session.flush()
    if event.ends_at > unit.now:
        notices.cancelled(unit, event, [row.account_id for row in told])
    return len(told)


def check_nobody_came(unit: Unit, event: Event) -> None:
    """Raises Conflict: once arrivals are noted, the hours stay."""
    if any(row.state == "attended" for row in of_event(unit, event.id)):
        raise Conflict("events.attended")


def check_room(unit: Unit, event: Event, draft: EventDraft) -> None:
    """Raises Invalid when the draft has fewer places than are taken, or no registration though somebody registered."""
    rows = [row for row in of_event(unit, event.id) if row.state in rules.LIVE]
    taken = sum(row.state in rules.SEATED for row in rows)
    if rows and event.registration and not draft.registration:
        raise Invalid("events.no-way-back", field="registration", taken=len(rows))
    if draft.places is not None and draft.places < taken:
        raise Invalid("events.fewer-places", field="places", taken=taken)


def remind_again(unit: Unit, event_id: str) -> None:
    """It takes place at another time: whoever was reminded of the old one is reminded of the new one too."""
    unit.session.execute(update(Registration).where(Registration.event_id == event_id).values(reminded_at=None))


def result_of(unit: Unit, row: Registration) -> RegistrationResult:
    position = 0
    if row.state == "waiting":
        line = [other.id for other in of_event(unit, row.event_id) if other.state == "waiting"]
        position = line.index(row.id) + 1
    return RegistrationResult(row.id, row.event_id, row.state, position)


def _find(unit: Unit, event_id: str) -> Event:
    event = unit.session.get(Event, event_id)
    if event is None:
        raise NotFound("events.unknown")
    return event
