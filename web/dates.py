"""Dates and times as people read them, in the tenant's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Literal

from babel.dates import format_date, format_timedelta

from web.scope import current
from web.typography import NBSP

Length = Literal["short", "medium", "long", "full", "weekday", "weekday-short", "month"]

_PARTS = {"weekday": "EEEE", "weekday-short": "EEE", "month": "MMMM y"}
_PATTERNS: dict[str, dict[str, str]] = {
    # weekday, month: parts of a day, for a calendar sheet
    # short: without a year, for cards; medium: without a year, with the weekday; long: with the year; full: everything
    "fr": {"short": "d MMM", "medium": "EEEE d MMMM", "long": "d MMMM y", "full": "EEEE d MMMM y", **_PARTS},
    "en": {"short": "d MMM", "medium": "EEEE d MMMM", "long": "d MMMM y", "full": "EEEE d MMMM y", **_PARTS},
}


def local(moment: datetime) -> datetime:
    """The moment on the commune's clocks; naive times are taken as UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(current().timezone)


def day(value: date | datetime | None, length: Length = "long") -> str:
    """A day: "29 novembre 2026"; length short "29 nov.", medium "samedi 29 novembre", full with both."""
    if value is None:
        return "–"
    locale = current().locale
    shown = local(value).date() if isinstance(value, datetime) else value
    text = format_date(shown, _PATTERNS[locale][length], locale="en_GB" if locale == "en" else "fr")
    if locale == "fr" and shown.day == 1 and length not in _PARTS:
        text = text.replace("1 ", "1er ", 1)
    return text


def clock(value: datetime | time | None) -> str:
    """A time of day: "9 h", "9 h 30" in French, "9:30 am" in English."""
    if value is None:
        return "–"
    moment = local(value).time() if isinstance(value, datetime) else value
    if current().locale == "fr":
        return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02d}" if moment.minute else "")
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{hour}{minutes}{NBSP}{'am' if moment.hour < 12 else 'pm'}"


def day_and_time(value: datetime | None, length: Length = "medium") -> str:
    """Both: "samedi 29 novembre, 9 h"."""
    return "–" if value is None else f"{day(value, length)}, {clock(value)}"


def day_range(start: datetime | None, end: datetime | None, length: Length = "medium") -> str:
    """From–to: "samedi 29 novembre, 9 h – 12 h"; over several days both days are said."""
    if start is None or end is None:
        return day_and_time(start or end, length)
    if local(start).date() == local(end).date():
        return f"{day_and_time(start, length)} – {clock(end)}"
    return f"{day_and_time(start, length)} – {day_and_time(end, length)}"


def relative(value: datetime, now: datetime) -> str:
    """How long from ``now``: "dans 3 jours", "il y a 2 heures"."""
    return format_timedelta(value - now, add_direction=True, locale=current().locale)


def machine(value: date | datetime) -> str:
    """For ``<time datetime>``: ISO 8601."""
    return value.isoformat()
