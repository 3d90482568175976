"""What administrators may send about groupings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from node.groupings.publishing import Wanted
from protocols.groupings import GroupingTerms

MOST = 1_000_000_000
MINUTE_S, HOUR_S = 60, 3600
NOTICE = timedelta(days=30)


class AddressInput(BaseModel):
    """A grouping's web address, or its host."""

    address: str = Field(min_length=3, max_length=300)


class AskInput(AddressInput):
    """The question to join, under the terms that were shown."""

    terms: str = Field(pattern=r"^[0-9a-f]{64}$", max_length=64)


class TermsInput(BaseModel):
    """A yes to the terms that were shown."""

    terms: str = Field(pattern=r"^[0-9a-f]{64}$", max_length=64)


class ReasonInput(BaseModel):
    """Why a commune is refused or removed; it reads this."""

    reason: str = Field(min_length=3, max_length=300)


class OfferInput(BaseModel):
    """The next version of the terms for all members. Sums are whole tokens, one for one everywhere."""

    limit: int = Field(5_000, ge=1, le=MOST)
    day_cap: int = Field(60, ge=1, le=MOST)
    card_day_cap: int = Field(30, ge=0, le=MOST)
    services: str = Field("*", max_length=2_000)
    till_hold_minutes: int = Field(15, ge=1, le=60)
    booking_hold_hours: int = Field(72, ge=1, le=14 * 24)
    statement_period: Literal["month", "quarter", "year"] = "month"
    dispute_days: int = Field(30, ge=1, le=365)
    refund_days: int = Field(30, ge=0, le=365)
    valid_from: date
    valid_until: date
    previous_until: date | None = None

    def wanted(self) -> Wanted:
        return Wanted(
            limit=self.limit,
            day_cap=self.day_cap,
            card_day_cap=self.card_day_cap,
            services=tuple(self.services.replace(",", " ").split()) or ("*",),
            till_hold_s=self.till_hold_minutes * MINUTE_S,
            booking_hold_s=self.booking_hold_hours * HOUR_S,
            statement_period=self.statement_period,
            dispute_days=self.dispute_days,
            refund_days=self.refund_days,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            previous_until=self.previous_until,
        )


def prefilled(former: GroupingTerms | None, today: date) -> dict[str, object]:
    """The fields of a first version, or of the next: members get a month to accept it."""
    if former is None:
        return {"valid_from": today, "valid_until": today + timedelta(days=365)}
    return {
        "limit": former.limit,
        "day_cap": former.day_cap,
        "card_day_cap": former.card_day_cap,
        "services": ", ".join(former.services),
        "till_hold_minutes": former.till_hold_s // MINUTE_S,
        "booking_hold_hours": former.booking_hold_s // HOUR_S,
        "statement_period": former.statement_period,
        "dispute_days": former.dispute_days,
        "refund_days": former.refund_days,
        "valid_from": today,
        "valid_until": max(former.valid_until, today + timedelta(days=365)),
        "previous_until": max(today, min(former.valid_until, today + NOTICE)),
    }
