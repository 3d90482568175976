"""Delivery between real servers: order, crashes, backoff, breaker, dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web as aio

from federation.addressing import Recipient, plan
from federation.delivery import SET_ASIDE_AFTER, DeliveryWorker
from federation.hosts import failed
from federation.memory import MemoryOutbox
from federation.ports import Delivery, HostRule, Watermark
from protocols.types import JsonObject
from tests.federation.peers import Peer, Town, identity, send


class Ledger:
    """A bare inbox that answers as it is told and notes what it got."""

    def __init__(self) -> None:
        self.status: Callable[[str], int] = lambda activity_id: 202
        self.got: list[str] = []

    async def take(self, request: aio.Request) -> aio.Response:
        activity_id = (await request.json())["id"].rsplit("/", 1)[1]
        self.got.append(activity_id)
        return aio.Response(status=self.status(activity_id))


def queue(sender: Peer, inbox: str, *numbers: int) -> None:
    for number in numbers:
        for planned in plan(sender.activity(number), [Recipient(inbox)]):
            sender.outbox.add(planned, sender.clock())


def states(peer: Peer) -> list[str]:
    return [row.state for row in peer.outbox.rows.values()]


async def test_activities_arrive_in_order_and_verified(sicoval: Peer, labege: Peer) -> None:
    for number in range(10):
        sicoval.queue(sicoval.activity(number), labege)
    assert await sicoval.worker.run_once() == 10
    ids = [received.activity_id.rsplit("/", 1)[1] for received in labege.site.accepted]
    assert ids == [str(number) for number in range(10)]
    assert await sicoval.outbox.watermark(f"{labege.base_url}/inbox") == Watermark(10, 10)
    assert (await sicoval.outbox.backlog()).pending == 0


async def test_one_row_for_a_shared_inbox_and_none_for_ourselves(sicoval: Peer) -> None:
    recipients = [
        Recipient("https://a.example/1/inbox", "https://a.example/inbox"),
        Recipient("https://a.example/2/inbox", "https://a.example/inbox"),
        Recipient("https://b.example/1/inbox"),
        Recipient(f"{sicoval.base_url}/actor/inbox"),
    ]
    activity = sicoval.activity()
    assert [one.destination for one in plan(activity, recipients)] == [
        "https://a.example/inbox",
        "https://b.example/1/inbox",
    ]
    assert [one.host for one in plan(activity, recipients, private=True)] == ["a.example", "a.example", "b.example"]
    for planned in [*plan(activity, recipients), *plan(activity, recipients)]:
        sicoval.outbox.add(planned, sicoval.clock())
    assert len(sicoval.outbox.rows) == 2


async def test_killed_between_send_and_mark_loses_and_doubles_nothing(sicoval: Peer, labege: Peer) -> None:
    """The worker dies after the peer's 202 and before its own note of it: the lease ends, the row goes again."""
    killed = asyncio.Event()

    class DyingStore(MemoryOutbox):
        async def done(self, delivery: Delivery, *, now: Any) -> bool:
            killed.set()
            await asyncio.Event().wait()
            return False

    store = DyingStore()
    store.rows = sicoval.outbox.rows
    sicoval.queue(sicoval.activity(1), labege)
    sicoval.queue(sicoval.activity(2), labege)
    task = asyncio.create_task(DeliveryWorker(store, sicoval.client, lambda actor_id: sicoval.identity).run(poll=None))
    await killed.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(labege.site.accepted) == 1
    assert await sicoval.worker.run_once() == 0, "the lease still holds, and holds up the second row"
    sicoval.clock.pass_(timedelta(minutes=2))
    assert await sicoval.worker.run_once() == 2
    assert [one.activity_id.rsplit("/", 1)[1] for one in labege.site.accepted] == ["1", "2"]
    assert states(sicoval) == ["done", "done"]


async def test_a_worker_that_overslept_its_lease_changes_nothing(sicoval: Peer, labege: Peer) -> None:
    sicoval.queue(sicoval.activity(), labege)
    now = sicoval.clock()
    [first] = await sicoval.outbox.claim(now=now, lease_until=now + timedelta(seconds=90), limit=1)
    later = now + timedelta(seconds=91)
    [second] = await sicoval.outbox.claim(now=later, lease_until=later + timedelta(seconds=90), limit=1)
    assert not await sicoval.outbox.done(first, now=later)
    assert not await sicoval.outbox.dead(first, now=later, error="", destination_gone=True)
    assert states(sicoval) == ["pending"]
    assert await sicoval.outbox.done(second, now=later)


async def test_two_workers_do_not_send_twice_or_out_of_order(sicoval: Peer, labege: Peer) -> None:
    for number in range(20):
        sicoval.queue(sicoval.activity(number), labege)
    other = DeliveryWorker(sicoval.outbox, sicoval.client, lambda actor_id: sicoval.identity)
    attempted = sum(await asyncio.gather(sicoval.worker.run_once(), other.run_once()))
    while attempted < 20:
        attempted += await sicoval.worker.run_once()
    assert [int(one.activity_id.rsplit("/", 1)[1]) for one in labege.site.accepted] == list(range(20))
    assert sicoval.requests.count("GET /actor") == 1


async def test_a_failed_row_holds_up_later_ones_of_its_destination_only(town: Town, sicoval: Peer) -> None:
    sick, well = Ledger(), Ledger()
    sick.status = lambda activity_id: 503
    sick_inbox, well_inbox = (
        await town.bare(sick.take, "sick") + "/inbox",
        await town.bare(well.take, "well") + "/inbox",
    )
    queue(sicoval, sick_inbox, 1, 2, 3)
    queue(sicoval, well_inbox, 1, 2, 3)
    await sicoval.worker.run_once()
    assert sick.got == ["1"]
    assert well.got == ["1", "2", "3"]
    assert await sicoval.outbox.watermark(sick_inbox) == Watermark(0, 3)
    sick.status = lambda activity_id: 202
    sicoval.clock.pass_(timedelta(seconds=29))
    assert await sicoval.worker.run_once() == 0
    sicoval.clock.pass_(timedelta(seconds=2))
    await sicoval.worker.run_once()
    assert sick.got == ["1", "1", "2", "3"]


@pytest.mark.parametrize("status", [404, 410])
async def test_an_address_that_is_gone_is_final_for_all_that_waits(town: Town, sicoval: Peer, status: int) -> None:
    gone = Ledger()
    gone.status = lambda activity_id: status
    queue(sicoval, await town.bare(gone.take) + "/inbox", 1, 2, 3)
    await sicoval.worker.run_once()
    assert gone.got == ["1"]
    assert states(sicoval) == ["dead"] * 3


@pytest.mark.parametrize("status", [400, 405, 413, 415, 422])
async def test_a_refused_message_is_final_for_itself_only(town: Town, sicoval: Peer, status: int) -> None:
    picky = Ledger()
    picky.status = lambda activity_id: status if activity_id == "1" else 202
    queue(sicoval, await town.bare(picky.take) + "/inbox", 1, 2)
    await sicoval.worker.run_once()
    assert states(sicoval) == ["dead", "done"]


async def test_a_message_that_makes_the_peer_fail_steps_aside(town: Town, sicoval: Peer) -> None:
    """A peer that answers 500 to one message (measured: unknown types) still gets the others, within some hours."""
    choking = Ledger()
    choking.status = lambda activity_id: 500 if activity_id == "1" else 202
    queue(sicoval, await town.bare(choking.take) + "/inbox", 1, 2)
    for _ in range(SET_ASIDE_AFTER):
        assert "2" not in choking.got
        await sicoval.worker.run_once()
        sicoval.clock.pass_(timedelta(hours=1))
    await sicoval.worker.run_once()
    assert "2" in choking.got
    assert states(sicoval) == ["pending", "done"]


async def test_a_week_of_silence_is_the_end(town: Town, sicoval: Peer) -> None:
    dead = Ledger()
    dead.status = lambda activity_id: 503
    queue(sicoval, await town.bare(dead.take) + "/inbox", 1)
    for _ in range(15):
        await sicoval.worker.run_once()
        sicoval.clock.pass_(timedelta(hours=13))
    assert states(sicoval) == ["dead"]
    assert 10 <= len(dead.got) <= 16


async def test_the_breaker_opens_probes_and_closes(town: Town, sicoval: Peer) -> None:
    """Five destinations on one sick host: after five failures the host has its peace for half an hour."""
    sick = Ledger()
    sick.status = lambda activity_id: 503
    base = await town.bare(sick.take, "sick")
    host = base.split("://")[1]
    for number in range(12):
        queue(sicoval, f"{base}/{number}/inbox", number)
    await sicoval.worker.run_once()
    assert 5 <= len(sick.got) <= 8, "those under way when it opened"
    opened = len(sick.got)
    sicoval.clock.pass_(timedelta(minutes=29))
    await sicoval.worker.run_once()
    assert len(sick.got) == opened
    sicoval.clock.pass_(timedelta(minutes=2))
    await sicoval.worker.run_once()
    assert opened < len(sick.got) <= opened + 4, "probes only"
    sick.status = lambda activity_id: 202
    sicoval.clock.pass_(timedelta(minutes=62))
    await sicoval.worker.run_once()
    sicoval.clock.pass_(timedelta(minutes=62))
    await sicoval.worker.run_once()
    assert set(states(sicoval)) == {"done"}
    assert not sicoval.hosts.states[host].breaker.is_open


async def test_hearing_from_a_host_clears_its_backoff_and_breaker(sicoval: Peer, labege: Peer) -> None:
    labege.rules.rules = {"sicoval.localhost": HostRule.BLOCK}
    for number in range(2):
        sicoval.queue(sicoval.activity(number), labege)
    await sicoval.worker.run_once()
    sicoval.clock.pass_(timedelta(seconds=31))
    await sicoval.worker.run_once()
    assert await sicoval.worker.run_once() == 0
    for _ in range(5):
        await sicoval.hosts.update(labege.host, lambda state: failed(state, sicoval.clock(), "no answer"))
    assert sicoval.hosts.states[labege.host].breaker.is_open
    labege.rules.rules = {}
    assert await send(labege.signed(sicoval, labege.activity())) == (202, "")
    assert not sicoval.hosts.states[labege.host].breaker.is_open
    assert await sicoval.worker.run_once() == 2
    assert len(labege.site.accepted) == 2


async def test_an_unverified_message_clears_nothing(sicoval: Peer, labege: Peer) -> None:
    for _ in range(5):
        await sicoval.hosts.update(labege.host, lambda state: failed(state, sicoval.clock(), "no answer"))
    stranger = identity(labege.base_url, "stranger")
    assert (await send(labege.signed(sicoval, labege.activity(), who=stranger)))[0] == 401
    assert sicoval.hosts.states[labege.host].breaker.is_open


async def test_no_more_than_four_at_once_to_one_host(town: Town, sicoval: Peer) -> None:
    under_way = highest = 0

    async def serve(request: aio.Request) -> aio.Response:
        nonlocal under_way, highest
        under_way += 1
        highest = max(highest, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return aio.Response(status=202)

    base = await town.bare(serve)
    for number in range(12):
        queue(sicoval, f"{base}/{number}/inbox", number)
    assert await sicoval.worker.run_once() == 12
    assert highest == 4


async def test_a_host_that_hangs_slows_nobody_else(town: Town, sicoval: Peer, labege: Peer) -> None:
    async def hang(request: aio.Request) -> aio.Response:
        await asyncio.sleep(30)
        return aio.Response(status=202)

    queue(sicoval, await town.bare(hang, "hangs") + "/inbox", 1, 2)
    for number in range(30):
        sicoval.queue(sicoval.activity(number), labege)
    started = asyncio.get_running_loop().time()
    run = asyncio.create_task(sicoval.worker.run_once())
    labege.site.wanted = 30
    await labege.site.complete.wait()
    assert asyncio.get_running_loop().time() - started < 1.5
    await run


async def test_blocked_hosts_get_nothing(sicoval: Peer, labege: Peer) -> None:
    sicoval.queue(sicoval.activity(), labege)
    sicoval.rules.rules = {"localhost": HostRule.BLOCK}
    await sicoval.worker.run_once()
    assert states(sicoval) == ["dead"]
    assert labege.requests == []


async def test_the_running_worker_sleeps_until_it_is_woken(sicoval: Peer, labege: Peer) -> None:
    task = asyncio.create_task(sicoval.worker.run(poll=None))
    await asyncio.sleep(0.05)
    sicoval.queue(sicoval.activity(), labege)
    sicoval.worker.wake()
    async with asyncio.timeout(2):
        await labege.site.complete.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_out_of_order_arrival_is_taken_as_it_comes(sicoval: Peer, labege: Peer) -> None:
    """The receiver promises no order: an Undo that overtakes its Follow arrives, and both are stored once."""
    follow: JsonObject = {
        "id": f"{sicoval.base_url}/activities/1",
        "type": "Follow",
        "actor": sicoval.identity.actor_id,
        "object": labege.identity.actor_id,
    }
    undo = sicoval.activity(2, type="Undo", object=follow)
    assert await send(sicoval.signed(labege, undo)) == (202, "")
    assert await send(sicoval.signed(labege, {**sicoval.activity(1, proof=False), **follow})) == (202, "")
    assert [one.activity["type"] for one in labege.site.accepted] == ["Undo", "Follow"]
