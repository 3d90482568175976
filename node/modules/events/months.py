"""One month of the agenda: which of its days have something, and what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from node.core.unit import Unit
from node.modules.events import reading
from node.modules.events.reading import EventCard, Filters

MOST = 500
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """What begins on a local day; what began before the first day shown stands there."""

    day: date
    cards: tuple[EventCard, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """`days`: those with something, in order. `weeks`: the days of the calendar sheet, Monday first, whole weeks.
    `before` and `after` are the first days of the months beside it, None at the end of the calendar."""

    first: date
    weeks: tuple[tuple[date, ...], ...]
    days: tuple[Day, ...]
    before: date | None
    after: date | None

    @property
    def counts(self) -> dict[date, int]:
        """Day → how many events begin on it."""
        return {day.day: len(day.cards) for day in self.days}


def month(unit: Unit, first: date, filters: Filters) -> Month:
    """The month that begins on `first`, past days included."""
    last = _next(first) - timedelta(days=1)
    span = replace(filters, day=first, until=last)
    over = reading.listing(unit, replace(span, past=True), limit=MOST).cards
    coming = reading.listing(unit, span, limit=MOST).cards
    cards = sorted({card.id: card for card in (*over, *coming)}.values(), key=lambda card: (card.starts_at, card.id))
    start = first - timedelta(days=first.weekday())
    weeks = -(-((last - start).days + 1) // 7)
    return Month(
        first=first,
        weeks=tuple(tuple(start + timedelta(days=7 * week + n) for n in range(7)) for week in range(weeks)),
        days=by_day(unit, cards, first),
        before=None if first <= FIRST else (first - timedelta(days=1)).replace(day=1),
        after=None if first >= LAST else _next(first),
    )


def by_day(unit: Unit, cards: Iterable[EventCard], earliest: date) -> tuple[Day, ...]:
    """Cards in order of time, under the local day on which each begins, but none before `earliest`."""

    def day_of(card: EventCard) -> date:
        return max(earliest, local_day(unit, card.starts_at))

    ordered = sorted(cards, key=lambda card: (day_of(card), card.starts_at, card.id))
    return tuple(Day(day, tuple(found)) for day, found in groupby(ordered, key=day_of))


def local_day(unit: Unit, moment: datetime) -> date:
    return unit.local(moment).date()


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def local_today(timezone: str, now: datetime) -> date:
    """The local date at an instant, for pages that have no unit."""
    return now.astimezone(ZoneInfo(timezone)).date()
