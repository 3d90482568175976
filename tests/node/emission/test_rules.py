"""Limits, lots and small numbers: pure."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.emission import rules
from node.emission.rules import Cell, Reduced


def test_periods_begin_on_local_days() -> None:
    sunday = date(2026, 11, 1)
    assert rules.begins("week", sunday) == date(2026, 10, 26)
    assert rules.begins("month", sunday) == sunday
    assert rules.begins("year", sunday) == date(2026, 1, 1)
    assert rules.month_before(date(2027, 1, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert rules.last_of_month(date(2028, 2, 1)) == date(2028, 2, 29)


def test_the_tightest_limit_gives_the_reason() -> None:
    assert rules.reduced(10, []) == Reduced(10, "")
    assert rules.reduced(10, [("week", 10)]) == Reduced(10, "")
    assert rules.reduced(10, [("scale", 8), ("week", 3), ("month", 5)]) == Reduced(3, "week")
    assert rules.reduced(10, [("month", -4)]) == Reduced(0, "month")


@pytest.mark.parametrize(("minutes", "tokens"), [(0, 4), (29, 4), (60, 4), (89, 4), (90, 8), (180, 12)])
def test_hours_are_rounded_to_the_nearest(minutes: int, tokens: int) -> None:
    assert rules.worth("hour", 4, minutes) == tokens
    assert rules.worth("action", 4, minutes) == 4


def test_districts_as_somebody_types_them() -> None:
    assert rules.districts_of(" Centre ;Canal;; Centre\nCoteaux  du Nord; ") == ("Centre", "Canal", "Coteaux du Nord")


def test_the_draw_can_be_drawn_again_by_hand() -> None:
    ids = [f"mission:{number}" for number in range(40)]
    by_hand = sorted(ids, key=lambda own: sha256(b"seed\n" + own.encode()).hexdigest())
    assert rules.drawn("seed", reversed(ids), 5) == tuple(by_hand[:2])
    assert len(rules.drawn("seed", ids, 1)) == 1
    assert rules.drawn("seed", ids, 0) == rules.drawn("seed", [], 100) == ()
    assert len(rules.drawn("seed", map(str, range(400)), 100)) == rules.MOST_AUDITS
    assert rules.drawn("seed", ids, 20) != rules.drawn("other", ids, 20)


def who(*numbers: int) -> frozenset[str]:
    return frozenset(map(str, numbers))


def test_small_cells_are_put_together_with_the_next() -> None:
    cells = {"pool": (who(*range(9)), 90), "library": (who(*range(6)), 60), "theatre": (who(1, 2), 20)}
    assert rules.protected(cells) == (Cell("pool", 9, 90), Cell("", 6, 80))
    cells["theatre"] = (who(11, 12, 13, 14, 15), 20)
    assert rules.protected(cells) == (Cell("pool", 9, 90), Cell("library", 6, 60), Cell("theatre", 5, 20))
    assert rules.protected({"pool": (who(1, 2, 3), 7), "library": (who(2, 3, 4), 7)}) == ()
    assert rules.protected({}) == ()


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.text("abc", min_size=1), st.tuples(st.frozensets(st.text("xyz", max_size=3)), st.integers(0, 50))
    )
)
def test_no_cell_is_about_fewer_than_five_and_the_sum_stays(cells: dict[str, tuple[frozenset[str], int]]) -> None:
    shown = rules.protected(cells)
    assert all(cell.people >= rules.FEWEST_PEOPLE for cell in shown)
    if shown:
        assert sum(cell.tokens for cell in shown) == sum(amount for _who, amount in cells.values())


def test_what_came_back_is_awarded_first() -> None:
    assert rules.recirculated([(100, 0, 0, 30), (0, 0, 20, 10)]) == (10, 70)
    assert rules.recirculated([(100, 0, 0, 30), (0, 0, 20, 25)]) == (0, 65)
    assert rules.recirculated([(100, 0, 0, 100), (0, 0, 50, 0), (0, 20, 0, 0)]) == (30, 0)
