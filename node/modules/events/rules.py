"""What may happen to an event and to a registration, when, and to whom. Pure: tables, limits, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Literal

from node.civic import themes
from node.core.errors import Conflict, Invalid

EventState = Literal["draft", "published", "withdrawn", "cancelled"]
RegistrationState = Literal["registered", "waiting", "cancelled", "attended", "absent"]
Method = Literal["list", "card", "code"]

MOST_PLACES = 5_000
LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=730)
TEXT_LIMITS = {"title": 140, "summary": 300, "description": 20_000, "place_name": 160, "access": 300}
# Control characters no text means (PostgreSQL refuses some of them); tab and line ends stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# (state, action) → state. What is not here is refused.
EVENT_STEPS: dict[tuple[str, str], EventState] = {
    ("draft", "edit"): "draft",
    ("draft", "publish"): "published",
    ("draft", "cancel"): "cancelled",
    ("published", "edit"): "published",
    ("published", "withdraw"): "withdrawn",
    ("published", "cancel"): "cancelled",
    ("withdrawn", "edit"): "withdrawn",
    ("withdrawn", "publish"): "published",
    ("withdrawn", "cancel"): "cancelled",
}

# A registration that does not exist yet is in state "none".
REGISTRATION_STEPS: dict[tuple[str, str], RegistrationState] = {
    ("none", "register"): "registered",
    ("none", "wait"): "waiting",
    ("cancelled", "register"): "registered",
    ("cancelled", "wait"): "waiting",
    ("waiting", "register"): "registered",
    ("waiting", "leave"): "cancelled",
    ("registered", "leave"): "cancelled",
    ("registered", "attend"): "attended",
    ("registered", "miss"): "absent",
    ("absent", "attend"): "attended",
}
# Who holds one of the places. Somebody absent has left it to whoever came instead.
SEATED: tuple[RegistrationState, ...] = ("registered", "attended")
LIVE: tuple[RegistrationState, ...] = ("registered", "waiting", "attended", "absent")


@dataclass(frozen=True, slots=True)
class EventDraft:
    """All of one date that its organisers write; times are aware. `places` None: not counted."""

    title: str
    summary: str
    description: str
    theme: str
    place_name: str
    starts_at: datetime
    ends_at: datetime
    registration: bool = False
    places: int | None = None
    lat: float | None = None
    lon: float | None = None
    access: str = ""


def next_event_state(state: str, action: str) -> EventState:
    """Raises Conflict `events.state` for a step the table does not have."""
    try:
        return EVENT_STEPS[state, action]
    except KeyError:
        raise Conflict("events.state") from None


def next_registration_state(state: str, action: str) -> RegistrationState:
    """Raises Conflict `events.registration-state` for a step the table does not have."""
    try:
        return REGISTRATION_STEPS[state, action]
    except KeyError:
        raise Conflict("events.registration-state") from None


def as_registration_state(state: str) -> RegistrationState:
    """The same state, for the type checker: what the database holds was written by the table above."""
    for known in REGISTRATION_STEPS.values():
        if known == state:
            return known
    raise AssertionError(f"not a state of a registration: {state}")


def check_draft(draft: EventDraft) -> None:
    """Raises Invalid naming the field: bounds hold here too, whatever door the draft came through."""
    for name, limit in TEXT_LIMITS.items():
        text = getattr(draft, name)
        if len(text) > limit:
            raise Invalid("events.too-long", field=name, limit=limit)
        if _CONTROL.search(text):
            raise Invalid("events.control-character", field=name)
    for name in ("title", "summary", "place_name"):
        if not getattr(draft, name).strip():
            raise Invalid("events.required", field=name)
    if draft.theme not in themes.BY_KEY:
        raise Invalid("events.theme-unknown", field="theme")
    if draft.places is not None and not 1 <= draft.places <= MOST_PLACES:
        raise Invalid("events.places", field="places", limit=MOST_PLACES)
    _check_point(draft.lat, draft.lon)


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises Invalid when the times themselves make no sense."""
    if ends_at <= starts_at:
        raise Invalid("events.ends-before-start", field="end_time")
    if ends_at - starts_at > LONGEST:
        raise Invalid("events.lasts-too-long", field="end_day", limit=LONGEST.days)
    if starts_at > now + FARTHEST:
        raise Invalid("events.too-far", field="day")


def _check_point(lat: float | None, lon: float | None) -> None:
    if (lat is None) != (lon is None):
        raise Invalid("events.place-half", field="lat")
    if lat is None or lon is None:
        return
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Invalid("events.place-nowhere", field="lat")


def check_open(state: str, registration: bool, ends_at: datetime, now: datetime) -> None:
    """One registers while the event is published, counts its people, and is not over."""
    if state != "published":
        raise Conflict("events.closed")
    if not registration:
        raise Conflict("events.open-entrance")
    if now >= ends_at:
        raise Conflict("events.over")


def check_can_leave(starts_at: datetime, now: datetime) -> None:
    """One leaves before it begins; from then on the organisers say who came."""
    if now >= starts_at:
        raise Conflict("events.begun")


def check_in_refusal(
    state: str, registration: bool, starts_on: date, ends_on: date, today: date, days: int
) -> Conflict | None:
    """Why arrivals cannot be noted now; None when they can: from the day it begins until `days` days after the day it
    ends (local dates)."""
    if state not in {"published", "withdrawn"}:
        return Conflict("events.closed")
    if not registration:
        return Conflict("events.open-entrance")
    if today < starts_on:
        return Conflict("events.too-early")
    if today > ends_on + timedelta(days=days):
        return Conflict("events.too-late", days=days)
    return None


def places_left(places: int | None, seated: int) -> int | None:
    """None when places are not counted."""
    return None if places is None else max(0, places - seated)
