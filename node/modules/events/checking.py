"""The door on the day: who is expected, who has come. Nothing is paid here: tokens are earned in missions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from node.cards import public as cards
from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.modules.events import people, registrations, rules, service
from node.modules.events.events import EventAttended
from node.modules.events.models import Event, Registration
from node.modules.events.rules import Method
from node.modules.events.settings import Settings
from node.sharing import public as sharing

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came. `already`: it had been noted before; `on_the_spot`: the person had not registered."""

    registration_id: str
    name: str
    already: bool = False
    on_the_spot: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """One person on the list."""

    registration_id: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class DoorList:
    """The list of one event, for its organisers. `refusal`: key of the reason why nothing can be noted now, empty when
    it can; `days` fills its placeholder. `left` is None when places are not counted."""

    event_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    places: int | None
    left: int | None
    refusal: str
    days: int
    people: tuple[Expected, ...]

    @property
    def open(self) -> bool:
        return not self.refusal

    @property
    def arrived(self) -> int:
        return sum(person.state == "attended" for person in self.people)


def door_list(unit: Unit, actor_id: str, event_id: str) -> DoorList:
    """Raises NotFound, and Forbidden for somebody who does not organise it."""
    event = service.find_for_organiser(unit, actor_id, event_id)
    rows = [row for row in registrations.of_event(unit, event_id) if row.state in rules.LIVE]
    names = people.display_names(unit, [row.account_id for row in rows])
    refusal = _refusal(unit, event)
    return DoorList(
        event_id=event.id,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        places=event.places,
        left=rules.places_left(event.places, sum(row.state in rules.SEATED for row in rows)),
        refusal=refusal.key if refusal else "",
        days=unit.settings("events", Settings).check_in_days,
        people=tuple(Expected(row.id, names.get(row.account_id, people.SOMEBODY), row.state) for row in rows),
    )


def check_in(
    unit: Unit, actor_id: str, event_id: str, registration_ids: Sequence[str], *, method: Method = "list"
) -> tuple[Arrived, ...]:
    """Note that the people ticked on the list came: all of them or, when one is refused, nobody.

    Raises Forbidden, Conflict outside the dates or `events.full`, NotFound for a registration of another event.
    """
    event = _open(unit, actor_id, event_id)
    done = []
    for row in _rows(unit, event_id, registration_ids):
        if row.state in {"waiting", "cancelled"}:
            _seat(unit, event, row.account_id, row)
        done.append(_note(unit, actor_id, row, method))
    return tuple(done)


def check_in_card(unit: Unit, actor_id: str, event_id: str, code: str, *, method: Method = "code") -> Arrived:
    """Note whoever shows a card (`method` card: scanned, code: typed). Somebody who had not registered is registered on
    the spot if a place is left.

    Raises what `check_in` raises, `cards.malformed`, `cards.unknown` or `cards.lost`.
    """
    event = _open(unit, actor_id, event_id)
    guest = sharing.guest_by_code(unit, "", code)
    if guest is not None and registrations.find(unit, event_id, guest) is None:
        guest = None  # a guest of another event
    account_id = guest or cards.holder_of_code(unit, code)
    row = registrations.find(unit, event_id, account_id)
    on_the_spot = row is None or row.state in {"waiting", "cancelled"}
    if row is None or on_the_spot:
        row = _seat(unit, event, account_id, row)
    return _note(unit, actor_id, row, method, on_the_spot=on_the_spot)


def mark_absent(unit: Unit, actor_id: str, event_id: str, registration_ids: Sequence[str]) -> None:
    """Say that people who had registered did not come. They can still be noted as come later."""
    _open(unit, actor_id, event_id)
    for row in _rows(unit, event_id, registration_ids):
        if row.state != "absent":
            row.state = rules.next_registration_state(row.state, "miss")
            unit.session.flush()
            sharing.tell_guests(unit, [row.account_id])
            audit.record(unit, actor_id, "events.marked-absent", row.id)


def _open(unit: Unit, actor_id: str, event_id: str) -> Event:
    """The event, when this person may note arrivals now."""
    event = service.find_for_organiser(unit, actor_id, event_id)
    if refusal := _refusal(unit, event):
        raise refusal
    return event


def _refusal(unit: Unit, event: Event) -> Conflict | None:
    days = unit.settings("events", Settings).check_in_days
    starts_on, ends_on = unit.local(event.starts_at).date(), unit.local(event.ends_at).date()
    return rules.check_in_refusal(event.state, event.registration, starts_on, ends_on, unit.today, days)


def _rows(unit: Unit, event_id: str, registration_ids: Sequence[str]) -> list[Registration]:
    if len(registration_ids) > MOST_AT_ONCE:
        raise Invalid("events.too-many-at-once", limit=MOST_AT_ONCE)
    rows = []
    for id_ in dict.fromkeys(registration_ids):
        row = unit.session.get(Registration, id_)
        if row is None or row.event_id != event_id:
            raise NotFound("events.registration-unknown")
        rows.append(row)
    return rows


def _seat(unit: Unit, event: Event, account_id: str, row: Registration | None) -> Registration:
    """A place on the day itself, for somebody who has none."""
    if registrations.is_full(unit, event):
        raise Conflict("events.full")
    return registrations.place(unit, event.id, account_id, row, "register")


def _note(unit: Unit, actor_id: str, row: Registration, method: Method, *, on_the_spot: bool = False) -> Arrived:
    name = people.display_name(unit, row.account_id)
    if row.state == "attended":
        return Arrived(row.id, name, already=True)
    row.state = rules.next_registration_state(row.state, "attend")
    row.noted_at, row.noted_by, row.method = unit.now, actor_id, method
    unit.session.flush()
    unit.emit(EventAttended(row.event_id, row.account_id))
    return Arrived(row.id, name, on_the_spot=on_the_spot)
