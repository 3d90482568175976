"""What may happen to a mission and to a sign-up, when, and to whom. Pure: tables, limits, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Literal

from node.civic import skills as skill_words
from node.civic import themes
from node.core.errors import Conflict, Forbidden, Invalid

MissionState = Literal["draft", "published", "withdrawn", "cancelled"]
SignupState = Literal["registered", "waiting", "cancelled", "attended", "absent", "revoked"]
Method = Literal["list", "card", "code"]

MOST_SHIFTS = 20
MOST_PLACES = 500
MOST_TOKENS = 100
LONGEST_SHIFT = timedelta(hours=24)
FARTHEST = timedelta(days=730)
TEXT_LIMITS = {"title": 140, "summary": 300, "description": 20_000, "learning": 300, "place_name": 160, "access": 300}
# Control characters no text means (PostgreSQL refuses some of them); tab and line ends stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# (state, action) → state. What is not here is refused.
MISSION_STEPS: dict[tuple[str, str], MissionState] = {
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

# A sign-up that does not exist yet is in state "none".
SIGNUP_STEPS: dict[tuple[str, str], SignupState] = {
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
    ("attended", "revoke"): "revoked",
}
# Who holds one of the places. Somebody absent has left it to whoever came instead.
SEATED: tuple[SignupState, ...] = ("registered", "attended")
LIVE: tuple[SignupState, ...] = ("registered", "waiting", "attended", "absent", "revoked")


def next_mission_state(state: str, action: str) -> MissionState:
    """Raises Conflict `missions.state` for a step the table does not have."""
    try:
        return MISSION_STEPS[state, action]
    except KeyError:
        raise Conflict("missions.state") from None


def as_signup_state(state: str) -> SignupState:
    """The same state, for the type checker: what the database holds was written by the table above."""
    for known in SIGNUP_STEPS.values():
        if known == state:
            return known
    raise AssertionError(f"not a state of a sign-up: {state}")


def next_signup_state(state: str, action: str) -> SignupState:
    """Raises Conflict `missions.signup-state` for a step the table does not have."""
    try:
        return SIGNUP_STEPS[state, action]
    except KeyError:
        raise Conflict("missions.signup-state") from None


@dataclass(frozen=True, slots=True)
class ShiftDraft:
    """A slot as somebody wrote it. `id` is empty for a new one; times are aware."""

    starts_at: datetime
    ends_at: datetime
    places: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class MissionDraft:
    """All of a mission that its organisation writes."""

    title: str
    summary: str
    description: str
    theme: str
    place_name: str
    tokens: int
    shifts: tuple[ShiftDraft, ...]
    skills: tuple[str, ...] = ()
    learning: str = ""
    lat: float | None = None
    lon: float | None = None
    access: str = ""
    minimum_age: int = 0


def check_draft(draft: MissionDraft, *, most_tokens: int = MOST_TOKENS) -> None:
    """Raises Invalid naming the field: bounds hold here too, whatever door the draft came through."""
    for name, limit in TEXT_LIMITS.items():
        text = getattr(draft, name)
        if len(text) > limit:
            raise Invalid("missions.too-long", field=name, limit=limit)
        if _CONTROL.search(text):
            raise Invalid("missions.control-character", field=name)
    for name in ("title", "summary", "place_name"):
        if not getattr(draft, name).strip():
            raise Invalid("missions.required", field=name)
    if draft.theme not in themes.BY_KEY:
        raise Invalid("missions.theme-unknown", field="theme")
    if len(draft.skills) > skill_words.MOST_SKILLS:
        raise Invalid("missions.too-many-skills", field="skills", limit=skill_words.MOST_SKILLS)
    if any(skill not in skill_words.BY_KEY for skill in draft.skills):
        raise Invalid("missions.skill-unknown", field="skills")
    if not 0 <= draft.tokens <= most_tokens:
        raise Invalid("missions.tokens", field="tokens", limit=most_tokens)
    if not 0 <= draft.minimum_age <= 99:
        raise Invalid("missions.minimum-age", field="minimum_age")
    _check_point(draft.lat, draft.lon)
    if len(draft.shifts) > MOST_SHIFTS:
        raise Invalid("missions.too-many-shifts", field="shifts", limit=MOST_SHIFTS)


def _check_point(lat: float | None, lon: float | None) -> None:
    if (lat is None) != (lon is None):
        raise Invalid("missions.place-half", field="lat")
    if lat is None or lon is None:
        return
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Invalid("missions.place-nowhere", field="lat")


def check_shift(shift: ShiftDraft, now: datetime) -> None:
    """Raises Invalid when the slot itself makes no sense."""
    if not 1 <= shift.places <= MOST_PLACES:
        raise Invalid("missions.places", field="shifts", limit=MOST_PLACES)
    if shift.ends_at <= shift.starts_at:
        raise Invalid("missions.ends-before-start", field="shifts")
    if shift.ends_at - shift.starts_at > LONGEST_SHIFT:
        raise Invalid("missions.shift-too-long", field="shifts")
    if shift.starts_at > now + FARTHEST:
        raise Invalid("missions.too-far", field="shifts")


def check_open_for_signup(state: str, ends_at: datetime, cancelled_at: datetime | None, now: datetime) -> None:
    """Sign-up is open while the mission is published and the slot is not over."""
    if state != "published" or cancelled_at is not None:
        raise Conflict("missions.closed")
    if now >= ends_at:
        raise Conflict("missions.over")


def check_can_leave(starts_at: datetime, now: datetime) -> None:
    """One leaves before it begins; from then on the organisation says who came."""
    if now >= starts_at:
        raise Conflict("missions.begun")


def check_certifiable(state: str, starts_on: date, ends_on: date, today: date, days: int) -> None:
    """Attendance is certified from the day it begins until `days` days after the day it ends (local dates)."""
    if state not in {"published", "withdrawn"}:
        raise Conflict("missions.closed")
    if today < starts_on:
        raise Conflict("missions.too-early")
    if today > ends_on + timedelta(days=days):
        raise Conflict("missions.too-late", days=days)


def check_not_self(certifier_id: str, account_id: str) -> None:
    if certifier_id == account_id:
        raise Forbidden("missions.own-attendance")


def places_left(places: int, seated: int) -> int:
    return max(0, places - seated)


def minutes_of(starts_at: datetime, ends_at: datetime) -> int:
    """Length of a slot in whole minutes."""
    return int((ends_at - starts_at).total_seconds() // 60)


def transfer_id(signup_id: str) -> str:
    """The id of the award for one sign-up: always the same, so that the ledger pays it once."""
    return f"mission:{signup_id}"


def initials(display_name: str) -> str:
    """What others see of somebody who comes: "Lucie Bernard" → "LB"."""
    words = [word for word in display_name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
