"""Awards, payments, refunds, corrections, moves: what each does and what each refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from node.core.errors import DomainError
from node.core.unit import Unit
from node.ledger import public as ledger
from node.ledger.events import TokensAwarded, TokensExpired, TokensRefunded, TokensSpent

MAY = date(2027, 5, 23)


def refused(key: str, call: Callable[[], Any]) -> DomainError:
    """The refusal of `call`, which must be `key`."""
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.key == key
    return caught.value


@pytest.fixture(autouse=True)
def _books_add_up(unit: Unit) -> Any:
    yield
    assert ledger.verify(unit) == []


def test_an_award_makes_a_lot_of_six_months(unit: Unit, wallet: str) -> None:
    posted = ledger.award(unit, "a", wallet, 30, {"action": "brocante"})
    assert posted == ledger.Posted("a", 30, ((MAY, 30),))
    ledger.award(unit, "b", wallet, 12, {})
    ledger.award(unit, "c", wallet, 5, {}, funder="region")
    found = ledger.balance(unit, wallet)
    assert (found.total, found.available, found.held) == (47, 47, 0)
    assert [(lot.expiry_day, lot.funder, lot.amount) for lot in found.lots] == [(MAY, "", 42), (MAY, "region", 5)]


def test_an_award_never_exceeds_the_treasury(unit: Unit, wallet: str) -> None:
    error = refused("ledger.treasury-short", lambda: ledger.award(unit, "a", wallet, 1_001, {}))
    assert error.params == {"missing": 1}
    assert ledger.find_transfer(unit, "a") is None, "a refusal that is caught leaves nothing behind"
    assert ledger.award(unit, "a", wallet, 1_000, {}).amount == 1_000
    assert ledger.supply(unit).treasury == 0
    assert refused("ledger.treasury-short", lambda: ledger.award(unit, "b", wallet, 1, {})).params == {"missing": 1}


def test_nothing_was_minted_yet(unit: Unit) -> None:
    wallet = ledger.open_wallet(unit, "lea")
    assert refused("ledger.treasury-short", lambda: ledger.award(unit, "a", wallet, 7, {})).params == {"missing": 7}


def test_spent_tokens_are_awarded_again(unit: Unit, wallet: str) -> None:
    for number in range(30):
        ledger.award(unit, f"a{number}", wallet, 600, {})
        ledger.spend(unit, f"s{number}", wallet, 600, memo={})
    assert ledger.supply(unit).treasury == 1_000
    assert ledger.supply(unit).spent == 18_000


def test_a_payment_takes_the_earliest_day_first(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    unit.now += timedelta(days=3)
    ledger.award(unit, "b", wallet, 10, {})
    paid = ledger.spend(unit, "s", wallet, 14, memo={"offer": "piscine"})
    assert paid.lots == ((MAY, 10), (MAY + timedelta(days=3), 4))
    assert refused("ledger.short", lambda: ledger.spend(unit, "t", wallet, 9, memo={})).params == {"missing": 3}


@pytest.mark.parametrize("call", ["mint", "destroy", "award", "spend", "refund", "correct", "move", "hold", "commit"])
def test_the_same_id_gives_the_first_result(unit: Unit, wallet: str, call: str) -> None:
    owed = ledger.open_owed(unit, "ramonville.localhost:8000")
    ledger.award(unit, "first", wallet, 100, {})
    ledger.spend(unit, "paid", wallet, 20, to=owed, memo={})
    ledger.hold(unit, "held", wallet, 5, until=unit.now + timedelta(hours=1), memo={})
    until = unit.now + timedelta(hours=1)

    def ask(memo: str) -> object:
        note = {"note": memo}
        calls: dict[str, Callable[[], object]] = {
            "mint": lambda: ledger.mint(unit, "x", 10, note),
            "destroy": lambda: ledger.destroy(unit, "x", 900, note),
            "award": lambda: ledger.award(unit, "x", wallet, 900, note),
            "spend": lambda: ledger.spend(unit, "x", wallet, 75, memo=note),
            "refund": lambda: ledger.refund(unit, "x", "paid", 20, note),
            "correct": lambda: ledger.correct(unit, "x", "first", note),
            "move": lambda: ledger.transfer_between(unit, "x", owed, ledger.TREASURY, 20, note),
            "hold": lambda: ledger.hold(unit, "x", wallet, 75, until=until, memo=note),
            "commit": lambda: ledger.commit_hold(unit, "x", "held", memo=note),
        }
        return calls[call]()

    told: list[object] = []
    types = (TokensAwarded, TokensSpent, TokensRefunded, TokensExpired)
    unit.subscribers = {kind: (lambda _unit, event: told.append(event),) for kind in types}
    first = ask("one")
    before, events = ledger.supply(unit), len(told)
    assert ask("one") == first
    refused("ledger.conflict", lambda: ask("two"))
    assert (ledger.supply(unit), len(told)) == (before, events)


def test_an_id_serves_one_transfer_only(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "x", wallet, 10, {})
    refused("ledger.conflict", lambda: ledger.spend(unit, "x", wallet, 10, memo={}))
    refused("ledger.conflict", lambda: ledger.spend(unit, "x", wallet, 999, memo={}))
    refused("ledger.conflict", lambda: ledger.mint(unit, "x", 10, {}))


def test_refunds_have_ids_of_their_own_and_stay_within_the_payment(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    unit.now += timedelta(days=3)
    ledger.award(unit, "b", wallet, 10, {})
    ledger.spend(unit, "s", wallet, 15, memo={})
    assert ledger.refund(unit, "r1", "s", 6).lots == ((MAY, 1), (MAY + timedelta(days=3), 5))
    error = refused("ledger.refund-too-much", lambda: ledger.refund(unit, "r2", "s", 10))
    assert error.params == {"left": 9}
    assert ledger.refund(unit, "r2", "s", 9).lots == ((MAY, 9),)
    assert ledger.balance(unit, wallet).total == 20
    refused("ledger.not-a-payment", lambda: ledger.refund(unit, "r3", "a", 1))
    refused("ledger.not-a-payment", lambda: ledger.refund(unit, "r3", "r1", 1))
    refused("ledger.transfer-unknown", lambda: ledger.refund(unit, "r3", "never", 1))


def test_a_late_refund_has_a_small_grace(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    ledger.spend(unit, "s", wallet, 10, memo={})
    unit.now += timedelta(days=300)
    assert ledger.refund(unit, "r", "s", 4).lots == ((unit.today + timedelta(days=7), 4),)


def test_a_refund_comes_from_where_the_payment_went(unit: Unit, wallet: str) -> None:
    owed = ledger.open_owed(unit, "ramonville.localhost:8000")
    ledger.award(unit, "a", wallet, 20, {})
    ledger.spend(unit, "s", wallet, 20, to=owed, memo={})
    ledger.refund(unit, "r1", "s", 5)
    assert ledger.balance(unit, owed).total == 15
    ledger.transfer_between(unit, "m", owed, ledger.TREASURY, 15, {"statement": "2026-11"})
    ledger.refund(unit, "r2", "s", 5)
    assert (ledger.balance(unit, owed).total, ledger.supply(unit).treasury) == (0, 990)


def test_moves_between_the_commune_s_own_accounts(unit: Unit, wallet: str) -> None:
    owed, suspense = ledger.open_owed(unit, "a.localhost"), ledger.open_account(unit, "suspense", "a.localhost")
    ledger.award(unit, "a", wallet, 20, {})
    ledger.spend(unit, "s", wallet, 20, to=owed, memo={})
    ledger.transfer_between(unit, "m", owed, suspense, 12, {})
    short = refused("ledger.short", lambda: ledger.transfer_between(unit, "n", owed, ledger.TREASURY, 9, {}))
    assert short.params == {"missing": 1}
    refused("ledger.account-kind", lambda: ledger.transfer_between(unit, "n", wallet, owed, 1, {}))
    refused("ledger.account-kind", lambda: ledger.transfer_between(unit, "n", owed, owed, 1, {}))
    refused("ledger.treasury-short", lambda: ledger.transfer_between(unit, "n", ledger.TREASURY, owed, 981, {}))
    assert ledger.transfer_between(unit, "n", ledger.TREASURY, owed, 2, {}).amount == 2
    assert ledger.supply(unit).owed == 22


def test_a_revoked_action_takes_back_what_is_left(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    unit.now += timedelta(days=3)
    ledger.award(unit, "b", wallet, 10, {})
    ledger.spend(unit, "s", wallet, 4, memo={})
    ledger.hold(unit, "h", wallet, 5, until=unit.now + timedelta(hours=1), memo={})
    assert ledger.correct(unit, "c", "b", {}).lots == ((MAY + timedelta(days=3), 10),)
    refused("ledger.already-corrected", lambda: ledger.correct(unit, "d", "b", {}))
    assert ledger.correct(unit, "e", "a", {}).amount == 1, "the rest is spent or held"
    refused("ledger.not-an-award", lambda: ledger.correct(unit, "f", "s", {}))
    refused("ledger.transfer-unknown", lambda: ledger.correct(unit, "f", "never", {}))


def test_a_correction_of_spent_tokens_takes_none_and_says_so(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    ledger.spend(unit, "s", wallet, 10, memo={})
    assert ledger.correct(unit, "c", "a", {}) == ledger.correct(unit, "c", "a", {}) == ledger.Posted("c", 0)


def test_gold_is_counted_apart(unit: Unit, wallet: str) -> None:
    ledger.mint(unit, "gold", 5, {}, cls="gold")
    ledger.award(unit, "g", wallet, 2, {}, cls="gold")
    assert (ledger.balance(unit, wallet).total, ledger.balance(unit, wallet, cls="gold").total) == (0, 2)
    assert refused("ledger.short", lambda: ledger.spend(unit, "s", wallet, 1, memo={})).params == {"missing": 1}
    ledger.spend(unit, "s", wallet, 2, memo={}, cls="gold")
    assert ledger.supply(unit, cls="gold").treasury == 5
    refused("ledger.class", lambda: ledger.award(unit, "x", wallet, 1, {}, cls="silver"))


def test_accounts_of_the_wrong_kind(unit: Unit, wallet: str) -> None:
    owed = ledger.open_owed(unit, "a.localhost")
    refused("ledger.account-kind", lambda: ledger.award(unit, "x", owed, 1, {}))
    refused("ledger.account-kind", lambda: ledger.spend(unit, "x", owed, 1, memo={}))
    refused("ledger.account-kind", lambda: ledger.spend(unit, "x", wallet, 1, to=wallet, memo={}))
    refused("ledger.account-unknown", lambda: ledger.award(unit, "x", "nobody", 1, {}))
    refused("ledger.account-unknown", lambda: ledger.spend(unit, "x", "nobody", 1, memo={}))
    refused("ledger.account-unknown", lambda: ledger.spend(unit, "x", wallet, 1, to="nobody", memo={}))
    refused("ledger.account-unknown", lambda: ledger.balance(unit, "nobody"))
    refused("ledger.account-kind", lambda: ledger.open_account(unit, "treasury", "x"))


def test_accounts_are_opened_once(unit: Unit) -> None:
    wallet = ledger.open_wallet(unit, "lea")
    assert ledger.open_wallet(unit, "lea") == wallet == ledger.wallet_of(unit, "lea")
    assert ledger.open_account(unit, "visitor", "lea") != wallet
    assert ledger.account(unit, wallet) == ledger.Account(wallet, "wallet", "lea")
    assert ledger.wallet_of(unit, "max") is None


def test_history_is_read_in_pages(unit: Unit, wallet: str) -> None:
    for number in range(7):
        unit.now += timedelta(minutes=number % 2)
        ledger.award(unit, f"a{number}", wallet, number + 1, {"number": number})
    ledger.spend(unit, "s", wallet, 3, memo={"offer": "piscine"})
    pages, before = [], None
    while page := ledger.history(unit, wallet, limit=3, before=before):
        pages += [line.transfer_id for line in page]
        before = page[-1].transfer_id
    assert sorted(pages) == sorted(["s", *(f"a{n}" for n in range(7))])
    lines = [ledger.find_transfer(unit, transfer_id) for transfer_id in pages]
    moments = [(line.at, line.transfer_id) for line in lines if line]
    assert moments == sorted(moments, reverse=True)
    last = ledger.find_transfer(unit, "s")
    assert last is not None
    assert (last.kind, last.amount, last.memo, last.lots) == ("spend", -3, {"offer": "piscine"}, ((MAY, 3),))
    refused("ledger.transfer-unknown", lambda: ledger.history(unit, wallet, before="never"))


def test_events_tell_what_happened(unit: Unit, wallet: str) -> None:
    told: list[object] = []
    types = (TokensAwarded, TokensSpent, TokensRefunded, TokensExpired)
    unit.subscribers = {kind: (lambda _unit, event: told.append(event),) for kind in types}
    ledger.award(unit, "a", wallet, 10, {"action": "x"})
    ledger.spend(unit, "s", wallet, 4, memo={"offer": "y"})
    ledger.refund(unit, "r", "s", 1)
    unit.now += timedelta(days=200)
    ledger.sweep(unit)
    assert told[:3] == [
        TokensAwarded("a", wallet, "lea", 10, "token", ((MAY, 10),), {"action": "x"}),
        TokensSpent("s", wallet, "lea", 4, "treasury", ((MAY, 4),), {"offer": "y"}),
        TokensRefunded("r", "s", wallet, "lea", 1, ((MAY, 1),)),
    ]
    [expired] = told[3:]
    assert isinstance(expired, TokensExpired)
    assert (expired.owner_id, expired.amount, expired.day) == ("lea", 7, MAY)
