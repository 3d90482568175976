"""Tables of offers and their slots, of bookings, and of payments taken at tills. Those of months: `month_models`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, UtcDateTime
from node.organisations.models import OrganisationRow


class Offer(Base):
    """What a partner gives for tokens. `price` in tokens of class `cls`; `kind`: free, reduced, premium.

    `starts_on`, `ends_on`: first and last day it can be had; `stock`: how often in all; `per_person`: how often by one
    person in a `per_period`; ages: 0 for none; `booking`: none, open (any time), slots; `cancel_hours`: how long
    before its slot a resident may still give a booking back. None is no limit.
    """

    __tablename__ = "rewards_offers"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(300))
    conditions: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(10))
    price: Mapped[int] = mapped_column(Integer)
    cls: Mapped[str] = mapped_column(String(8), server_default="token")
    place: Mapped[str] = mapped_column(String(160), server_default="")
    search_text: Mapped[str] = mapped_column(Text, server_default="")
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    stock: Mapped[int | None] = mapped_column(Integer)
    per_person: Mapped[int | None] = mapped_column(Integer)
    per_period: Mapped[str] = mapped_column(String(8), server_default="ever")
    minimum_age: Mapped[int] = mapped_column(Integer, server_default="0")
    maximum_age: Mapped[int] = mapped_column(Integer, server_default="0")
    booking: Mapped[str] = mapped_column(String(8), server_default="none")
    cancel_hours: Mapped[int] = mapped_column(Integer, server_default="24")
    state: Mapped[str] = mapped_column(String(12), index=True)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Slot(Base):
    """A date of an offer, with its places. state: open, cancelled (with the partner's `reason`)."""

    __tablename__ = "rewards_slots"
    __table_args__ = (Index("ix_rewards_slots_offer", "offer_id", "starts_at"),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey(Offer.id))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    places: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300))


class Booking(Base):
    """A place kept for a resident, its tokens set aside by the ledger's hold `booking-<id>` until `until`.

    state: booked, redeemed, cancelled, expired; `ended_by`: resident, partner, clock, till. `code`: six characters that
    the till takes in place of the card. Title and price are those of the moment of booking.
    """

    __tablename__ = "rewards_bookings"
    __table_args__ = (
        Index("ix_rewards_bookings_offer", "offer_id", "state"),
        Index("ix_rewards_bookings_account", "account_id", "state"),
        Index("ix_rewards_bookings_until", "state", "until"),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id), index=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey(Offer.id))
    slot_id: Mapped[str | None] = mapped_column(ForeignKey(Slot.id), index=True)
    account_id: Mapped[str] = mapped_column(IdColumn)
    booked_by: Mapped[str] = mapped_column(IdColumn)
    title: Mapped[str] = mapped_column(String(120))
    price: Mapped[int] = mapped_column(Integer)
    cls: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(String(10), server_default="")
    reason: Mapped[str] = mapped_column(String(300), server_default="")


class Payment(Base):
    """A payment taken at a till. `id` is made when the till's page opens, so that a click too many changes nothing.

    `host` is empty for a card of this commune; otherwise the neighbour decides and `node.honour` keeps the state.
    `entered_at`: when the cashier typed it, if it then waited for the network; `refunded`: given back so far.
    """

    __tablename__ = "rewards_payments"
    __table_args__ = (
        Index("ix_rewards_payments_day", "organisation_id", "day"),
        Index("ix_rewards_payments_offer", "offer_id", "state"),
    )
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id))
    offer_id: Mapped[str | None] = mapped_column(ForeignKey(Offer.id))
    slot_id: Mapped[str | None] = mapped_column(IdColumn, index=True)
    booking_id: Mapped[str | None] = mapped_column(IdColumn, index=True)
    title: Mapped[str] = mapped_column(String(120))
    price: Mapped[int] = mapped_column(Integer)
    cls: Mapped[str] = mapped_column(String(8), server_default="token")
    host: Mapped[str] = mapped_column(String(262))
    account_id: Mapped[str | None] = mapped_column(IdColumn, index=True)
    first_name: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[str] = mapped_column(IdColumn)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(60))
    refunded: Mapped[int] = mapped_column(Integer, server_default="0")
    day: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
