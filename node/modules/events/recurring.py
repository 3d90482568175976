"""The dates of a series: weekly, fortnightly or monthly, bounded, with exceptions. Pure, on local days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from node.core.errors import Invalid

Every = Literal["week", "fortnight", "month-day", "month-weekday"]
EVERY: tuple[Every, ...] = get_args(Every)
MOST_DATES = 60
MOST_EXCEPTIONS = 60
LONGEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`until` is the last day it may fall on; on `except_days` it does not take place. month-day: the same day of each
    month ("the 15th"), month-weekday: the same weekday of the same week of it ("the second Saturday"); months that have
    no such day are left out."""

    every: Every
    until: date
    except_days: frozenset[date] = frozenset()


def dates(first: date, rule: Recurrence) -> tuple[date, ...]:
    """The days of a series that begins on `first`, in order.

    Raises Invalid with the field at fault: `until` before the first day, more than `MOST_DATES` days, or none left.
    """
    if rule.until < first:
        raise Invalid("events.until-before-start", field="until")
    if rule.until - first > LONGEST:
        raise Invalid("events.too-far", field="until")
    found = []
    for day in _days(first, rule.every):
        if day > rule.until:
            break
        if day not in rule.except_days:
            found.append(day)
            if len(found) > MOST_DATES:
                raise Invalid("events.too-many-dates", field="until", limit=MOST_DATES)
    if not found:
        raise Invalid("events.no-date", field="except_days")
    return tuple(found)


def _days(first: date, every: Every) -> Iterator[date]:
    if every in ("week", "fortnight"):
        step = timedelta(weeks=1 if every == "week" else 2)
        day = first
        while True:
            yield day
            day += step
    for months in range(LONGEST.days // 28 + 1):
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        day_or_none = _in_month(first, year, month + 1, every)
        if day_or_none is not None:
            yield day_or_none


def _in_month(first: date, year: int, month: int, every: Every) -> date | None:
    """The day of that month that corresponds to the first one."""
    try:
        if every == "month-day":
            return date(year, month, first.day)
        week = (first.day - 1) // 7
        start = date(year, month, 1)
        return start.replace(day=1 + (first.weekday() - start.weekday()) % 7 + 7 * week)
    except ValueError:
        return None


def moved_to(day: date, starts_at: datetime, ends_at: datetime, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """The same hours on the commune's clock, on another day: what begins at seven still does when the clocks change."""
    local_start, local_end = starts_at.astimezone(timezone), ends_at.astimezone(timezone)
    nights = local_end.date() - local_start.date()
    start = datetime.combine(day, local_start.time(), timezone).astimezone(UTC)
    end = datetime.combine(day + nights, local_end.time(), timezone).astimezone(UTC)
    return start, end if end > start else start + (ends_at - starts_at)  # within the hour that the clocks skip
