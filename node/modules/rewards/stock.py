"""How much is left: counted inside the transaction, under the offer's lock, so that the last place is sold once.

Nothing is written down when something comes free: a booking stops counting when it ends, be it by the clock alone.

Clauses: specs/spending.md §2.
"""

from __future__ import annotations

from sqlalchemy import func, select

from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.modules.rewards import rules
from node.modules.rewards.models import Booking, Offer, Payment, Slot


def is_limited(row: Offer) -> bool:
    """Whether anything of it is counted; what is not needs no lock."""
    return row.stock is not None or row.per_person is not None or row.booking == "slots"


def lock(unit: Unit, offer_id: str) -> Offer:
    """The offer, locked if something of it is counted. Raises NotFound `rewards.unknown`."""
    row = unit.session.get(Offer, offer_id)
    if row is not None and is_limited(row):
        row = unit.session.get(Offer, offer_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("rewards.unknown", field="offer_id")
    return row


def check_all(unit: Unit, row: Offer, slot: Slot | None, account_id: str | None) -> None:
    """Raises Conflict unless one more can be had today by this person (None: somebody of a neighbour's).

    The offer must be locked by `lock`.
    """
    rules.check_days(row.starts_on, row.ends_on, unit.local(slot.starts_at).date() if slot else unit.today)
    if slot is not None:
        rules.check_room(slot.places, taken(unit, row.id, slot_id=slot.id), "rewards.slot-full")
    if row.stock is not None:
        rules.check_room(row.stock, taken(unit, row.id), "rewards.out-of-stock")
    if row.per_person is not None and account_id is not None:
        rules.check_room(row.per_person, had(unit, row, account_id), "rewards.per-person")


def taken(unit: Unit, offer_id: str, *, slot_id: str | None = None) -> int:
    """How many of an offer, or of one of its slots, are gone: paid or on hold now."""
    booked = select(func.count()).where(Booking.offer_id == offer_id, Booking.state == "booked")
    booked = booked.where(Booking.until > unit.now)
    paid = select(func.count()).where(Payment.offer_id == offer_id, Payment.state.in_(rules.COUNTED))
    if slot_id is not None:
        booked, paid = booked.where(Booking.slot_id == slot_id), paid.where(Payment.slot_id == slot_id)
    return unit.session.execute(booked).scalar_one() + unit.session.execute(paid).scalar_one()


def had(unit: Unit, row: Offer, account_id: str) -> int:
    """How many one person has had or has booked in the period that their limit counts in."""
    booked = select(func.count()).where(Booking.offer_id == row.id, Booking.state == "booked")
    booked = booked.where(Booking.account_id == account_id, Booking.until > unit.now)
    paid = select(func.count()).where(Payment.offer_id == row.id, Payment.state.in_(rules.COUNTED))
    paid = paid.where(Payment.account_id == account_id)
    start = rules.period_start(row.per_period, unit.today)
    if start is not None:
        paid = paid.where(Payment.day >= start)
    return unit.session.execute(booked).scalar_one() + unit.session.execute(paid).scalar_one()


def left(unit: Unit, row: Offer) -> int | None:
    """How many there still are; None where the stock is not counted."""
    return None if row.stock is None else max(0, row.stock - taken(unit, row.id))


def slot_now(unit: Unit, row: Offer) -> Slot:
    """The slot that somebody takes who comes to the till without a booking: today's first with room.

    Raises Conflict `rewards.no-slot`.
    """
    query = select(Slot).where(Slot.offer_id == row.id, Slot.state == "open", Slot.ends_at > unit.now)
    for slot in unit.session.scalars(query.order_by(Slot.starts_at, Slot.id).limit(50)):
        if unit.local(slot.starts_at).date() > unit.today:
            break
        if taken(unit, row.id, slot_id=slot.id) < slot.places:
            return slot
    raise Conflict("rewards.no-slot", field="offer_id")
