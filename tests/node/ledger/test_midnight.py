"""Expiry is exact at the commune's own midnight, in any zone and over changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from node.core.unit import Unit
from node.ledger import public as ledger
from tests.fixtures.nodes import NodeFactory, TestClock, open_unit

ZONES = ["Europe/Paris", "America/Martinique", "Indian/Reunion", "Pacific/Noumea", "America/Miquelon"]
INSTANT = timedelta(microseconds=1)


def last_instant(day: date, zone: str) -> datetime:
    """The last microsecond of a local day."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) - INSTANT


@pytest.mark.parametrize("zone", ZONES)
async def test_tokens_live_to_the_last_instant_of_their_day(
    node_factory: NodeFactory, clock: TestClock, zone: str
) -> None:
    node = node_factory(timezone=zone)

    def award(unit: Unit) -> tuple[str, date]:
        ledger.mint(unit, "m", 100, {})
        wallet = ledger.open_wallet(unit, "lea")
        [(day, _)] = ledger.award(unit, "a", wallet, 10, {}).lots
        return wallet, day

    wallet, day = await node.write(award)
    clock.now = last_instant(day, zone)
    assert (await node.read(ledger.balance, wallet)).total == 10
    assert (await node.write(ledger.sweep)).amount == 0
    clock.now += INSTANT
    assert (await node.read(ledger.balance, wallet)).total == 0
    with pytest.raises(Exception, match=r"ledger\.short"):
        await node.write(ledger.spend, "s", wallet, 1, memo={})
    supply = await node.read(ledger.supply)
    assert (supply.lapsed, supply.expired, supply.circulating, supply.treasury) == (10, 10, 0, 90)
    assert (await node.write(ledger.sweep)).amount == 10
    supply = await node.read(ledger.supply)
    assert (supply.lapsed, supply.expired, supply.treasury) == (0, 10, 100)
    assert await node.read(ledger.verify) == []


@pytest.mark.parametrize(
    ("awarded", "expires"),
    [
        (date(2026, 4, 25), date(2026, 10, 25)),  # the clocks go back that night: the day has 25 hours
        (date(2026, 9, 28), date(2027, 3, 28)),  # and forward: it has 23
    ],
)
def test_days_of_25_and_23_hours(node_factory: NodeFactory, clock: TestClock, awarded: date, expires: date) -> None:
    clock.now = last_instant(awarded, "Europe/Paris")
    with open_unit(node_factory()) as unit:
        ledger.mint(unit, "m", 100, {})
        wallet = ledger.open_wallet(unit, "lea")
        assert ledger.award(unit, "a", wallet, 10, {}).lots == ((expires, 10),)
        unit.now = last_instant(expires, "Europe/Paris")
        assert ledger.balance(unit, wallet).total == 10
        unit.now += INSTANT
        assert ledger.balance(unit, wallet).total == 0


def test_an_award_just_after_midnight_counts_for_the_new_day(node_factory: NodeFactory, clock: TestClock) -> None:
    clock.now = last_instant(date(2026, 11, 23), "Europe/Paris")
    with open_unit(node_factory()) as unit:
        ledger.mint(unit, "m", 100, {})
        wallet = ledger.open_wallet(unit, "lea")
        before = ledger.award(unit, "a", wallet, 1, {})
        unit.now += INSTANT
        after = ledger.award(unit, "b", wallet, 1, {})
    assert [before.lots[0][0], after.lots[0][0]] == [date(2027, 5, 23), date(2027, 5, 24)]
    assert clock.now.date() == date(2026, 11, 23), "in UTC both were the same day"
