"""The order of a draw: the same for everybody, a shuffle, and fair."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError
from protocols.gold.drawing import Walk, below, numbers, order, seed_of
from protocols.gold.entries import Entry, path_of, root_of
from protocols.honour.merkle import is_included
from tests.protocols.gold.draws import entries

SEEDS = st.binary(min_size=64, max_size=64)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 300))
def test_the_order_holds_everybody_once(seed: bytes, count: int) -> None:
    found = list(order(seed, count))
    assert sorted(found) == list(range(count))
    assert found == list(order(seed, count))
    assert list(islice(order(seed, count), 3)) == found[:3]


def test_each_place_is_as_likely_as_the_others() -> None:
    """Chi-squared with 4 degrees of freedom: 18.5 is passed once in a thousand."""
    rounds = 2_000
    first = Counter(next(order(number.to_bytes(64, "big"), 5)) for number in range(rounds))
    assert sum((first[place] - rounds / 5) ** 2 / (rounds / 5) for place in range(5)) < 18.5


def test_numbers_that_would_favour_somebody_are_thrown_away() -> None:
    assert below(iter([2**64 - 1, 7]), 3) == 1  # 2^64 - 1 lies past the last full multiple of 3
    assert below(iter([2**64 - 2, 7]), 3) == 2


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 8), st.integers(1, 4), st.data())
def test_nobody_wins_twice_and_nobody_struck_wins(seed: bytes, people: int, each: int, data: st.DataObject) -> None:
    listed = entries(people, each)
    struck = set(data.draw(st.lists(st.sampled_from([one.reference for one in listed]), unique=True)))
    walk = Walk(seed, listed, struck)
    won: list[Entry] = []
    while (entry := walk.next()) is not None:
        won.append(entry)
    assert len({one.holder for one in won}) == len(won)
    assert {one.holder for one in won} == {one.holder for one in listed if one.reference not in struck}
    assert not struck & {one.reference for one in won}
    assert set(walk.passed) == struck


def test_a_missing_answer_makes_another_seed_than_any_answer() -> None:
    alpha, output = bytes(32), bytes(64)
    seeds = {seed_of(alpha, outputs) for outputs in ([output], [None], [output, None], [None, output], [])}
    assert len(seeds) == 5
    with pytest.raises(LocalProtocolError):
        seed_of(alpha, [b"short"])


def test_numbers_go_on_for_ever() -> None:
    assert len(set(islice(numbers(bytes(64)), 100))) == 100


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.data())
def test_an_entry_is_proved_to_stand_under_the_root(people: int, data: st.DataObject) -> None:
    listed = entries(people, 1)
    index = data.draw(st.integers(0, people - 1))
    path, root = path_of(listed, index), root_of(listed)
    assert is_included(listed[index].leaf, index, people, path, root)
    assert not is_included(Entry("0" * 64, listed[index].holder).leaf, index, people, path, root)
