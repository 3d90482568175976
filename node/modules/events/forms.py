"""What people send about the agenda."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_validator

from node.civic import themes
from node.modules.events.checking import MOST_AT_ONCE
from node.modules.events.recurring import MOST_EXCEPTIONS, Every, Recurrence
from node.modules.events.rules import MOST_PLACES, EventDraft
from web.forms import Form
from web.i18n import N_, gettext

LONGEST_NIGHT = timedelta(hours=12)
# A day that somebody means: far from the ends of the calendar, where adding a day or a time zone fails.
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})|(\d{4})-(\d{2})-(\d{2})")
EVERY_WORDS: dict[Every, str] = {
    "week": N_("Toutes les semaines"),
    "fortnight": N_("Toutes les deux semaines"),
    "month-day": N_("Tous les mois, le même jour du mois (le 15)"),
    "month-weekday": N_("Tous les mois, le même jour de la semaine (le deuxième samedi)"),
}


class FilterInput(BaseModel):
    """What somebody looks for, from the address."""

    text: str = Field("", max_length=100)
    place: str = Field("", max_length=100)
    theme: str = Field("", max_length=40)
    origin: Literal["all", "here", "neighbours"] = "all"
    day: date | None = Field(None, ge=EARLIEST_DAY, le=LATEST_DAY)
    page: int = Field(1, ge=1, le=100)


class MonthInput(FilterInput):
    """The same for one month, like 2026-12; empty: this one."""

    month: str = Field("", max_length=7)

    @field_validator("month")
    @classmethod
    def _month(cls, value: str) -> str:
        if value and first_of(value) is None:
            raise ValueError(N_("Un mois s’écrit comme 2026-12."))
        return value


def first_of(month: str) -> date | None:
    """The first day of a month written like 2026-12; None for anything else."""
    found = _MONTH.fullmatch(month)
    if found is None or not 1 <= int(found[2]) <= 12 or not EARLIEST_DAY.year <= int(found[1]) <= LATEST_DAY.year:
        return None
    return date(int(found[1]), int(found[2]), 1)


class EventInput(BaseModel):
    """An event as its organisers write it. `end_day` empty: the same day, or the next morning. `scope`: whether an edit
    is for this date or for all that follow."""

    title: str = Field(min_length=3, max_length=140)
    summary: str = Field(min_length=1, max_length=300)
    description: str = Field("", max_length=20_000)
    theme: str = Field(max_length=40)
    place_name: str = Field(min_length=1, max_length=160)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    access: str = Field("", max_length=300)
    day: date = Field(ge=EARLIEST_DAY, le=LATEST_DAY)
    start_time: time
    end_day: date | None = Field(None, ge=EARLIEST_DAY, le=LATEST_DAY)
    end_time: time
    registration: bool = False
    places: int | None = Field(None, ge=1, le=MOST_PLACES)
    every: Literal["", "week", "fortnight", "month-day", "month-weekday"] = ""
    until: date | None = Field(None, ge=EARLIEST_DAY, le=LATEST_DAY)
    except_days: str = Field("", max_length=1_000)
    scope: Literal["one", "following"] = "one"
    version: int = Field(0, ge=0)


def draft_of(request: Any, form: Form[EventInput], timezone: ZoneInfo) -> EventDraft | None:
    """The event of a valid form, read on the commune's clock; None when something was objected to, beside its field."""
    value = form.value
    starts_at = datetime.combine(value.day, value.start_time, timezone)
    ends_at = datetime.combine(value.end_day or value.day, value.end_time, timezone)
    if value.end_day is None and ends_at <= starts_at:
        ends_at = datetime.combine(value.day + timedelta(days=1), value.end_time, timezone)
        if ends_at - starts_at > LONGEST_NIGHT:
            form.add_error("end_time", gettext(request, N_("La fin doit venir après le début.")))
            return None
    if value.places is not None and not value.registration:
        form.add_error("places", gettext(request, N_("Cochez « Sur inscription » pour compter les places.")))
        return None
    return EventDraft(
        title=value.title,
        summary=value.summary,
        description=value.description,
        theme=value.theme,
        place_name=value.place_name,
        starts_at=starts_at,
        ends_at=ends_at,
        registration=value.registration,
        places=value.places,
        lat=value.lat,
        lon=value.lon,
        access=value.access,
    )


def recurrence_of(request: Any, form: Form[EventInput]) -> Recurrence | None:
    """How a valid form recurs, None for once; what is missing or unreadable is objected to beside its field."""
    value = form.value
    if not value.every:
        return None
    if value.until is None:
        form.add_error("until", gettext(request, N_("Ce champ est obligatoire.")))
        return None
    days = days_of(value.except_days)
    if days is None:
        form.add_error(
            "except_days", gettext(request, N_("Écrivez des jours comme 24/12/2026, séparés par des virgules."))
        )
        return None
    return Recurrence(value.every, value.until, days)


def days_of(text: str) -> frozenset[date] | None:
    """Days written in French or ISO order, between commas, semicolons or spaces; None when one cannot be read."""
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    if len(words) > MOST_EXCEPTIONS:
        return None
    found = set()
    for word in words:
        parts = _DAY.fullmatch(word)
        if parts is None:
            return None
        day, month, year = (parts[1], parts[2], parts[3]) if parts[1] else (parts[6], parts[5], parts[4])
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            return None
    return frozenset(found)


def filled(draft: EventDraft, version: int, timezone: ZoneInfo) -> dict[str, Any]:
    """The form's values for an event that exists."""
    starts_at, ends_at = draft.starts_at.astimezone(timezone), draft.ends_at.astimezone(timezone)
    texts = ("title", "summary", "description", "theme", "place_name", "lat", "lon", "access", "registration", "places")
    values: dict[str, Any] = {name: getattr(draft, name) for name in texts}
    values |= {"day": starts_at.date(), "start_time": starts_at.time(), "end_time": ends_at.time()}
    if ends_at.date() != starts_at.date():
        values["end_day"] = ends_at.date()
    return {**values, "version": version, "scope": "one"}


class StepInput(BaseModel):
    """For which dates a step is, and why an event will not take place."""

    reason: str = Field("", max_length=500)
    scope: Literal["one", "following"] = "one"


class CardInput(BaseModel):
    """A card shown at the door: typed, or read by the camera (then it says whose host it is)."""

    code: str = Field(min_length=1, max_length=400)


class ListInput(BaseModel):
    """Who is ticked on the list."""

    registration: list[str] = Field(default_factory=list, max_length=MOST_AT_ONCE)


def theme_options() -> list[tuple[str, str]]:
    """(key, French label) of all themes."""
    return [(theme.key, theme.label) for theme in themes.THEMES]
