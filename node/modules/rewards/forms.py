"""What partners, residents and the desk send to pages."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import BaseModel, Field

from node.modules.rewards import rules
from node.modules.rewards.partnerships import WORTH_MOST, PartnershipDraft
from node.modules.rewards.rules import OfferDraft
from node.modules.rewards.slots import MOST_AT_ONCE, SlotDraft

ID = r"^[0-9A-HJKMNP-TV-Z]{26}$"
ID_OR_NOTHING = r"^([0-9A-HJKMNP-TV-Z]{26})?$"
Kind = Literal["free", "reduced", "premium"]
Class = Literal["token", "gold"]
Period = Literal["ever", "year", "month", "day"]


class OfferInput(BaseModel):
    """An offer as its partner writes it."""

    title: str = Field(min_length=3, max_length=120)
    summary: str = Field("", max_length=300)
    conditions: str = Field("", max_length=4000)
    place: str = Field("", max_length=160)
    kind: Kind = "reduced"
    price: int = Field(ge=1, le=rules.PRICE_MOST)
    cls: Class = "token"
    starts_on: date | None = None
    ends_on: date | None = None
    stock: int | None = Field(None, ge=0, le=rules.STOCK_MOST)
    per_person: int | None = Field(None, ge=1, le=rules.PER_PERSON_MOST)
    per_period: Period = "ever"
    minimum_age: int | None = Field(None, ge=0, le=rules.AGE_MOST)
    maximum_age: int | None = Field(None, ge=0, le=rules.AGE_MOST)
    booking: rules.Booking = "none"
    cancel_hours: int = Field(24, ge=0, le=rules.CANCEL_HOURS_MOST)
    version: int = Field(0, ge=0)
    offer_id: str = Field("", pattern=ID_OR_NOTHING)

    def draft(self) -> OfferDraft:
        ages = {"minimum_age": self.minimum_age or 0, "maximum_age": self.maximum_age or 0}
        return OfferDraft(**{**self.model_dump(exclude={"version", "offer_id"}), **ages})


class SlotInput(BaseModel):
    """Dates of an offer: one, or one a week."""

    day: date
    begins: time
    ends: time
    places: int = Field(ge=1, le=rules.PLACES_MOST)
    weeks: int = Field(1, ge=1, le=MOST_AT_ONCE)

    def draft(self) -> SlotDraft:
        return SlotDraft(self.day, self.begins, self.ends, self.places, self.weeks)


class CatalogueQuery(BaseModel):
    """What somebody looks for among the offers."""

    q: str = Field("", max_length=80)
    kind: Literal["", "free", "reduced", "premium"] = ""
    partner: str = Field("", max_length=80)
    bookable: bool = False
    covered: bool = False


class BookingInput(BaseModel):
    """A resident books."""

    booking_id: str = Field(pattern=ID)
    slot_id: str = Field("", pattern=ID_OR_NOTHING)
    age_said: bool = False


class CounterBookingInput(BaseModel):
    """Somebody at a counter has their card read and is booked a place."""

    booking_id: str = Field(pattern=ID)
    choice: str = Field(min_length=1, max_length=60)
    card: str = Field(min_length=1, max_length=2000)
    age_said: bool = False


class ReasonInput(BaseModel):
    """Why a partner cancels."""

    reason: str = Field("", max_length=300)


class TillInput(BaseModel):
    """A card or a booking, and a price: an offer of the partner, or a number of tokens typed by hand."""

    card: str = Field(min_length=1, max_length=2000)
    host: str = Field("", max_length=262)
    offer_id: str = Field("", max_length=26)
    price: int | None = Field(None, ge=1, le=rules.PRICE_MOST)
    payment_id: str = Field(pattern=ID)
    step: Literal["look", "charge"] = "look"


class RefundInput(BaseModel):
    """Tokens to give back. `refund_id` was made when the page opened."""

    refund_id: str = Field(pattern=ID)
    amount: int = Field(ge=1, le=rules.PRICE_MOST)
    reason: str = Field("", max_length=300)


class PartnershipInput(BaseModel):
    """What the commune agreed with a partner."""

    sort: Literal["public", "shop"] = "public"
    kinds: list[Kind] = Field(default_factory=list)
    classes: list[Class] = Field(default_factory=list)
    most_price: int | None = Field(None, ge=1, le=rules.PRICE_MOST)
    own_amounts: bool = False
    worth_cents: int = Field(0, ge=0, le=WORTH_MOST)
    version: int = Field(0, ge=0)

    def draft(self) -> PartnershipDraft:
        return PartnershipDraft(
            self.sort, tuple(self.kinds), tuple(self.classes), self.most_price, self.own_amounts, self.worth_cents
        )


class SpanInput(BaseModel):
    """The days that the accountant wants."""

    first: date
    last: date
