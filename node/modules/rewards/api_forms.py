"""What machines send and read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from node.modules.rewards.forms import ID, ID_OR_NOTHING, Class, Kind, Period
from node.modules.rewards.rules import PRICE_MOST, Booking


class OfferOut(BaseModel):
    """An offer as machines read it."""

    id: str
    title: str
    summary: str
    kind: Kind
    price: int
    partner: str
    cls: Class = "token"
    place: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    left: int | None = None
    per_person: int | None = None
    per_period: Period = "ever"
    minimum_age: int = 0
    maximum_age: int = 0
    booking: Booking = "none"


class OfferQuery(BaseModel):
    """What a machine looks for among the offers."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=80)
    partner: str = Field("", max_length=80)
    kind: Literal["all", "free", "reduced", "premium"] = "all"
    bookable: Literal["all", "yes"] = "all"


class SlotOut(BaseModel):
    """A date of an offer."""

    id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    left: int
    state: Literal["open", "cancelled"]


class OfferDetailOut(OfferOut):
    """An offer with its conditions and its dates."""

    conditions: str
    slots: list[SlotOut]


class BookingIn(BaseModel):
    """A booking asked for. `id` is made by the caller; sent again it changes nothing."""

    id: str = Field(pattern=ID)
    offer_id: str = Field(pattern=ID)
    slot_id: str = Field("", pattern=ID_OR_NOTHING)
    age_said: bool = False


class BookingOut(BaseModel):
    """A booking of one's own."""

    id: str
    code: str
    offer_id: str
    title: str
    partner: str
    price: int
    state: Literal["booked", "redeemed", "cancelled", "expired"]
    starts_at: datetime | None
    until: datetime
    may_cancel: bool


class PaymentOut(BaseModel):
    """A payment as a till's machine reads it."""

    id: str
    state: str
    price: int
    first_name: str
    reason: str
    words: str
    refunded: int = 0


class ChargeIn(BaseModel):
    """A charge sent by a till's machine. `id` is made by the till; sent again it changes nothing. `card` may be the
    code of a booking. `entered_at`: for one that waited for the network; its refusal is then kept under its id."""

    id: str = Field(pattern=ID)
    partner: str = Field(min_length=1, max_length=80)
    card: str = Field(min_length=1, max_length=2000)
    host: str = Field("", max_length=262)
    offer_id: str = Field("", max_length=26)
    price: int | None = Field(None, ge=1, le=PRICE_MOST)
    entered_at: AwareDatetime | None = None


class RefundIn(BaseModel):
    """Tokens to give back. `id` is made by the caller; sent again it changes nothing."""

    id: str = Field(pattern=ID)
    amount: int = Field(ge=1, le=PRICE_MOST)
    reason: str = Field("", max_length=300)


class WaitingIn(BaseModel):
    """A charge out of the queue of a till's page."""

    id: str = Field(pattern=ID)
    card: str = Field(min_length=1, max_length=2000)
    host: str = Field("", max_length=262)
    offer_id: str = Field("", max_length=26)
    price: int | None = Field(None, ge=1, le=PRICE_MOST)
    price_seen: int | None = Field(None, ge=0, le=PRICE_MOST)
    entered_at: AwareDatetime
    waited: bool = False


class WaitingOut(BaseModel):
    """What became of it: `words` says why it was refused or what it waits for."""

    id: str
    state: Literal["posted", "pending", "failed", "undone"]
    title: str
    price: int
    first_name: str
    words: str
