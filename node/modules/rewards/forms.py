"""What partners and tills send."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from node.modules.rewards.offers import OfferDraft

ID_OR_NOTHING = r"^([0-9A-HJKMNP-TV-Z]{26})?$"
Kind = Literal["free", "reduced", "premium"]


class OfferInput(BaseModel):
    """An offer as its partner writes it."""

    title: str = Field(min_length=3, max_length=120)
    summary: str = Field("", max_length=300)
    conditions: str = Field("", max_length=4000)
    kind: Kind = "reduced"
    price: int = Field(ge=1, le=10_000)
    version: int = Field(0, ge=0)
    offer_id: str = Field("", pattern=ID_OR_NOTHING)

    def draft(self) -> OfferDraft:
        return OfferDraft(self.title, self.summary, self.conditions, self.kind, self.price)


class TillInput(BaseModel):
    """A card and a price: an offer of the partner, or a number of tokens typed by hand."""

    card: str = Field(min_length=1, max_length=2000)
    host: str = Field("", max_length=262)
    offer_id: str = Field("", max_length=26)
    price: int | None = Field(None, ge=1, le=10_000)
    payment_id: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")
    step: Literal["look", "charge"] = "look"


class OfferOut(BaseModel):
    """An offer as machines read it."""

    id: str
    title: str
    summary: str
    kind: Kind
    price: int
    partner: str


class PaymentOut(BaseModel):
    """A payment as a till's machine reads it."""

    id: str
    state: str
    price: int
    first_name: str
    reason: str
    words: str


class ChargeIn(BaseModel):
    """A charge sent by a till's machine. `id` is made by the till; sent again it changes nothing."""

    id: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")
    partner: str = Field(min_length=1, max_length=80)
    card: str = Field(min_length=1, max_length=2000)
    host: str = Field("", max_length=262)
    offer_id: str = Field("", max_length=26)
    price: int | None = Field(None, ge=1, le=10_000)
