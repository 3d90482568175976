"""Households and their purse: days are kept, limits hold, nobody takes the last tokens twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from node.core.errors import Conflict, DomainError, Forbidden, NotFound
from node.core.node import Node
from node.core.unit import Unit
from node.households import guardians, membership, purse
from node.households import public as households
from node.ledger import public as ledger
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import person
from tests.node.households.family import Family, available, settle_family

only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def outcomes(works: list[Awaitable[object]]) -> list[object]:
    """What each answered, refusals by their key."""
    found: list[object] = []
    for result in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, DomainError):
            raise result
        found.append(result.key if isinstance(result, DomainError) else result)
    return found


@only_sqlite
async def test_tokens_keep_their_days_on_the_way_in_and_out(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    clock.forward(days=40)

    def later(unit: Unit) -> tuple[ledger.Posted, ledger.Posted, ledger.Posted]:
        ledger.award(unit, "award-late", ledger.open_wallet(unit, family.amina), 5, {})
        put = purse.put_in(unit, "put-1", family.amina, 22)
        again = purse.put_in(unit, "put-1", family.amina, 22)
        return put, again, purse.take(unit, "take-1", family.karim, 20)

    put, again, taken = await node.write(later)
    assert put == again
    assert [amount for _, amount in put.lots] == [20, 2]
    assert taken.lots == put.lots[:1], "the earliest first"
    assert await node.read(available, family.household, "household") == 2
    assert await node.read(available, family.karim) == 40
    assert await node.read(ledger.verify) == []


async def test_two_members_take_the_last_tokens_at_once(node: Node) -> None:
    family = await node.write(settle_family)
    await node.write(purse.put_in, "put-1", family.amina, 12)
    works: list[Awaitable[object]] = []
    for number in range(6):
        works.append(node.write(purse.take, f"a{number}", family.amina, 5))
        works.append(node.write(purse.take, f"k{number}", family.karim, 5))
    found = await outcomes(works)
    assert sum(isinstance(each, ledger.Posted) for each in found) == 2
    assert {each for each in found if isinstance(each, str)} <= {"ledger.short", "households.week-limit"}
    assert await node.read(available, family.household, "household") == 2
    assert await node.read(ledger.verify) == []


async def test_the_limit_of_a_week_holds_when_many_ask_at_once(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    await node.write(purse.put_in, "put-1", family.amina, 20)
    await node.write(membership.set_week_limit, family.amina, family.karim, 7)
    found = await outcomes([node.write(purse.take, f"k{number}", family.karim, 3) for number in range(5)])
    assert found.count("households.week-limit") == 3
    clock.forward(days=6, hours=13)  # Sunday evening
    assert await outcomes([node.write(purse.take, "sunday", family.karim, 3)]) == ["households.week-limit"]
    clock.forward(hours=1)
    assert isinstance((await outcomes([node.write(purse.take, "monday", family.karim, 7)]))[0], ledger.Posted)


@only_sqlite
async def test_a_card_draws_on_the_purse_when_its_own_tokens_do_not_do(node: Node) -> None:
    family = await node.write(settle_family)

    def pay(unit: Unit, payment: str, price: int) -> None:
        households.before_payment(unit, payment, family.karim, price)
        ledger.spend(unit, payment, ledger.open_wallet(unit, family.karim), price, memo={})

    await node.write(purse.put_in, "put-1", family.amina, 15)
    assert await node.read(households.spendable, family.karim) == 35
    await node.write(pay, "p1", 33)
    assert await node.read(available, family.household, "household") == 2
    with pytest.raises(Conflict) as short:
        await node.write(pay, "p2", 3)
    assert short.value.key == "ledger.short"
    assert await node.read(available, family.household, "household") == 2
    assert await node.read(ledger.verify) == []


async def test_two_cards_draw_on_the_last_tokens_at_once(node: Node) -> None:
    family = await node.write(settle_family)
    await node.write(purse.put_in, "put-1", family.amina, 10)
    await node.write(purse.put_in, "put-2", family.karim, 10)

    def pay(unit: Unit, who: str) -> bool:
        households.before_payment(unit, f"p-{who}", who, 28)
        ledger.spend(unit, f"p-{who}", ledger.open_wallet(unit, who), 28, memo={})
        return True

    found = await outcomes([node.write(pay, family.amina), node.write(pay, family.karim)])
    assert sorted(map(str, found)) == ["True", "ledger.short"]
    assert await node.read(available, family.household, "household") == 2
    assert await node.read(ledger.verify) == []


@only_sqlite
async def test_leaving_leaves_the_purse_and_the_last_adult_gets_it(node: Node) -> None:
    family = await node.write(settle_family)
    await node.write(membership.bring_child, family.amina, family.lina)
    await node.write(purse.put_in, "put-1", family.amina, 15)
    await node.write(membership.leave, family.amina)
    assert await node.read(available, family.amina) == 5
    assert await node.read(membership.member_of, family.lina) is None, "the child goes with its guardian"
    await node.write(membership.leave, family.karim)
    assert await node.read(available, family.karim) == 35
    assert await node.read(available, family.household, "household") == 0
    await node.write(membership.create, family.amina, "Ailleurs")
    assert await node.read(ledger.verify) == []


async def test_a_purse_is_divided_evenly_day_by_day(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    zoe = await node.write(person, "Zoe Roux")
    await node.write(membership.join, zoe, await node.write(membership.invite, family.karim))
    await node.write(purse.put_in, "put-1", family.amina, 10)
    clock.forward(days=10)

    def more(unit: Unit) -> None:
        ledger.award(unit, "award-late", ledger.open_wallet(unit, zoe), 10, {})
        purse.put_in(unit, "put-2", zoe, 10)

    await node.write(more)
    shares = await node.write(membership.dissolve, family.karim)
    assert sorted(shares.values()) == [6, 7, 7]
    lots = (await node.read(lambda unit: ledger.balance(unit, ledger.open_wallet(unit, zoe)))).lots
    assert len(lots) == 2, "some of each day"
    with pytest.raises(Conflict):
        await node.write(membership.dissolve, family.karim)
    assert await node.read(ledger.verify) == []


@only_sqlite
async def test_who_may_do_what(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    stranger = await node.write(person, "Zoe Roux")
    code = await node.write(membership.invite, family.amina)

    async def refused(kind: type[DomainError], key: str, *call: object) -> None:
        with pytest.raises(kind) as error:
            await node.write(*call)  # type: ignore[arg-type]  # the function and its values
        assert error.value.key == key

    await refused(Conflict, "households.none", purse.take, "t", stranger, 1)
    await refused(Conflict, "households.already", membership.join, family.karim, code)
    await refused(NotFound, "households.code", membership.join, stranger, "AAAA BBBB CCCC")
    await refused(Forbidden, "households.adults-only", membership.join, family.lina, code)
    await refused(Forbidden, "households.not-guardian", membership.bring_child, family.karim, family.lina)
    await node.write(membership.bring_child, family.amina, family.lina)
    await refused(Forbidden, "households.adults-only", purse.put_in, "t", family.lina, 1)
    await refused(Forbidden, "households.adults-only", membership.dissolve, family.lina)
    await refused(NotFound, "households.not-member", membership.set_week_limit, family.amina, stranger, 5)
    clock.forward(days=15)
    await refused(NotFound, "households.code", membership.join, stranger, code)
    fresh = await node.write(membership.invite, family.amina)
    lower = fresh.replace(" ", "-").lower()
    assert await node.write(membership.join, stranger, lower) == family.household
    await refused(NotFound, "households.code", membership.join, await node.write(person, "Luc Pons"), fresh)


@only_sqlite
async def test_one_household_one_decision(node: Node) -> None:
    family = await node.write(settle_family)
    stranger = await node.write(person, "Zoe Roux")

    def same(unit: Unit, a: str, b: str) -> bool:
        return households.same_household(unit, a, b)

    assert await node.read(same, family.amina, family.amina)
    assert await node.read(same, family.amina, family.karim)
    assert await node.read(same, family.lina, family.amina)
    assert not await node.read(same, family.lina, family.karim)
    await node.write(membership.bring_child, family.amina, family.lina)
    assert await node.read(same, family.karim, family.lina)
    assert not await node.read(same, stranger, family.amina)
    await node.write(membership.leave, family.karim)
    assert not await node.read(same, family.amina, family.karim)


@only_sqlite
async def test_a_code_of_one_kind_does_not_open_the_other(node: Node) -> None:
    family: Family = await node.write(settle_family)
    code = await node.write(membership.invite, family.amina)
    with pytest.raises(NotFound):
        await node.write(guardians.accept, family.karim, code)
