"""Bookings as residents and partners see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select

from node.accounts import public as accounts
from node.core.errors import NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import rules
from node.modules.rewards.models import Booking, Offer, Slot
from node.organisations import public as organisations

SHOWN = 200
KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class BookingShown:
    """`state` is that of the clock; `starts_at` None without a slot; `may_cancel`: by the resident, now."""

    id: str
    code: str
    payload: str
    offer_id: str
    organisation_id: str
    organisation_name: str
    organisation_slug: str
    place: str
    first_name: str
    title: str
    price: int
    cls: str
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    until: datetime
    cancel_until: datetime | None
    may_cancel: bool
    ended_by: str
    reason: str
    created_at: datetime

    @property
    def grouped_code(self) -> str:
        """The code in two groups of three, as it is read aloud."""
        return f"{self.code[:3]} {self.code[3:]}"


def get(unit: Unit, viewer: Viewer, booking_id: str) -> BookingShown:
    """One's own booking. Raises NotFound."""
    row = unit.session.get(Booking, booking_id)
    if row is None or row.account_id != viewer.account_id:
        raise NotFound("rewards.booking-unknown")
    return shown(unit, [row])[0]


def mine(unit: Unit, account_id: str) -> tuple[BookingShown, ...]:
    """What a person has booked, what is to come first; ended ones for two months."""
    recent = or_(Booking.state == "booked", Booking.created_at >= unit.now - KEPT)
    query = select(Booking).where(Booking.account_id == account_id, recent)
    return _found(unit, query.order_by(Booking.state != "booked", Booking.until, Booking.id))


def of_partner(unit: Unit, viewer: Viewer, organisation_id: str) -> tuple[BookingShown, ...]:
    """What is booked at a partner and not over, soonest first."""
    rules.require_editor(viewer, organisation_id)
    query = select(Booking).where(Booking.organisation_id == organisation_id, Booking.state == "booked")
    return _found(unit, query.where(Booking.until > unit.now).order_by(Booking.until, Booking.id))


def count(unit: Unit, organisation_id: str) -> int:
    """How many bookings are open at a partner."""
    query = select(func.count()).where(Booking.organisation_id == organisation_id, Booking.state == "booked")
    return unit.session.execute(query.where(Booking.until > unit.now)).scalar_one()


def of_card(unit: Unit, account_id: str, organisation_id: str) -> tuple[BookingShown, ...]:
    """What the holder of a card has booked at this partner for today."""
    query = select(Booking).where(Booking.organisation_id == organisation_id, Booking.account_id == account_id)
    query = query.where(Booking.state == "booked", Booking.until > unit.now).order_by(Booking.until, Booking.id)
    today = unit.today
    found = _found(unit, query)
    return tuple(each for each in found if each.starts_at is None or unit.local(each.starts_at).date() <= today)


def _found(unit: Unit, query: Select[Booking]) -> tuple[BookingShown, ...]:
    return shown(unit, unit.session.scalars(query.limit(SHOWN)).all())


def shown(unit: Unit, rows: Sequence[Booking]) -> tuple[BookingShown, ...]:
    partners = organisations.of_ids(unit, {row.organisation_id for row in rows})
    return tuple(_one(unit, row, partners[row.organisation_id]) for row in rows)


def _one(unit: Unit, row: Booking, partner: organisations.Organisation) -> BookingShown:
    offer, slot = unit.session.get_one(Offer, row.offer_id), None
    if row.slot_id:
        slot = unit.session.get(Slot, row.slot_id)
    person = accounts.account_summary(unit, row.account_id)
    state = "expired" if row.state == "booked" and unit.now >= row.until else row.state
    starts_at = slot.starts_at if slot else None
    open_ = state == "booked" and rules.may_give_back(starts_at, offer.cancel_hours, unit.now)
    return BookingShown(
        id=row.id,
        code=row.code,
        payload=f"{rules.BOOKING_PREFIX}{unit.node.host}:{row.code}",
        offer_id=row.offer_id,
        organisation_id=row.organisation_id,
        organisation_name=partner.name,
        organisation_slug=partner.slug,
        place=offer.place or partner.address,
        first_name=person.given_name if person else "",
        title=row.title,
        price=row.price,
        cls=row.cls,
        state=state,
        starts_at=starts_at,
        ends_at=slot.ends_at if slot else None,
        until=row.until,
        cancel_until=starts_at - timedelta(hours=offer.cancel_hours) if starts_at else None,
        may_cancel=open_,
        ended_by=row.ended_by,
        reason=row.reason,
        created_at=row.created_at,
    )
