"""The dates of series, against the rules of RFC 5545 as another library computes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MO, MONTHLY, WEEKLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from node.core.errors import Invalid
from node.modules.events import recurring
from node.modules.events.recurring import EVERY, MOST_DATES, Every, Recurrence, dates, moved_to

PARIS = ZoneInfo("Europe/Paris")
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def expected(first: date, every: Every, until: date) -> list[date]:
    start, end = datetime.combine(first, datetime.min.time()), datetime.combine(until, datetime.min.time())
    if every in ("week", "fortnight"):
        rule = rrule(WEEKLY, interval=1 if every == "week" else 2, dtstart=start, until=end)
    elif every == "month-day":
        rule = rrule(MONTHLY, bymonthday=first.day, dtstart=start, until=end)
    else:
        weekday = MO.__class__(first.weekday())((first.day - 1) // 7 + 1)
        rule = rrule(MONTHLY, byweekday=weekday, dtstart=start, until=end)
    return [moment.date() for moment in rule]


@given(days, st.sampled_from(EVERY), st.integers(0, 400), st.sets(st.integers(0, 60), max_size=5))
@settings(max_examples=80, deadline=None)
def test_the_same_days_as_the_standard_without_the_exceptions(
    first: date, every: Every, span: int, left_out: set[int]
) -> None:
    until = first + timedelta(days=span)
    whole = expected(first, every, until)
    exceptions = frozenset(day for number, day in enumerate(whole) if number in left_out)
    kept = [day for day in whole if day not in exceptions]
    rule = Recurrence(every, until, exceptions)
    if not kept or len(kept) > MOST_DATES:
        with pytest.raises(Invalid):
            dates(first, rule)
    else:
        assert list(dates(first, rule)) == kept


@pytest.mark.parametrize(
    ("first", "until", "every", "exceptions", "key", "field"),
    [
        (date(2026, 12, 5), date(2026, 12, 4), "week", (), "until-before-start", "until"),
        (date(2026, 1, 1), date(2027, 4, 1), "week", (), "too-many-dates", "until"),
        (date(2026, 1, 1), date(9999, 12, 31), "month-day", (), "too-far", "until"),
        (date(2026, 12, 5), date(2026, 12, 6), "week", (date(2026, 12, 5),), "no-date", "except_days"),
    ],
)
def test_what_makes_no_series(
    first: date, until: date, every: Every, exceptions: tuple[date, ...], key: str, field: str
) -> None:
    with pytest.raises(Invalid, match=key) as caught:
        dates(first, Recurrence(every, until, frozenset(exceptions)))
    assert caught.value.field == field


def test_months_without_such_a_day_are_left_out() -> None:
    found = dates(date(2026, 8, 31), Recurrence("month-day", date(2027, 3, 31)))
    assert [day.month for day in found] == [8, 10, 12, 1, 3]
    fifth = dates(date(2026, 8, 29), Recurrence("month-weekday", date(2026, 12, 31)))
    assert fifth == (date(2026, 8, 29), date(2026, 10, 31))


@given(days, days, st.times(), st.integers(1, 40 * 60))
@settings(max_examples=80, deadline=None)
def test_the_hours_stay_on_the_clock_of_the_commune(first: date, other: date, at: object, minutes: int) -> None:
    start = datetime.combine(first, at, PARIS).astimezone(UTC)  # type: ignore[arg-type]  # a time, says the strategy
    end = start + timedelta(minutes=minutes)
    moved_start, moved_end = moved_to(other, start, end, PARIS)
    assert moved_end > moved_start
    local = moved_start.astimezone(PARIS)
    assert local.date() == other
    skipped = datetime.combine(other, start.astimezone(PARIS).time(), PARIS).astimezone(UTC).astimezone(PARIS)
    assert local.time() == skipped.time()


def test_seven_in_the_evening_in_summer_and_in_winter() -> None:
    summer = datetime(2026, 7, 1, 17, 0, tzinfo=UTC)
    start, end = moved_to(date(2026, 12, 2), summer, summer + timedelta(hours=5), PARIS)
    assert (start, end) == (datetime(2026, 12, 2, 18, 0, tzinfo=UTC), datetime(2026, 12, 2, 23, 0, tzinfo=UTC))


def test_the_bound_is_what_the_page_says() -> None:
    first = date(2026, 1, 1)
    whole = Recurrence("week", first + timedelta(weeks=MOST_DATES - 1))
    assert len(dates(first, whole)) == MOST_DATES
    assert timedelta(weeks=MOST_DATES) < recurring.LONGEST
