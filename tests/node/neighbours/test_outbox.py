"""The outbox in SQL keeps the port's contract: the same script runs on the one in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from federation.memory import MemoryOutbox
from federation.ports import Backlog, Delivery, OutboxStore, PlannedDelivery, Watermark
from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import letters, outbox
from node.neighbours.models import DeliveryRow, Destination, HostQueue
from node.neighbours.outbox import SqlOutbox, plan_rows
from node.neighbours.stores import tidy
from tests.fixtures.nodes import START, NodeFactory, TestClock, fresh_database

LEASE = timedelta(seconds=90)
Add = Callable[[str, str], Awaitable[None]]


def planned(activity: str, destination: str) -> PlannedDelivery:
    """A destination is a host's only inbox (`a`) or one of several (`a/3`)."""
    name, _, inbox = destination.partition("/")
    host = f"{name}.example"
    address = f"https://{host}/{inbox and inbox + '/'}inbox"
    return PlannedDelivery(
        f"https://us.example/{activity}", "https://us.example/ap/actor/us", address, host, activity.encode()
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """One outbox with short names: activities and destinations are single words."""

    store: OutboxStore
    add: Add
    clock: TestClock

    async def fill(self, destination: str, *activities: str) -> None:
        for activity in activities:
            await self.add(activity, destination)

    async def claim(self, now: datetime = START, limit: int = 10) -> dict[str, Delivery]:
        claimed = await self.store.claim(now=now, lease_until=now + LEASE, limit=limit)
        return {delivery.body.decode(): delivery for delivery in claimed}

    async def mark(self, destination: str) -> Watermark:
        return await self.store.watermark(f"https://{destination}.example/inbox")


def in_memory() -> Bench:
    memory, clock = MemoryOutbox(), TestClock()

    async def remember(activity: str, destination: str) -> None:
        memory.add(planned(activity, destination), clock())

    return Bench(memory, remember, clock)


@dataclass(frozen=True, slots=True)
class InSql(Bench):
    """A bench over a real node, used by one test after the other."""

    node: Node


def in_sql(node: Node, clock: TestClock) -> InSql:
    async def write(activity: str, destination: str) -> None:
        await node.write(plan_rows, [planned(activity, destination)])

    clock.now = START
    node.border.submit_write(emptied).result(timeout=30)
    return InSql(SqlOutbox(node), write, clock, node)


def emptied(unit: Unit) -> None:
    unit.session.execute(delete(DeliveryRow))
    unit.session.execute(delete(Destination))
    unit.session.execute(delete(HostQueue))


Places = dict[str, tuple[Node, TestClock]]


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], InSql]]:
    """Opens the outbox of a node on that database, emptied; the nodes stay for all tests of this file."""
    places: Places = {}
    with ExitStack() as stack:

        def opened_on(database: str) -> InSql:
            if database not in places:
                settings, clock = ProcessSettings(), TestClock()
                if database == "postgresql":
                    url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_url")))
                    settings = ProcessSettings(database_url=url, database_connections=8)
                factory = NodeFactory(tmp_path_factory.mktemp(database), settings, clock)
                stack.callback(factory.close)
                places[database] = factory(), clock
            return in_sql(*places[database])

        yield opened_on


ON_POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgresql)


@pytest.fixture(params=["memory", "sqlite", ON_POSTGRES])
def bench(request: pytest.FixtureRequest, opened: Callable[[str], InSql]) -> Bench:
    """The contract's three keepers."""
    return in_memory() if request.param == "memory" else opened(request.param)


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def sql(request: pytest.FixtureRequest, opened: Callable[[str], InSql]) -> InSql:
    return opened(request.param)


async def test_the_first_of_each_destination_and_the_rest_after_it(bench: Bench) -> None:
    assert (await bench.claim(), await bench.store.next_due()) == ({}, None)
    await bench.fill("a", "a1", "a2")
    await bench.fill("b", "b1")
    first = await bench.claim()
    assert set(first) == {"a1", "b1"}
    assert (first["a1"].sequence, first["a1"].attempts, first["a1"].host) == (1, 0, "a.example")
    assert await bench.claim() == {}
    assert await bench.store.done(first["a1"], now=START)
    assert not await bench.store.done(first["a1"], now=START), "once is enough"
    second = await bench.claim()
    assert set(second) == {"a2"}
    assert second["a2"].sequence == 2
    assert await bench.mark("a") == Watermark(1, 2)
    assert await bench.mark("nowhere") == Watermark(0, 0)


async def test_no_more_than_the_limit_and_the_longest_overdue_first(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        await bench.fill(name, f"{name}1")
        bench.clock.forward(seconds=1)
    assert set(await bench.claim(bench.clock(), limit=2)) == {"a1", "b1"}
    assert set(await bench.claim(bench.clock(), limit=2)) == {"c1"}


async def test_planned_twice_is_one_row(bench: Bench) -> None:
    await bench.fill("a", "a1", "a1", "a2")
    assert await bench.store.backlog() == Backlog(2, 0, START)
    assert await bench.mark("a") == Watermark(0, 2)


async def test_a_failed_row_holds_up_its_destination_until_it_is_set_aside(bench: Bench) -> None:
    await bench.fill("a", "a1", "a2")
    claimed = await bench.claim()
    later = START + timedelta(minutes=5)
    assert await bench.store.failed(claimed["a1"], next_attempt=later, error="503", set_aside=False)
    assert await bench.claim() == {}
    assert await bench.store.next_due() == later, "what is held up does not wake anybody"
    again = await bench.claim(later)
    assert set(again) == {"a1"}
    assert again["a1"].attempts == 1
    latest = later + timedelta(hours=1)
    assert await bench.store.failed(again["a1"], next_attempt=latest, error="503", set_aside=True)
    assert await bench.store.next_due() == later, "a2 is free now, after whoever has not been served since"
    assert set(await bench.claim(later)) == {"a2"}
    assert await bench.mark("a") == Watermark(0, 2)


async def test_a_row_set_aside_does_not_travel_beside_another(bench: Bench) -> None:
    await bench.fill("a", "a1", "a2")
    claimed = await bench.claim()
    await bench.store.failed(claimed["a1"], next_attempt=START, error="", set_aside=True)
    one = await bench.claim()
    assert len(one) == 1
    assert await bench.claim() == {}, "one at a time to a destination"
    for delivery in one.values():
        await bench.store.done(delivery, now=START)
    assert len(await bench.claim()) == 1


async def test_many_rows_set_aside_do_not_crowd_out_other_destinations(sql: InSql) -> None:
    """After a host was heard all its rows are due at the same instant; others still get their turn."""
    names = [f"a{number:02}" for number in range(30)]
    await sql.fill("a", *names)
    for _ in names:
        for delivery in (await sql.claim(limit=1)).values():
            await sql.store.failed(delivery, next_attempt=START + timedelta(hours=1), error="", set_aside=True)
    await sql.store.host_heard("a.example", now=START - timedelta(minutes=1))
    await sql.fill("b", "b1")
    first = await sql.claim(limit=4)
    assert len(first) == 2
    assert "b1" in first


async def test_a_lease_that_ran_out_goes_to_the_next_and_the_sleeper_changes_nothing(bench: Bench) -> None:
    await bench.fill("a", "a1", "a2")
    first = (await bench.claim())["a1"]
    assert await bench.store.next_due() == START + LEASE
    later = START + LEASE
    second = (await bench.claim(later))["a1"]
    assert second.lease != first.lease
    assert not await bench.store.done(first, now=later)
    assert not await bench.store.failed(first, next_attempt=later, error="", set_aside=False)
    assert not await bench.store.postpone(first, until=later)
    assert not await bench.store.dead(first, now=later, error="", destination_gone=True)
    assert await bench.store.backlog() == Backlog(2, 0, START)
    assert await bench.store.done(second, now=later)


async def test_a_destination_that_is_gone_takes_what_waits_with_it(bench: Bench) -> None:
    await bench.fill("a", "a1", "a2", "a3")
    await bench.fill("b", "b1")
    claimed = await bench.claim()
    assert await bench.store.dead(claimed["a1"], now=START, error="410", destination_gone=True)
    assert await bench.store.backlog("a.example") == Backlog(0, 3, None)
    assert await bench.store.backlog("b.example") == Backlog(1, 0, START)
    assert await bench.mark("a") == Watermark(3, 3)
    await bench.fill("a", "a4")
    assert set(await bench.claim()) == {"a4"}


async def test_a_dead_row_alone_lets_the_next_go(bench: Bench) -> None:
    await bench.fill("a", "a1", "a2")
    await bench.store.dead((await bench.claim())["a1"], now=START, error="400", destination_gone=False)
    assert set(await bench.claim()) == {"a2"}


async def test_postponed_is_not_an_attempt(bench: Bench) -> None:
    await bench.fill("a", "a1")
    later = START + timedelta(minutes=30)
    assert await bench.store.postpone((await bench.claim())["a1"], until=later)
    assert await bench.store.next_due() == later
    assert await bench.claim(later - timedelta(seconds=1)) == {}
    assert (await bench.claim(later))["a1"].attempts == 0


async def test_hearing_from_a_host_hurries_what_waits_for_it(bench: Bench) -> None:
    await bench.fill("a", "a1")
    await bench.fill("b", "b1")
    for delivery in (await bench.claim()).values():
        await bench.store.failed(delivery, next_attempt=START + timedelta(hours=12), error="", set_aside=False)
    now = START + timedelta(minutes=1)
    await bench.store.host_heard("a.example", now=now)
    assert await bench.store.next_due() == now
    assert set(await bench.claim(now)) == {"a1"}
    assert await bench.store.next_due() == now + LEASE


async def test_an_error_of_any_length_is_kept_short(sql: InSql) -> None:
    await sql.fill("a", "a1")
    await sql.store.failed((await sql.claim())["a1"], next_attempt=START, error="é" * 9000, set_aside=False)
    assert await sql.node.read(lambda unit: unit.session.scalar(select(DeliveryRow.error))) == "é" * 500


async def test_sent_again_by_an_administrator(sql: InSql) -> None:
    await sql.fill("a", "a1", "a2")
    await sql.fill("b", "b1")
    claimed = await sql.claim()
    await sql.store.dead(claimed["a1"], now=START, error="410", destination_gone=True)
    await sql.store.dead(claimed["b1"], now=START, error="400", destination_gone=False)
    sql.clock.forward(days=8)
    woken: list[bool] = []
    sql.node.on_wake("delivery", lambda: woken.append(True))
    assert await sql.node.write(letters.resend, "a.example") == 2
    assert woken
    again = await sql.claim(sql.clock())
    assert set(again) == {"a1"}
    assert (again["a1"].body, again["a1"].attempts, again["a1"].created_at) == (b"a1", 0, sql.clock())
    assert await sql.store.backlog() == Backlog(2, 1, sql.clock())


async def test_what_was_delivered_keeps_no_body_and_goes_after_a_month(sql: InSql) -> None:
    await sql.fill("a", "a1", "a2", "a3")
    await sql.store.done((await sql.claim())["a1"], now=START)
    await sql.store.dead((await sql.claim())["a2"], now=START, error="400", destination_gone=False)
    bodies = await sql.node.read(lambda unit: sorted(unit.session.scalars(select(DeliveryRow.body))))
    assert bodies == [b"", b"a2", b"a3"]
    counting = select(func.count()).select_from(DeliveryRow)
    for days, left in ((29, 3), (2, 2), (150, 1)):
        sql.clock.forward(days=days)
        await sql.node.write(tidy)
        assert await sql.node.read(lambda unit: unit.session.scalar(counting)) == left
    assert await sql.mark("a") == Watermark(2, 3), "the numbers go on"
    await sql.fill("a", "a4")
    assert await sql.mark("a") == Watermark(2, 4)


@pytest.mark.parametrize("sql", [ON_POSTGRES], indirect=True)
async def test_many_workers_at_once_never_hold_the_same_row(sql: InSql) -> None:
    """Twenty-four rows, four destinations, five workers on one PostgreSQL: in order, each row delivered once."""
    for number in range(6):
        for destination in "abcd":
            await sql.add(f"{destination}{number}", destination)
    delivered: list[str] = []
    held: set[str] = set()

    async def work() -> None:
        while (await sql.node.read(outbox.backlog, None)).pending:
            claimed = await sql.claim(limit=2)
            for delivery in claimed.values():
                assert delivery.destination not in held, "two workers on one destination"
                held.add(delivery.destination)
            await asyncio.sleep(0.005)
            for name, delivery in claimed.items():
                delivered.append(name)
                held.discard(delivery.destination)
                assert await sql.store.done(delivery, now=START)

    await asyncio.gather(*(work() for _ in range(5)))
    assert sorted(delivered) == sorted(f"{letter}{number}" for letter in "abcd" for number in range(6))
    for letter in "abcd":
        assert [name for name in delivered if name[0] == letter] == [f"{letter}{number}" for number in range(6)]


async def test_planned_at_once_leaves_no_gap_in_the_sequence(sql: InSql) -> None:
    await asyncio.gather(*(sql.add(f"x{number}", "a") for number in range(12)))
    numbers = await sql.node.read(lambda unit: unit.session.scalars(select(DeliveryRow.sequence)).all())
    assert sorted(numbers) == list(range(1, 13))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("ab"), st.integers(0, 5)),
        st.tuples(st.just("claim"), st.integers(1, 3), st.integers(0, 200)),
        st.tuples(st.just("done"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("failed"), st.integers(0, 5), st.integers(0, 120)),
        st.tuples(st.just("aside"), st.integers(0, 5), st.integers(0, 120)),
        st.tuples(st.just("dead"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("postpone"), st.integers(0, 5), st.integers(0, 120)),
        st.tuples(st.just("heard"), st.sampled_from("ab"), st.just(0)),
    ),
    max_size=25,
)


class Story:
    """The same steps on two stores; what they answer must be the same."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.clock = bench, bench.clock
        self.held: list[Delivery] = []

    async def step(self, what: str, first: str | int, second: int) -> object:
        clock, store = self.clock, self.bench.store
        if what == "add":
            await self.bench.fill(str(first), f"{first}{second}")
        elif what == "claim":
            clock.forward(seconds=second)
            claimed = await self.bench.claim(clock(), int(first))
            self.held += claimed.values()
            return {name: (one.sequence, one.attempts) for name, one in claimed.items()}
        elif what == "heard":
            await store.host_heard(f"{first}.example", now=clock())
        elif self.held:
            return await self._mark(what, self.held[int(first) % len(self.held)], second)
        return None

    async def _mark(self, what: str, delivery: Delivery, number: int) -> bool:
        now, store = self.clock(), self.bench.store
        if what == "done":
            return await store.done(delivery, now=now)
        if what == "dead":
            return await store.dead(delivery, now=now, error="", destination_gone=bool(number))
        until = now + timedelta(seconds=number)
        if what == "postpone":
            return await store.postpone(delivery, until=until)
        return await store.failed(delivery, next_attempt=until, error="", set_aside=what == "aside")


@pytest.mark.parametrize("sql", ["sqlite"], indirect=True)
def test_any_story_is_told_alike_by_memory_and_by_sql(sql: InSql) -> None:
    @given(STEPS)
    @examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def told_alike(steps: list[tuple[str, str | int, int]]) -> None:
        asyncio.run(compare(steps))

    async def compare(steps: list[tuple[str, str | int, int]]) -> None:
        await sql.node.write(emptied)
        sql.clock.now = START
        one, other = Story(in_memory()), Story(sql)
        for step in steps:
            said, told = await one.step(*step), await other.step(*step)
            assert said == told, step
            for name in "ab":
                assert await one.bench.mark(name) == await other.bench.mark(name)
            assert await one.bench.store.backlog() == await other.bench.store.backlog()

    told_alike()
