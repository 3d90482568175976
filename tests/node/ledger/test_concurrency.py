"""Many at once: nothing is spent twice, nothing is lost, an id counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from sqlalchemy import func, select, text

from node.core.errors import DomainError
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from node.ledger.models import TRANSFERS


async def outcomes(works: list[Awaitable[object]]) -> list[object]:
    """What each answered, refusals by their key. Anything else that was raised fails the test."""
    found: list[object] = []
    for result in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, DomainError):
            raise result
        found.append(result.key if isinstance(result, DomainError) else result)
    return found


async def wallet_with(node: Node, amount: int, owner: str = "lea") -> str:
    def make(unit: Unit) -> str:
        ledger.mint(unit, f"mint-{owner}", amount, {})
        wallet = ledger.open_wallet(unit, owner)
        ledger.award(unit, f"award-{owner}", wallet, amount, {})
        return wallet

    return await node.write(make)


def transfers(unit: Unit, kind: str) -> int:
    asked = select(func.count()).select_from(TRANSFERS).where(TRANSFERS.c.kind == kind)
    return unit.session.execute(asked).scalar_one()


async def test_nobody_overspends(node: Node) -> None:
    wallet = await wallet_with(node, 50)
    found = await outcomes([node.write(ledger.spend, f"s{n}", wallet, 4, memo={}) for n in range(40)])
    assert found.count("ledger.short") == 40 - 12
    assert (await node.read(ledger.balance, wallet)).total == 2
    assert await node.read(ledger.verify) == []


async def test_holds_are_respected_while_others_spend(node: Node) -> None:
    wallet = await wallet_with(node, 60)

    def hold(unit: Unit, number: int) -> object:
        return ledger.hold(unit, f"h{number}", wallet, 5, until=unit.now + timedelta(hours=1), memo={})

    works: list[Awaitable[object]] = []
    for number in range(12):
        works += [node.write(hold, number), node.write(ledger.spend, f"s{number}", wallet, 5, memo={})]
    found = await outcomes(works)
    assert found.count("ledger.short") == 12
    held = [result.hold_id for result in found if isinstance(result, ledger.Held)]
    balance = await node.read(ledger.balance, wallet)
    assert (balance.available, balance.held) == (0, 5 * len(held))
    commits = await outcomes([node.write(ledger.commit_hold, f"c{own}", own, memo={}) for own in held])
    assert all(isinstance(result, ledger.Posted) for result in commits)
    assert (await node.read(ledger.balance, wallet)).total == 0
    assert await node.read(ledger.verify) == []


async def test_a_hold_ends_once(node: Node) -> None:
    wallet = await wallet_with(node, 10)

    def hold(unit: Unit) -> object:
        return ledger.hold(unit, "h", wallet, 10, until=unit.now + timedelta(hours=1), memo={})

    await node.write(hold)
    works: list[Awaitable[object]] = []
    for number in range(6):
        works += [node.write(ledger.commit_hold, f"c{number}", "h", memo={}), node.write(ledger.release_hold, "h")]
    found = await outcomes(works)
    posted = [result for result in found if isinstance(result, ledger.Posted)]
    assert (await node.read(ledger.balance, wallet)).total == 10 - sum(p.amount for p in posted)
    assert len(posted) <= 1
    assert await node.read(ledger.verify) == []


async def test_the_same_id_posts_once(node: Node) -> None:
    wallet = await wallet_with(node, 100)
    found = await outcomes([node.write(ledger.spend, "s", wallet, 7, memo={}) for _ in range(20)])
    assert len(set(found)) == 1
    assert isinstance(found[0], ledger.Posted)
    assert (await node.read(ledger.balance, wallet)).total == 93
    assert await node.read(transfers, "spend") == 1


async def test_of_two_bodies_under_one_id_one_wins(node: Node) -> None:
    wallet = await wallet_with(node, 100)
    found = await outcomes([node.write(ledger.spend, "s", wallet, 7 + n % 2, memo={}) for n in range(20)])
    assert found.count("ledger.conflict") == 10
    assert await node.read(transfers, "spend") == 1
    assert await node.read(ledger.verify) == []


async def test_the_treasury_is_never_overdrawn(node: Node) -> None:
    def make(unit: Unit) -> list[str]:
        ledger.mint(unit, "mint", 100, {})
        return [ledger.open_wallet(unit, f"owner-{n}") for n in range(10)]

    wallets = await node.write(make)
    works = [node.write(ledger.award, f"a{n}", wallets[n % 10], 7, {}) for n in range(30)]
    found = await outcomes(list(works))
    assert found.count("ledger.treasury-short") == 30 - 14
    assert (await node.read(ledger.supply)).treasury == 2
    assert await node.read(ledger.verify) == []


async def test_refunds_at_once_stay_within_the_payment(node: Node) -> None:
    wallet = await wallet_with(node, 30)
    await node.write(ledger.spend, "s", wallet, 30, memo={})
    found = await outcomes([node.write(ledger.refund, f"r{n}", "s", 4) for n in range(15)])
    assert found.count("ledger.refund-too-much") == 15 - 7
    assert (await node.read(ledger.balance, wallet)).total == 28
    assert await node.read(ledger.verify) == []


async def test_payments_of_many_go_on_beside_sweep_and_seal(node: Node) -> None:
    from node.ledger import jobs

    wallets = [await wallet_with(node, 40, f"owner-{n}") for n in range(8)]
    works: list[Awaitable[object]] = []
    for n in range(48):
        works.append(node.write(ledger.spend, f"s{n}", wallets[n % 8], 3, memo={}))
        if n % 12 == 5:
            works += [jobs.seal_transfers(node), jobs.sweep_expired(node)]
    await outcomes(works)
    await jobs.seal_transfers(node)
    assert {(await node.read(ledger.balance, wallet)).total for wallet in wallets} == {40 - 18}
    assert await node.read(ledger.verify) == []


async def test_wallets_opened_at_once_are_one(node: Node) -> None:
    assert len(set(await outcomes([node.write(ledger.open_wallet, "lea") for _ in range(12)]))) == 1


async def test_a_payment_reads_nobody_else_s_lots(node: Node) -> None:
    """Serialisable PostgreSQL takes two payments for a conflict if each read pages that the other wrote."""

    def fill(unit: Unit) -> list[str]:
        ledger.mint(unit, "mint", 1_000, {})
        wallets = [ledger.open_wallet(unit, f"owner-{n}") for n in range(100)]
        for wallet in wallets:
            ledger.award(unit, f"award-{wallet}", wallet, 5, {})
        return wallets

    def pages_read(unit: Unit, wallet: str) -> list[str]:
        ledger.spend(unit, "s", wallet, 3, memo={})
        if unit.session.connection().dialect.name == "sqlite":
            return []  # one writer at a time: there is nothing to collide with
        read = text(
            "SELECT c.relname || ' ' || l.locktype FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE l.mode = 'SIReadLock' AND l.pid = pg_backend_pid() AND l.locktype <> 'tuple'"
            " AND c.relname IN ('ledger_lots', 'ledger_transfers', 'pk_ledger_transfers', 'ledger_entries')"
        )
        return list(unit.session.execute(read).scalars())

    wallets = await node.write(fill)
    assert await node.write(pages_read, wallets[50]) == []
