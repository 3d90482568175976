"""The sweep: bounded, idempotent, one batch per day; and the jobs that go on until all is done."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from node.core.node import Node
from node.core.unit import Unit
from node.ledger import jobs
from node.ledger import public as ledger
from node.ledger.models import LOTS, TRANSFERS
from tests.fixtures.nodes import TestClock

WALLETS, DAYS = 5, 3


def fill(unit: Unit) -> list[str]:
    ledger.mint(unit, "m", 10_000, {})
    wallets = [ledger.open_wallet(unit, f"owner-{number}") for number in range(WALLETS)]
    for day in range(DAYS):
        for wallet in wallets:
            ledger.award(unit, f"a-{day}-{wallet}", wallet, 10 + day, {})
        unit.now += timedelta(days=1)
    return wallets


def expiries(unit: Unit) -> list[tuple[date, int]]:
    asked = select(TRANSFERS.c.memo, TRANSFERS.c.amount).where(TRANSFERS.c.kind == "expire")
    return sorted((date.fromisoformat(row[0]["expired"]), row[1]) for row in unit.session.execute(asked))


def test_one_batch_per_day_and_nothing_twice(unit: Unit) -> None:
    fill(unit)
    unit.now += timedelta(days=400)
    swept = ledger.sweep(unit)
    assert (swept.lots, swept.amount, swept.more) == (WALLETS * DAYS, WALLETS * (10 + 11 + 12), False)
    first = date(2027, 5, 23)
    assert expiries(unit) == [(first + timedelta(days=n), WALLETS * (10 + n)) for n in range(DAYS)]
    assert ledger.sweep(unit) == ledger.Swept(0, 0, more=False)
    assert ledger.supply(unit).treasury == 10_000
    left = select(func.count()).select_from(LOTS).where(LOTS.c.account_id.not_like("treasury-%"))
    assert unit.session.execute(left).scalar() == 0, "emptied lots are forgotten"
    assert ledger.verify(unit) == []


def test_chunks_are_bounded(unit: Unit) -> None:
    fill(unit)
    unit.now += timedelta(days=400)
    rounds = []
    while (swept := ledger.sweep(unit, 4)).more:
        rounds.append(swept.lots)
        assert ledger.verify(unit) == []
    assert [*rounds, swept.lots] == [4, 4, 4, 3]


def test_only_days_that_have_passed(unit: Unit) -> None:
    wallets = fill(unit)
    unit.now += timedelta(days=int((date(2027, 5, 25) - unit.today).days))
    assert unit.today == date(2027, 5, 25)
    assert ledger.sweep(unit).amount == WALLETS * (10 + 11)
    assert ledger.balance(unit, wallets[0]).total == 12


async def test_the_jobs_go_on_until_all_is_done(node: Node, clock: TestClock) -> None:
    wallets = await node.write(fill)

    def hold(unit: Unit) -> None:
        ledger.hold(unit, "h", wallets[0], 4, until=unit.now + timedelta(minutes=15), memo={})

    await node.write(hold)
    await jobs.seal_transfers(node)
    clock.forward(days=400)
    await jobs.free_holds(node)
    await jobs.sweep_expired(node)
    await jobs.seal_transfers(node)
    assert await node.read(ledger.verify) == []
    assert (await node.read(ledger.supply)).treasury == 10_000
    unsealed = select(func.count()).select_from(TRANSFERS).where(TRANSFERS.c.seq.is_(None))
    assert await node.read(lambda unit: unit.session.execute(unsealed).scalar()) == 0
