"""What an offer, a booking and a payment may become: tables, limits, and the questions asked of them. Pure.

Clauses: specs/spending.md §1.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from node.civic.words import N_
from node.core.errors import Conflict, Forbidden, Invalid
from node.core.ids import normal_code
from node.core.viewer import Viewer

KINDS: Final = {"free": N_("Gratuit"), "reduced": N_("Tarif réduit"), "premium": N_("Lot d’exception")}
CLASSES: Final = {"token": N_("jetons"), "gold": N_("jetons d’or")}
PERIODS: Final = {
    "ever": N_("en tout"), "year": N_("par an"), "month": N_("par mois"), "day": N_("par jour"),
}  # fmt: skip
BOOKINGS: Final = {
    "none": N_("Sans réservation"), "open": N_("Réservation sans date"), "slots": N_("Réservation d’un créneau"),
}  # fmt: skip
SORTS: Final = {
    "public": N_("Service public ou culturel"), "shop": N_("Commerce de l’économie sociale et solidaire"),
}  # fmt: skip
Booking = Literal["none", "open", "slots"]

OFFER_STATES: Final = {
    ("draft", "publish"): "published",
    ("draft", "edit"): "draft",
    ("published", "publish"): "published",
    ("published", "edit"): "published",
    ("published", "withdraw"): "withdrawn",
    ("withdrawn", "publish"): "published",
    ("withdrawn", "withdraw"): "withdrawn",
    ("withdrawn", "edit"): "withdrawn",
}
PAYMENT_STATES: Final = {
    ("pending", "posted"): "posted",
    ("pending", "failed"): "failed",
    ("posted", "undo"): "undone",
    ("pending", "undo"): "failed",
}
BOOKING_STATES: Final = {
    ("booked", "redeem"): "redeemed",
    ("booked", "cancel"): "cancelled",
    ("booked", "expire"): "expired",
    ("redeemed", "undo"): "cancelled",
}
COUNTED: Final = ("posted", "pending")
"""Payments that use up stock, places and what one person may have."""

PRICE_MOST, STOCK_MOST, PLACES_MOST = 10_000, 100_000, 10_000
AGE_MOST, PER_PERSON_MOST, CANCEL_HOURS_MOST = 120, 1000, 720
BOOKING_CODE_LENGTH = 6
_BOOKING_CODE = re.compile(rf"[0-9A-HJKMNP-TV-Z]{{{BOOKING_CODE_LENGTH}}}")
BOOKING_PREFIX = "YGORR:"


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a partner writes. `conditions` is Markdown; None is no limit, an age of 0 too."""

    title: str
    summary: str
    conditions: str
    kind: str
    price: int
    cls: str = "token"
    place: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    stock: int | None = None
    per_person: int | None = None
    per_period: str = "ever"
    minimum_age: int = 0
    maximum_age: int = 0
    booking: str = "none"
    cancel_hours: int = 24


def check_draft(draft: OfferDraft) -> None:
    """Raises Invalid, naming the field."""
    if draft.kind not in KINDS:
        raise Invalid("rewards.kind", field="kind")
    if draft.cls not in CLASSES or (draft.cls == "gold" and draft.kind != "premium"):
        raise Invalid("rewards.gold", field="cls")
    _check_bound("price", draft.price, 1, PRICE_MOST)
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        raise Invalid("rewards.ends-before", field="ends_on")
    _check_bound("stock", draft.stock, 0, STOCK_MOST)
    _check_bound("per_person", draft.per_person, 1, PER_PERSON_MOST)
    _check_bound("minimum_age", draft.minimum_age, 0, AGE_MOST)
    _check_bound("maximum_age", draft.maximum_age, 0, AGE_MOST)
    if draft.maximum_age and draft.maximum_age < draft.minimum_age:
        raise Invalid("rewards.ages", field="maximum_age")
    _check_bound("cancel_hours", draft.cancel_hours, 0, CANCEL_HOURS_MOST)
    if draft.booking not in BOOKINGS or draft.per_period not in PERIODS:
        raise Invalid("rewards.choice", field="booking")


def _check_bound(field: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise Invalid("rewards.bound", field=field, least=least, most=most)


def next_offer_state(state: str, event: str) -> str:
    """Raises Conflict `rewards.state` for a move that the table does not have."""
    found = OFFER_STATES.get((state, event))
    if found is None:
        raise Conflict("rewards.state")
    return found


def next_booking_state(state: str, event: str) -> str:
    """Raises Conflict: `rewards.booking-used` for one that was redeemed, `rewards.booking-over` for one that ended."""
    found = BOOKING_STATES.get((state, event))
    if found is None:
        raise Conflict("rewards.booking-used" if state == "redeemed" else "rewards.booking-over", field="card")
    return found


def require_operator(viewer: Viewer, organisation_id: str) -> None:
    """Raises Forbidden unless this person belongs to the partner. An association's members take no payments."""
    membership = viewer.membership(organisation_id)
    if membership is None or membership.kind != "partner":
        raise Forbidden("rewards.not-yours")


def require_editor(viewer: Viewer, organisation_id: str) -> None:
    """Raises Forbidden unless this person belongs to the partner or works at the town hall's desk."""
    if not viewer.is_staff:
        require_operator(viewer, organisation_id)


def require_refunder(viewer: Viewer, organisation_id: str) -> None:
    """After the minutes of the till, tokens are given back by who manages the partner, or by the desk."""
    if not viewer.is_staff:
        require_operator(viewer, organisation_id)
        if not viewer.manages(organisation_id):
            raise Forbidden("rewards.not-manager")


def may_undo(state: str, created_at: datetime, now: datetime, minutes: int) -> bool:
    """Whether the till may still take a payment back by itself."""
    return (state, "undo") in PAYMENT_STATES and now - created_at <= timedelta(minutes=minutes)


def period_start(period: str, today: date) -> date | None:
    """The first day of the period that a person's limit counts in; None: since ever."""
    return {"day": today, "month": today.replace(day=1), "year": today.replace(month=1, day=1)}.get(period)


def may_give_back(starts_at: datetime | None, cancel_hours: int, now: datetime) -> bool:
    """Whether a resident may still cancel: `cancel_hours` before the slot; without a slot as long as it is held."""
    return starts_at is None or now <= starts_at - timedelta(hours=cancel_hours)


def check_days(starts_on: date | None, ends_on: date | None, day: date) -> None:
    """Raises Conflict outside the days of an offer."""
    if (starts_on and day < starts_on) or (ends_on and day > ends_on):
        raise Conflict("rewards.days", field="offer_id")


def check_room(limit: int | None, taken: int, key: str) -> None:
    """Raises Conflict `key` when as many were taken as there are."""
    if limit is not None and taken >= limit:
        raise Conflict(key, field="offer_id")


def check_slot(starts_at: datetime, ends_at: datetime, places: int, now: datetime, most_days: int) -> None:
    """Raises Invalid for a slot that is over, ends before it begins, or is too far away."""
    if ends_at <= starts_at or ends_at - starts_at > timedelta(days=2):
        raise Invalid("rewards.slot-ends", field="ends")
    if ends_at <= now:
        raise Invalid("rewards.slot-over", field="day")
    if starts_at > now + timedelta(days=most_days):
        raise Invalid("rewards.slot-far", field="day", days=most_days)
    _check_bound("places", places, 1, PLACES_MOST)


def booking_code(text: str) -> str | None:
    """The code of a booking that was typed or scanned; None for what must be a card."""
    text = text.strip()
    if text.upper().startswith(BOOKING_PREFIX):
        text = text[len(BOOKING_PREFIX) :].rpartition(":")[2]
    code = normal_code(text)
    return code if _BOOKING_CODE.fullmatch(code) else None


def known(chosen: Collection[str], names: Collection[str]) -> list[str]:
    """Those of `chosen` that exist, in the order of `names`."""
    return [name for name in names if name in chosen]
