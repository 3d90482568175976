"""Netting a grouping: sums preserved, never more than n − 1 transfers, and the fewest for small groupings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError
from protocols.honour.netting import EXACT, Debt, Transfer, balances, net

NAMES = [f"https://{letter}.example/actor" for letter in "abcdefghijklmnopqrstuvwxyz"]


@st.composite
def debts(draw: st.DrawFn, most: int = 8, amount: int = 6) -> list[Debt]:
    names = NAMES[: draw(st.integers(2, most))]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names), st.integers(1, amount))
    return [Debt(*one) for one in draw(st.lists(pairs, max_size=30)) if one[0] != one[1]]


def after(found: list[Debt], transfers: tuple[Transfer, ...]) -> dict[str, int]:
    left = balances(found)
    for one in transfers:
        left[one.payer] = left.get(one.payer, 0) + one.amount
        left[one.payee] = left.get(one.payee, 0) - one.amount
    return {party: sum_ for party, sum_ in left.items() if sum_}


@settings(max_examples=80, deadline=None)
@given(debts(most=20, amount=1000))
def test_everything_is_settled_in_fewer_transfers_than_parties(found: list[Debt]) -> None:
    transfers, owed = net(found), balances(found)
    assert after(found, transfers) == {}
    assert len(transfers) <= max(0, len(owed) - 1)
    assert all(one.amount > 0 for one in transfers)
    assert {one.payer for one in transfers} == {party for party, sum_ in owed.items() if sum_ < 0}
    assert {one.payee for one in transfers} == {party for party, sum_ in owed.items() if sum_ > 0}


@settings(max_examples=60, deadline=None)
@given(debts(most=7))
def test_they_are_the_fewest(found: list[Debt]) -> None:
    owed = list(balances(found).values())
    groups = max((len(each) for each in partitions(list(range(len(owed)))) if whole(each, owed)), default=0)
    assert len(net(found)) == len(owed) - groups


def whole(groups: list[list[int]], owed: list[int]) -> bool:
    return all(sum(owed[one] for one in group) == 0 for group in groups)


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Every way to divide a few things into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield [[first], *smaller]
        for position, group in enumerate(smaller):
            yield [*smaller[:position], [first, *group], *smaller[position + 1 :]]


def test_the_order_in_which_statements_come_changes_nothing() -> None:
    found = [Debt(NAMES[one], NAMES[(one * 7 + 3) % 12], one + 1) for one in range(12) if one != (one * 7 + 3) % 12]
    assert net(found) == net(reversed(found))


def test_a_ring_of_equal_debts_needs_no_transfer() -> None:
    assert net(Debt(NAMES[one], NAMES[(one + 1) % 20], 50) for one in range(20)) == ()


def test_beyond_the_exact_pairs_that_cancel_pay_each_other() -> None:
    count = EXACT + 6
    found = [Debt(NAMES[one], NAMES[one + 1], 3 + one) for one in range(0, count, 2)]
    assert len(net(found)) == count // 2


def test_what_is_no_debt_is_refused() -> None:
    for debt in (Debt("a", "a", 3), Debt("a", "b", 0)):
        with pytest.raises(LocalProtocolError):
            net([debt])
    with pytest.raises(LocalProtocolError):
        net(Debt(f"a{one}", f"b{one}", 1) for one in range(201))
