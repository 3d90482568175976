"""Whose turn it is: nobody is crowded out, and a claim costs what it claims, however much waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from node.core.unit import Unit
from node.neighbours import outbox
from node.neighbours.migrations.neighbours_0003 import FILL
from node.neighbours.models import DeliveryRow, Destination, HostQueue
from node.neighbours.queues import refresh_of
from tests.fixtures.nodes import START
from tests.node.neighbours.test_outbox import LEASE, Bench, InSql, bench, opened, planned, sql

__all__ = ["bench", "opened", "sql"]
SOON = START + timedelta(minutes=1)


async def deliver(bench: Bench, limit: int) -> list[str]:
    """One claim, all of which arrives."""
    bench.clock.forward(seconds=1)
    claimed = await bench.claim(bench.clock(), limit)
    for delivery in claimed.values():
        assert await bench.store.done(delivery, now=bench.clock())
    return sorted(claimed)


async def test_a_host_with_many_inboxes_takes_its_turn(bench: Bench) -> None:
    """Twelve inboxes of one host waited first. They get four places, then others have theirs."""
    for number in range(12):
        await bench.fill(f"big/{number:02}", f"big{number:02}")
    bench.clock.forward(seconds=1)
    for name in "abcdef":
        await bench.fill(name, f"{name}1")
    first = await bench.claim(bench.clock(), 100)
    assert len(first) == 10
    assert sum(name.startswith("big") for name in first) == 4, "no more are under way to one host"
    assert await bench.claim(bench.clock(), 100) == {}
    for delivery in first.values():
        await bench.store.done(delivery, now=bench.clock())
    assert len(await bench.claim(bench.clock(), 100)) == 4


async def test_with_few_places_every_host_is_served_before_one_is_served_twice(bench: Bench) -> None:
    for number in range(9):
        await bench.fill(f"big/{number}", f"big{number}")
    await bench.fill("long", *(f"long{number}" for number in range(9)))
    bench.clock.forward(seconds=1)
    for name in "ab":
        await bench.fill(name, f"{name}1", f"{name}2")
    turns = [await deliver(bench, 2) for _ in range(4)]
    assert [sorted(name.rstrip("0123456789") for name in turn) for turn in turns] == [
        ["big", "long"],
        ["a", "b"],
        ["big", "long"],
        ["a", "b"],
    ]


async def test_an_inbox_with_a_long_queue_leaves_places_to_others_of_its_host(bench: Bench) -> None:
    await bench.fill("big/1", *(f"one{number}" for number in range(5)))
    bench.clock.forward(seconds=1)
    await bench.fill("big/2", "two")
    await bench.fill("big/3", "three")
    assert [await deliver(bench, 1) for _ in range(4)] == [["one0"], ["two"], ["three"], ["one1"]]


async def test_what_was_set_aside_goes_when_nothing_in_order_is_due(bench: Bench) -> None:
    await bench.fill("a", *(f"aside{number}" for number in range(3)))
    for _ in range(3):
        for delivery in (await bench.claim()).values():
            await bench.store.failed(delivery, next_attempt=SOON, error="", set_aside=True)
    await bench.fill("a", "next", "last")
    bench.clock.now = SOON
    assert [await deliver(bench, 9) for _ in range(4)] == [["next"], ["last"], ["aside0"], ["aside1"]]


async def test_leases_that_ran_out_give_their_places_back(bench: Bench) -> None:
    for number in range(6):
        await bench.fill(f"big/{number}", f"big{number}")
    first = await bench.claim()
    assert len(first) == 4
    assert await bench.store.next_due() == START + LEASE
    again = await bench.claim(START + LEASE)
    assert set(again) == set(first), "a place is free again when what held it is claimed anew"
    for delivery in again.values():
        assert await bench.store.done(delivery, now=START + LEASE)
    assert set(await bench.claim(START + LEASE)) == {"big4", "big5"}


async def test_rows_deleted_under_way_do_not_stop_their_host(sql: InSql) -> None:
    """An administrator blocked the host, and allowed it again, while something was on its way there."""
    await sql.fill("a", "a1")
    await sql.claim()

    def part(unit: Unit) -> None:
        unit.session.execute(delete(DeliveryRow))
        refresh_of(unit, "a.example")

    await sql.node.write(part)
    assert await sql.claim(START + LEASE) == {}
    assert await sql.store.next_due() is None
    await sql.fill("a", "a2")
    assert set(await sql.claim(START + LEASE)) == {"a2"}


async def test_leases_are_given_back_after_a_kill(sql: InSql) -> None:
    await sql.fill("a", "a1")
    await sql.fill("b", "b1")
    await sql.claim()
    assert await sql.node.read(outbox.has_leases)
    await sql.node.write(outbox.free_leases)
    assert not await sql.node.read(outbox.has_leases)
    assert set(await sql.claim()) == {"a1", "b1"}


Fill = Callable[[int], Sequence[tuple[str, str]]]
MUCH: dict[str, Fill] = {
    "many hosts": lambda many: [("x", f"h{number}") for number in range(many)],
    "one host with many inboxes": lambda many: [("x", f"big/{number}") for number in range(many)],
    "one long queue": lambda many: [(f"x{number}", "long") for number in range(many)],
}


@pytest.mark.parametrize("sql", ["sqlite"], indirect=True)
@pytest.mark.parametrize("shape", MUCH)
async def test_a_claim_costs_no_more_when_ten_times_as_much_waits(sql: InSql, shape: str) -> None:
    costs = []
    for many in (150, 1500):
        await sql.node.write(_cleared)
        await sql.node.write(outbox.plan_rows, [planned(*each) for each in MUCH[shape](many)])
        costs.append(await sql.node.write(_steps_of_a_claim))
    assert costs[1] < 1.5 * costs[0], costs


@pytest.mark.parametrize("sql", ["sqlite"], indirect=True)
async def test_nor_when_many_rows_of_an_inbox_are_set_aside(sql: InSql) -> None:
    costs = []
    for many in (150, 1500):
        await sql.node.write(_cleared)
        await sql.node.write(outbox.plan_rows, [planned(f"x{number}", "long") for number in range(many)])
        await sql.node.write(_all_aside)
        costs.append(await sql.node.write(_steps_of_a_claim))
    assert costs[1] < 1.5 * costs[0], costs


def _cleared(unit: Unit) -> None:
    for table in (DeliveryRow, Destination, HostQueue):
        unit.session.execute(delete(table))


def _all_aside(unit: Unit) -> None:
    for row in unit.session.scalars(select(DeliveryRow)):
        row.set_aside = True
    unit.session.flush()
    refresh_of(unit, "long.example")


def _steps_of_a_claim(unit: Unit) -> int:
    """How many hundred steps SQLite's machine takes to claim 32 rows and to mark them done."""
    connection = unit.session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(count, 100)
    try:
        claimed = outbox.claim(unit, unit.now, unit.now + LEASE, 32)
        assert claimed
        assert all(outbox.mark_done(unit, [(one, unit.now) for one in claimed]))
    finally:
        connection.set_progress_handler(None, 0)
    return steps


async def test_the_migration_finds_out_whose_turn_it_is(sql: InSql) -> None:
    """Filled anew by the statements of the migration, the lines are what they were."""
    await sql.fill("a", "a1", "a2")
    await sql.fill("b", "b1")
    await sql.fill("c", "c1")
    await sql.fill("big/1", "big1")
    await sql.fill("big/2", "big2")
    claimed = await sql.claim(limit=4)
    assert set(claimed) == {"a1", "b1", "big1", "c1"}
    await sql.store.failed(claimed["a1"], next_attempt=SOON, error="503", set_aside=True)
    await sql.store.failed(claimed["b1"], next_attempt=SOON, error="503", set_aside=False)
    await sql.store.done(claimed["c1"], now=START)
    before = await sql.node.read(_lines)
    assert await sql.node.write(_filled_anew) == before
    assert set(await sql.claim(SOON)) == {"a2", "b1", "big2"}


def _lines(unit: Unit) -> tuple[list[object], list[object]]:
    inboxes = select(Destination.destination, Destination.host, Destination.lease, Destination.due_at)
    hosts = select(HostQueue.host, HostQueue.destination, HostQueue.due_at)
    ordered = inboxes.order_by(Destination.destination), hosts.order_by(HostQueue.host)
    return tuple([tuple(row) for row in unit.session.execute(one)] for one in ordered)  # type: ignore[return-value]  # two of them


def _filled_anew(unit: Unit) -> tuple[list[object], list[object]]:
    unit.session.execute(delete(HostQueue))
    blank = {"host": "", "lease": None, "leased_until": None, "due_at": None, "served_at": None}
    unit.session.execute(update(Destination).values(blank))
    for statement in FILL:
        unit.session.execute(text(statement))
    return _lines(unit)
