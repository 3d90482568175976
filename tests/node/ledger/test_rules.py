"""The pure rules, each as a property."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.errors import Invalid
from node.ledger import rules
from node.ledger.values import Lot, Portion
from protocols import jcs

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def lots(draw: st.DrawFn) -> list[Lot]:
    found = []
    for day, funder in draw(st.sets(st.tuples(DAYS, st.sampled_from(["", "region"])), max_size=8)):
        amount = draw(st.integers(0, 50))
        found.append(Lot("token", day, funder, amount, draw(st.integers(0, amount))))
    return found


@given(lots(), st.integers(1, 400), DAYS)
def test_a_payment_takes_what_is_valid_and_free_and_as_much_as_it_can(
    there: list[Lot], amount: int, today: date
) -> None:
    chosen = rules.choose(there, amount, today)
    free = {(lot.expiry_day, lot.funder): lot.free for lot in there if lot.expiry_day >= today}
    assert rules.total(chosen) == min(amount, sum(free.values()))
    for portion in chosen:
        assert 0 < portion.amount <= free[portion.expiry_day, portion.funder]


@given(lots(), st.integers(1, 400), DAYS)
def test_a_payment_leaves_nothing_that_expires_earlier(there: list[Lot], amount: int, today: date) -> None:
    chosen = rules.choose(there, amount, today)
    taken = {(p.expiry_day, p.funder): p.amount for p in chosen}
    for lot in there:
        key = (lot.expiry_day, lot.funder)
        if lot.expiry_day >= today and taken.get(key, 0) < lot.free:
            assert all(key >= other for other in taken), "a later lot was touched while an earlier one had tokens"


@given(lots(), st.integers(1, 400), DAYS, st.data())
def test_a_correction_takes_the_favoured_lot_first(there: list[Lot], amount: int, today: date, data: Any) -> None:
    if not there:
        return
    favoured = data.draw(st.sampled_from(there))
    chosen = rules.choose(there, amount, today, first=Portion("token", favoured.expiry_day, favoured.funder, 1))
    if favoured.free and favoured.expiry_day >= today:
        assert (chosen[0].expiry_day, chosen[0].funder) == (favoured.expiry_day, favoured.funder)


@given(DAYS, st.integers(1, 60))
def test_tokens_live_that_many_months(awarded: date, months: int) -> None:
    last = rules.expiry_day(awarded, months)
    assert (last.year - awarded.year) * 12 + last.month - awarded.month == months
    following = last + timedelta(days=1)
    assert last.day == awarded.day or (last.day < awarded.day and following.day == 1)


@pytest.mark.parametrize(
    ("awarded", "months", "last"),
    [
        (date(2026, 11, 23), 6, date(2027, 5, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_expiry_days(awarded: date, months: int, last: date) -> None:
    assert rules.expiry_day(awarded, months) == last


@given(DAYS, DAYS, st.integers(0, 60))
def test_a_refund_restores_the_day_but_for_the_grace(original: date, today: date, grace: int) -> None:
    day = rules.refund_day(original, today, grace)
    assert day >= today
    assert day == original or (day - today).days == grace
    assert day >= original


@st.composite
def portions(draw: st.DrawFn) -> list[Portion]:
    keys = draw(st.sets(st.tuples(DAYS, st.sampled_from(["", "region"])), min_size=1, max_size=6))
    return [Portion("token", day, funder, draw(st.integers(1, 30))) for day, funder in sorted(keys)]


@given(portions(), st.data(), DAYS, st.integers(0, 30))
def test_refunds_in_pieces_restore_what_one_refund_does(
    spent: list[Portion], data: Any, today: date, grace: int
) -> None:
    whole = rules.total(spent)
    cut = data.draw(st.integers(0, whole))
    pieces = (
        *rules.restored(spent, 0, cut, today, grace),
        *rules.restored(spent, cut, whole - cut, today, grace),
    )
    assert rules.merged(pieces) == rules.restored(spent, 0, whole, today, grace)
    assert rules.total(pieces) == whole


@given(st.integers(1, 10_000))
def test_shards_are_used_evenly(start: int) -> None:
    used = [rules.shard_of(f"transfer-{number}") for number in range(start, start + 2_000)]
    assert set(used) == set(rules.shard_ids())
    assert max(used.count(shard) for shard in rules.shard_ids()) < 4 * 2_000 / rules.SHARDS


MEMO = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    st.one_of(st.none(), st.booleans(), st.integers(-rules.SAFE_INTEGER, rules.SAFE_INTEGER), st.text(max_size=30)),
    max_size=6,
)


@given(MEMO)
def test_what_is_hashed_is_canonical_json(memo: dict[str, Any]) -> None:
    assert rules.canonical(memo).encode() == jcs.canonical(memo)
    assert rules.digest(memo) == jcs.digest(memo).hex()


@pytest.mark.parametrize(
    "memo",
    [
        {"Offer": "x"},
        {"": "x"},
        {"a": 1.5},
        {"a": float("nan")},
        {"a": [1]},
        {"a": {"b": 1}},
        {"a": 2**53},
        {"a": "\ud800"},
        {"a": "nul \0"},
        {"a": "x" * 2_001},
    ],
)
def test_memos_that_are_refused(memo: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"ledger\.memo"):
        rules.memo_text(memo)


@pytest.mark.parametrize("amount", [0, -1, 1_000_001, True, 1.0, "5", None])
def test_amounts_that_are_refused(amount: Any) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_amount(amount)
    assert (refused.value.key, refused.value.field, refused.value.params) == (
        "ledger.amount",
        "amount",
        {"limit": 1_000_000},
    )


@pytest.mark.parametrize("identifier", ["", " ", "a b", "é", "-a", "x" * 65, "a\n", None, 5])
def test_ids_that_are_refused(identifier: Any) -> None:
    with pytest.raises(Invalid, match=r"ledger\.id"):
        rules.check_id(identifier)
