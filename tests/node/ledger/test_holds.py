"""Holds: they lessen what is available at once, protect their lots and end once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from node.core.errors import DomainError
from node.core.unit import Unit
from node.ledger import public as ledger
from tests.node.ledger.test_payments import refused

MAY = date(2027, 5, 23)
HOUR = timedelta(hours=1)


@pytest.fixture
def held(unit: Unit, wallet: str) -> str:
    """Ten tokens, seven of them held for an hour."""
    ledger.award(unit, "a", wallet, 10, {})
    found = ledger.hold(unit, "h", wallet, 7, until=unit.now + HOUR, memo={"offer": "piscine"})
    assert (found.state, found.lots) == ("held", ((MAY, 7),))
    return wallet


def state(unit: Unit, hold_id: str = "h") -> str:
    found = ledger.find_hold(unit, hold_id)
    assert found is not None
    return found.state


def test_held_tokens_are_not_available(unit: Unit, held: str) -> None:
    found = ledger.balance(unit, held)
    assert (found.total, found.available, found.held) == (10, 3, 7)
    assert refused("ledger.short", lambda: ledger.spend(unit, "s", held, 4, memo={})).params == {"missing": 1}
    again = refused("ledger.short", lambda: ledger.hold(unit, "i", held, 4, until=unit.now + HOUR, memo={}))
    assert again.params == {"missing": 1}
    assert ledger.verify(unit) == []


def test_a_commit_pays_with_the_held_tokens(unit: Unit, held: str) -> None:
    ledger.spend(unit, "s", held, 3, memo={})
    assert ledger.commit_hold(unit, "c", "h", memo={}) == ledger.Posted("c", 7, ((MAY, 7),))
    assert state(unit) == "committed"
    assert ledger.balance(unit, held).total == 0
    refused("ledger.hold-over", lambda: ledger.commit_hold(unit, "d", "h", memo={}))
    assert ledger.release_hold(unit, "h").state == "committed"
    assert ledger.verify(unit) == []


def test_a_commit_of_less_frees_the_rest(unit: Unit, held: str) -> None:
    refused("ledger.amount", lambda: ledger.commit_hold(unit, "c", "h", memo={}, amount=8))
    ledger.commit_hold(unit, "c", "h", memo={}, amount=5)
    found = ledger.balance(unit, held)
    assert (found.total, found.available, found.held) == (5, 5, 0)
    assert ledger.refund(unit, "r", "c", 5).lots == ((MAY, 5),)
    assert ledger.verify(unit) == []


def test_a_released_hold_cannot_be_committed(unit: Unit, held: str) -> None:
    assert ledger.release_hold(unit, "h").state == "released"
    assert ledger.release_hold(unit, "h").state == "released"
    assert ledger.balance(unit, held).available == 10
    refused("ledger.hold-over", lambda: ledger.commit_hold(unit, "c", "h", memo={}))
    assert ledger.verify(unit) == []


def test_the_hold_ends_at_its_instant(unit: Unit, held: str) -> None:
    unit.now += HOUR - timedelta(microseconds=1)
    assert ledger.expire_holds(unit) == 0
    ends = unit.now + timedelta(microseconds=1)
    unit.now = ends
    refused("ledger.hold-over", lambda: ledger.commit_hold(unit, "c", "h", memo={}))
    assert ledger.balance(unit, held).held == 7, "only the job or a release frees it"
    assert ledger.expire_holds(unit) == 1
    assert ledger.expire_holds(unit) == 0
    assert (state(unit), ledger.balance(unit, held).available) == ("expired", 10)
    assert ledger.verify(unit) == []


def test_a_hold_protects_its_lots_from_midnight_and_sweep(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    ledger.hold(unit, "h", wallet, 7, until=unit.now + timedelta(days=200), memo={})
    unit.now += timedelta(days=190)
    found = ledger.balance(unit, wallet)
    assert (found.total, found.available, found.held) == (7, 0, 7)
    assert ledger.sweep(unit).amount == 3
    assert ledger.verify(unit) == []
    assert ledger.commit_hold(unit, "c", "h", memo={}, amount=4).lots == ((MAY, 4),)
    assert ledger.balance(unit, wallet).total == 0, "what the commit left had expired"
    assert ledger.sweep(unit).amount == 3
    assert ledger.verify(unit) == []


def test_expiring_holds_goes_in_chunks(unit: Unit, wallet: str) -> None:
    ledger.award(unit, "a", wallet, 10, {})
    for number in range(5):
        ledger.hold(unit, f"h{number}", wallet, 1, until=unit.now + HOUR, memo={})
    unit.now += HOUR
    assert [ledger.expire_holds(unit, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_refused_holds(unit: Unit, held: str) -> None:
    refused("ledger.hold-until", lambda: ledger.hold(unit, "x", held, 1, until=unit.now, memo={}))
    refused("ledger.hold-unknown", lambda: ledger.commit_hold(unit, "c", "never", memo={}))
    refused("ledger.hold-unknown", lambda: ledger.release_hold(unit, "never"))
    with pytest.raises(DomainError, match=r"account-kind"):
        ledger.commit_hold(unit, "c", "h", to=held, memo={})
    assert state(unit) == "held"
    assert ledger.find_hold(unit, "x") is None
