"""Peers that hang, drip, redirect or are gone, on real sockets: nobody else waits for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import pytest

from federation import places
from federation.addressing import Recipient, plan
from federation.delivery import DeliveryWorker
from federation.places import Places
from tests.federation.peers import Peer, Town

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HANGING = 12


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """A bare socket server on loopback; its port."""

    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes everything, says nothing."""
    while await reader.read(65536):
        continue


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one byte at a time, and never ends."""
    await reader.readuntil(b"\r\n\r\n")
    for letter in b"HTTP/1.1 202 Accepted\r\nContent-Length: 500\r\n\r\n" + b"x" * 500:
        writer.write(bytes([letter]))
        await writer.drain()
        await asyncio.sleep(0.1)


async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends everybody round and round."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 307 Again\r\nLocation: /inbox\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Closes in the middle of the answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 202 Acc")
    await writer.drain()


def queue(sender: Peer, inbox: str, number: int) -> None:
    for planned in plan(sender.activity(number), [Recipient(inbox)]):
        sender.outbox.add(planned, sender.clock())


@pytest.fixture
def small_places(monkeypatch: pytest.MonkeyPatch) -> Places:
    """Four places and a short patience, so that twelve peers that hang would hold every place for the whole test."""
    monkeypatch.setattr(places, "SLOW_AFTER_S", 0.1)
    return Places(quick=4, slow=60)


async def test_peers_that_hang_or_drip_slow_nobody_else(sicoval: Peer, labege: Peer, small_places: Places) -> None:
    async with AsyncExitStack() as stack:
        for number in range(HANGING):
            port = await stack.enter_async_context(listening(hang if number % 2 else drip))
            queue(sicoval, f"http://hangs{number}.localhost:{port}/inbox", number)
        for number in range(20):
            sicoval.queue(sicoval.activity(100 + number), labege)
        labege.site.wanted = 20
        worker = DeliveryWorker(sicoval.outbox, sicoval.client, lambda _: sicoval.identity, places=small_places)
        started = time.monotonic()
        run = asyncio.create_task(worker.run_once())
        async with asyncio.timeout(10):
            await labege.site.complete.wait()
        assert time.monotonic() - started < 1.9, "before the first of them was given up, after 2 s"
        assert small_places.slow > 4
        assert await run == HANGING + 20
    assert (small_places.quick, small_places.slow) == (0, 0)
    waiting = [row for row in sicoval.outbox.rows.values() if row.state == "pending"]
    assert len(waiting) == HANGING
    assert {row.errors[0] for row in waiting} == {"The peer did not answer in time"}


async def test_what_is_committed_while_a_peer_hangs_goes_out_at_once(sicoval: Peer, labege: Peer) -> None:
    async with listening(hang) as port:
        queue(sicoval, f"http://slow.localhost:{port}/inbox", 1)
        running = asyncio.create_task(sicoval.worker.run(poll=None))
        await asyncio.sleep(0.3)
        started = time.monotonic()
        sicoval.queue(sicoval.activity(2), labege)
        sicoval.worker.wake()
        async with asyncio.timeout(5):
            await labege.site.complete.wait()
        assert time.monotonic() - started < 0.8
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.parametrize(("serve", "said"), [(redirect, "answered 307"), (hang_up, "closed the connection")])
async def test_a_redirect_or_half_an_answer_is_a_failure_and_is_tried_again(
    sicoval: Peer, serve: Serve, said: str
) -> None:
    async with listening(serve) as port:
        queue(sicoval, f"http://odd.localhost:{port}/inbox", 1)
        assert await sicoval.worker.run_once() == 1
    [row] = sicoval.outbox.rows.values()
    assert row.state == "pending"
    assert said in row.errors[0] or "No answer" in row.errors[0]
    assert row.next_attempt > sicoval.clock()


async def test_a_week_away_with_a_full_outbox_costs_the_others_nothing(town: Town, sicoval: Peer, labege: Peer) -> None:
    """Nobody listens at that port for a week, in which fifteen messages a day come for it and for the neighbour."""
    async with listening(hang) as port:
        gone = f"http://gone.localhost:{port}/inbox"
    number = 0
    for _ in range(8):
        for _ in range(15):
            number += 1
            queue(sicoval, gone, number)
            sicoval.queue(sicoval.activity(number), labege)
        await sicoval.worker.run_once()
        assert len(labege.site.accepted) == number, "all that was due to the neighbour has arrived"
        sicoval.clock.pass_(timedelta(days=1))
    tried = sum(bool(row.errors) for row in sicoval.outbox.rows.values())
    assert tried == 5, "the first of its row until it was given up, then others until the breaker opened"
    states = [row.state for row in sicoval.outbox.rows.values() if row.delivery.destination == gone]
    assert states[0] == "dead"
