"""What administrators may send about terms and statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from node.honour.agreements import Wanted
from node.honour.values import TermsShown
from protocols.honour.terms import Way

MOST = 1_000_000_000
MINUTE_S, HOUR_S = 60, 3600


class TermsInput(BaseModel):
    """A proposal. `ours`: our residents at their tills, in our tokens; `theirs`: theirs at ours, in their tokens."""

    ours_rate_num: int = Field(1, ge=1, le=1_000_000)
    ours_rate_den: int = Field(1, ge=1, le=1_000_000)
    ours_limit: int = Field(5_000, ge=1, le=MOST)
    ours_day_cap: int = Field(60, ge=1, le=MOST)
    ours_card_day_cap: int = Field(30, ge=0, le=MOST)
    theirs_rate_num: int = Field(1, ge=1, le=1_000_000)
    theirs_rate_den: int = Field(1, ge=1, le=1_000_000)
    theirs_limit: int = Field(5_000, ge=1, le=MOST)
    theirs_day_cap: int = Field(60, ge=1, le=MOST)
    theirs_card_day_cap: int = Field(30, ge=0, le=MOST)
    services: str = Field("*", max_length=2_000)
    till_hold_minutes: int = Field(15, ge=1, le=60)
    booking_hold_hours: int = Field(72, ge=1, le=14 * 24)
    statement_period: Literal["month", "quarter", "year"] = "month"
    dispute_days: int = Field(30, ge=1, le=365)
    refund_days: int = Field(30, ge=0, le=365)
    valid_from: date
    valid_until: date

    def wanted(self) -> Wanted:
        """The terms these fields ask for; the floor for tills without network stays 0 (§10.1)."""
        return Wanted(
            ours=Way(
                self.ours_rate_num, self.ours_rate_den, self.ours_limit, self.ours_day_cap, self.ours_card_day_cap
            ),
            theirs=Way(
                self.theirs_rate_num,
                self.theirs_rate_den,
                self.theirs_limit,
                self.theirs_day_cap,
                self.theirs_card_day_cap,
            ),
            services=tuple(self.services.replace(",", " ").split()) or ("*",),
            till_hold_s=self.till_hold_minutes * MINUTE_S,
            booking_hold_s=self.booking_hold_hours * HOUR_S,
            statement_period=self.statement_period,
            dispute_days=self.dispute_days,
            refund_days=self.refund_days,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


def prefilled(former: TermsShown | None, today: date) -> dict[str, object]:
    """The fields of a first proposal, or of the next version of terms that both signed. The end: a year from today."""
    values: dict[str, object] = {"valid_from": today, "valid_until": _in_a_year(today)}
    if former is None:
        return values
    for side, way in (("ours", former.ours), ("theirs", former.theirs)):
        values |= {f"{side}_rate_num": way.rate_num, f"{side}_rate_den": way.rate_den, f"{side}_limit": way.limit}
        values |= {f"{side}_day_cap": way.day_cap, f"{side}_card_day_cap": way.card_day_cap}
    terms = former.terms
    return values | {
        "services": ", ".join(terms.services),
        "till_hold_minutes": terms.till_hold_s // MINUTE_S,
        "booking_hold_hours": terms.booking_hold_s // HOUR_S,
        "statement_period": terms.statement_period,
        "dispute_days": terms.dispute_days,
        "refund_days": terms.refund_days,
    }


def _in_a_year(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day)


class ReasonInput(BaseModel):
    """Why terms are refused or ended, or a statement contested; the neighbour reads it."""

    reason: str = Field(min_length=3, max_length=300)


class CutInput(BaseModel):
    """A statement to cut. `euros`: what we pay them (below zero: they pay us), for a settlement in euros only."""

    host: str = Field(min_length=1, max_length=262)
    settlement: Literal["tokens", "euros", "carried"] = "tokens"
    euros: Decimal | None = Field(None, ge=-10_000_000, le=10_000_000, decimal_places=2)

    @property
    def euro_cents(self) -> int | None:
        return None if self.euros is None else int(self.euros * 100)


class ReaderInput(BaseModel):
    """A key for somebody who may read our books with one neighbour, up to a day included."""

    host: str = Field(min_length=1, max_length=262)
    purpose: str = Field(min_length=3, max_length=200)
    last_day: date
