"""Booking: tokens are set aside at once, a place is kept, and both come free by themselves when the time is over.

`∅ –book→ booked –redeem→ redeemed` · `booked –cancel→ cancelled` · `booked –clock ≥ until→ expired` ·
`redeemed –undo→ cancelled` (specs/spending.md §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Conflict, DomainError, Forbidden, NotFound
from node.core.ids import new_code
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.households import public as households
from node.ledger import public as ledger
from node.modules.rewards import notices, partnerships, refunds, rules, slots, stock
from node.modules.rewards.models import Booking, Offer, Slot
from node.modules.rewards.settings import Settings

HOLD = "booking-"


@dataclass(frozen=True, slots=True)
class BookingAsked:
    """`booking_id` was made when the page opened: sent twice, it books once. `age_said`: the person says that they
    are of the age asked for; the till may look."""

    booking_id: str
    offer_id: str
    slot_id: str | None
    age_said: bool


def book(unit: Unit, account_id: str, asked: BookingAsked, by: str | None = None) -> str:
    """Keep a place and set the tokens aside; returns the booking's id. `by`: who did it at a counter.

    Raises NotFound, Conflict: `rewards.short`, `rewards.slot-full`, `rewards.out-of-stock`, `rewards.per-person`,
    `rewards.bookings-most`, `rewards.booking-taken`, …
    """
    known = unit.session.get(Booking, asked.booking_id, with_for_update=True)
    if known is not None:
        if (known.account_id, known.offer_id, known.slot_id) != (account_id, asked.offer_id, asked.slot_id):
            raise Conflict("rewards.booking-taken")
        return known.id
    _require_person(unit, account_id)
    offer = stock.lock(unit, asked.offer_id)
    slot = _check_offer(unit, offer, asked)
    stock.check_all(unit, offer, slot, account_id)
    _check_count(unit, account_id)
    row = _row_of(unit, asked, offer, slot, account_id, by)
    memo = {"kind": "booking", "title": offer.title, "organisation": offer.organisation_id}
    wallet_id = ledger.open_wallet(unit, account_id)
    try:
        if offer.cls == "token":
            households.before_payment(unit, HOLD + row.id, account_id, offer.price)
        ledger.hold(unit, HOLD + row.id, wallet_id, offer.price, until=row.until, memo=memo, cls=offer.cls)
    except DomainError as error:
        if error.key != "ledger.short":
            raise
        raise Conflict("rewards.short-booking") from error
    unit.session.add(row)
    unit.session.flush()
    notices.booked(unit, row, slot)
    return row.id


def _check_offer(unit: Unit, offer: Offer, asked: BookingAsked) -> Slot | None:
    if offer.state != "published" or offer.organisation_id not in partnerships.open_partners(unit):
        raise NotFound("rewards.unknown", field="offer_id")
    if offer.booking == "none":
        raise Conflict("rewards.not-bookable")
    if (offer.minimum_age or offer.maximum_age) and not asked.age_said:
        raise Conflict("rewards.age", field="age_said")
    if offer.booking == "slots":
        return slots.check_bookable(unit, offer, asked.slot_id or "")
    if asked.slot_id:
        raise NotFound("rewards.slot-unknown", field="slot_id")
    return None


def _check_count(unit: Unit, account_id: str) -> None:
    most = unit.settings("rewards", Settings).bookings_most
    live = select(func.count()).where(Booking.account_id == account_id, Booking.state == "booked")
    if unit.session.execute(live.where(Booking.until > unit.now)).scalar_one() >= most:
        raise Conflict("rewards.bookings-most", most=most)


def _row_of(
    unit: Unit, asked: BookingAsked, offer: Offer, slot: Slot | None, account_id: str, by: str | None
) -> Booking:
    row = Booking(id=asked.booking_id, offer_id=offer.id, slot_id=slot.id if slot else None, account_id=account_id)
    row.organisation_id, row.title, row.price, row.cls = offer.organisation_id, offer.title, offer.price, offer.cls
    row.code, row.state, row.booked_by = _free_code(unit), "booked", by or account_id
    row.until = slot.ends_at if slot else _until(unit, offer)
    row.created_at, row.ended_by, row.reason = unit.now, "", ""
    return row


def _free_code(unit: Unit) -> str:
    for _ in range(20):
        code = new_code(rules.BOOKING_CODE_LENGTH)
        if unit.session.execute(select(Booking.id).where(Booking.code == code)).first() is None:
            return code
    raise AssertionError("no free code among a thousand million")


def _until(unit: Unit, offer: Offer) -> datetime:
    """Seventy-two hours unless set otherwise; never past the offer's last day."""
    until = unit.now + timedelta(hours=unit.settings("ledger", ledger.Settings).booking_hold_hours)
    if offer.ends_on is not None:
        over = datetime.combine(offer.ends_on + timedelta(days=1), time(0), ZoneInfo(unit.node.timezone))
        until = min(until, over)
    return until


def _require_person(unit: Unit, account_id: str) -> None:
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("cards.unknown", field="card")


def cancel(unit: Unit, viewer: Viewer, booking_id: str) -> None:
    """The resident gives it back in time. Cancelled already: nothing changes.

    Raises NotFound, Conflict `rewards.cancel-late`, `rewards.booking-used`, `rewards.booking-over`.
    """
    row = _locked(unit, booking_id)
    if viewer.account_id is None or row.account_id != viewer.account_id:
        raise NotFound("rewards.booking-unknown")
    if row.state == "cancelled":
        return
    state = rules.next_booking_state(_state(unit, row), "cancel")
    offer = unit.session.get_one(Offer, row.offer_id)
    slot = unit.session.get(Slot, row.slot_id) if row.slot_id else None
    if not rules.may_give_back(slot.starts_at if slot else None, offer.cancel_hours, unit.now):
        raise Conflict("rewards.cancel-late")
    end(unit, row, state, "resident")


def call_off(unit: Unit, viewer: Viewer, booking_id: str, reason: str) -> None:
    """The partner cancels one booking: the tokens are free again and the resident is told."""
    row = _locked(unit, booking_id)
    rules.require_editor(viewer, row.organisation_id)
    if row.state == "cancelled":
        return
    end(unit, row, rules.next_booking_state(_state(unit, row), "cancel"), "partner", reason)
    _audit(unit, viewer, row.organisation_id, "rewards.booking-cancelled", row.title)
    notices.called_off(unit, row, unit.session.get(Slot, row.slot_id) if row.slot_id else None)


def call_off_slot(unit: Unit, viewer: Viewer, slot_id: str, reason: str) -> int:
    """The partner cancels a date: every booking is freed, what was paid for it already is given back, everybody is
    told; returns how many."""
    slot = unit.session.get(Slot, slot_id, with_for_update=True)
    if slot is None:
        raise NotFound("rewards.slot-unknown")
    offer = stock.lock(unit, slot.offer_id)
    rules.require_editor(viewer, offer.organisation_id)
    if slot.state == "cancelled":
        return 0
    slot.state, slot.reason = "cancelled", reason[:300]
    query = select(Booking).where(Booking.slot_id == slot.id, Booking.state == "booked")
    rows = unit.session.scalars(query.order_by(Booking.account_id, Booking.id).with_for_update()).all()
    for row in rows:
        end(unit, row, rules.next_booking_state("booked", "cancel"), "partner", reason)
        notices.called_off(unit, row, slot)
    count = len(rows) + refunds.refund_slot(unit, slot.id, viewer.account_id)
    _audit(unit, viewer, offer.organisation_id, "rewards.slot-cancelled", offer.title, bookings=count)
    unit.session.flush()
    return count


def end(unit: Unit, row: Booking, state: str, by: str, reason: str = "") -> None:
    """The tokens come free, and with them the place."""
    ledger.release_hold(unit, HOLD + row.id)
    row.state, row.ended_at, row.ended_by, row.reason = state, unit.now, by, reason[:300]
    unit.session.flush()


def find_code(unit: Unit, organisation_id: str, code: str) -> Booking:
    """The booking of a code at this partner, locked. Raises NotFound `rewards.booking-unknown`."""
    query = select(Booking).where(Booking.code == code, Booking.organisation_id == organisation_id)
    row = unit.session.execute(query.with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound("rewards.booking-unknown", field="card")
    return row


def waiting_for(unit: Unit, account_id: str, offer_id: str) -> Booking | None:
    """What this person has booked of an offer for today, locked, so that the till takes it instead of charging anew."""
    query = select(Booking).where(Booking.account_id == account_id, Booking.offer_id == offer_id)
    query = query.where(Booking.state == "booked", Booking.until > unit.now)
    for row in unit.session.scalars(query.order_by(Booking.until).with_for_update()):
        slot = unit.session.get(Slot, row.slot_id) if row.slot_id else None
        if slot is None or unit.local(slot.starts_at).date() <= unit.today:
            return row
    return None


def redeem(unit: Unit, row: Booking, payment_id: str, memo: ledger.Memo) -> None:
    """Pay with what was set aside. Raises Conflict `rewards.booking-used`, `…-over`, `rewards.slot-day`."""
    state = rules.next_booking_state(_state(unit, row), "redeem")
    slot = unit.session.get(Slot, row.slot_id) if row.slot_id else None
    if slot is not None and unit.local(slot.starts_at).date() > unit.today:
        raise Conflict("rewards.slot-day", field="card")
    ledger.commit_hold(unit, payment_id, HOLD + row.id, memo=memo)
    row.state, row.ended_at, row.ended_by = state, unit.now, "till"


def expire(unit: Unit, limit: int = 200) -> int:
    """Write down that bookings whose time has come are over; they stopped counting at that instant already."""
    query = select(Booking).where(Booking.state == "booked", Booking.until <= unit.now)
    rows = unit.session.scalars(query.order_by(Booking.account_id, Booking.id).limit(limit)).all()
    for row in rows:
        end(unit, row, rules.next_booking_state("booked", "expire"), "clock")
        notices.expired(unit, row)
    return len(rows)


def _state(unit: Unit, row: Booking) -> str:
    """The state by the clock, whether or not the job has run."""
    return "expired" if row.state == "booked" and unit.now >= row.until else row.state


def _locked(unit: Unit, booking_id: str) -> Booking:
    row = unit.session.get(Booking, booking_id, with_for_update=True)
    if row is None:
        raise NotFound("rewards.booking-unknown")
    return row


def _audit(unit: Unit, viewer: Viewer, organisation_id: str, action: str, title: str, **details: object) -> None:
    if viewer.account_id is None:
        raise Forbidden("core.forbidden")
    audit.record(unit, viewer.account_id, action, organisation_id, offer=title, **details)
