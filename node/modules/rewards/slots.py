"""The dates of an offer: written by the partner, called off with a word to everybody who has a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import rules, stock
from node.modules.rewards.models import Offer, Slot
from node.modules.rewards.settings import Settings

MOST_AT_ONCE = 26
MOST_OF_AN_OFFER = 400
SHOWN = 60


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A date with its places. `left`: how many are free."""

    id: str
    offer_id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    left: int
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """On a day from an hour to another (later: the next day's), on the commune's clock; `weeks`: how many in a row."""

    day: date
    begins: time
    ends: time
    places: int
    weeks: int = 1


def add(unit: Unit, viewer: Viewer, offer_id: str, draft: SlotDraft) -> tuple[str, ...]:
    """New slots, one a week. One that is there already at the same instant is left alone: a second click adds nothing.

    Raises Forbidden, NotFound, Invalid, Conflict `rewards.too-many-slots`.
    """
    offer = unit.session.get(Offer, offer_id, with_for_update=True)
    if offer is None:
        raise NotFound("rewards.unknown")
    rules.require_editor(viewer, offer.organisation_id)
    if offer.booking != "slots":
        raise Conflict("rewards.no-slots")
    if not 1 <= draft.weeks <= MOST_AT_ONCE:
        raise Invalid("rewards.bound", field="weeks", least=1, most=MOST_AT_ONCE)
    known = {slot.starts_at for slot in _rows(unit, offer_id) if slot.state == "open"}
    if len(known) + draft.weeks > MOST_OF_AN_OFFER:
        raise Conflict("rewards.too-many-slots", most=MOST_OF_AN_OFFER)
    made = []
    for week in range(draft.weeks):
        starts_at, ends_at = _span(unit, draft, week)
        rules.check_slot(starts_at, ends_at, draft.places, unit.now, 366)
        if starts_at not in known:
            slot = Slot(id=new_id(), offer_id=offer_id, starts_at=starts_at, ends_at=ends_at)
            slot.places, slot.state, slot.reason = draft.places, "open", ""
            unit.session.add(slot)
            made.append(slot.id)
    unit.session.flush()
    return tuple(made)


def _span(unit: Unit, draft: SlotDraft, week: int) -> tuple[datetime, datetime]:
    zone, day = ZoneInfo(unit.node.timezone), draft.day + timedelta(weeks=week)
    last = day if draft.ends > draft.begins else day + timedelta(days=1)
    return datetime.combine(day, draft.begins, zone), datetime.combine(last, draft.ends, zone)


def coming(unit: Unit, offer_id: str) -> tuple[SlotShown, ...]:
    """Slots that are not over and within the days that may be booked, soonest first; cancelled ones too."""
    horizon = unit.now + timedelta(days=unit.settings("rewards", Settings).ahead_days)
    query = select(Slot).where(Slot.offer_id == offer_id, Slot.ends_at > unit.now, Slot.starts_at <= horizon)
    rows = unit.session.scalars(query.order_by(Slot.starts_at, Slot.id).limit(SHOWN)).all()
    return tuple(shown(unit, row) for row in rows)


def shown(unit: Unit, row: Slot) -> SlotShown:
    free = max(0, row.places - stock.taken(unit, row.offer_id, slot_id=row.id))
    return SlotShown(row.id, row.offer_id, row.starts_at, row.ends_at, row.places, free, row.state, row.reason)


def get(unit: Unit, slot_id: str) -> Slot:
    """Raises NotFound `rewards.slot-unknown`."""
    row = unit.session.get(Slot, slot_id)
    if row is None:
        raise NotFound("rewards.slot-unknown", field="slot_id")
    return row


def check_bookable(unit: Unit, offer: Offer, slot_id: str) -> Slot:
    """An open slot of this offer that has not begun and is not too far away. Raises NotFound, Conflict."""
    slot = get(unit, slot_id)
    if slot.offer_id != offer.id:
        raise NotFound("rewards.slot-unknown", field="slot_id")
    if slot.state != "open":
        raise Conflict("rewards.slot-cancelled", field="slot_id")
    if slot.starts_at <= unit.now:
        raise Conflict("rewards.slot-begun", field="slot_id")
    days = unit.settings("rewards", Settings).ahead_days
    if slot.starts_at > unit.now + timedelta(days=days):
        raise Conflict("rewards.slot-far", field="slot_id", days=days)
    return slot


def _rows(unit: Unit, offer_id: str) -> list[Slot]:
    return list(unit.session.scalars(select(Slot).where(Slot.offer_id == offer_id, Slot.ends_at > unit.now)))
