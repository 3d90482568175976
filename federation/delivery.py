"""Working off the outbox: claimed with leases, in order for each destination, many destinations at a time.

At-least-once: a row is marked done only after the peer's 2xx, so a crash between the two sends it again, and the
receiver knows the activity by its id. Nothing is kept here that a SIGKILL could lose.

Clauses: specs/federation.md §9.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from federation import backoff, breaker, hosts
from federation.client import FederationClient
from federation.errors import AddressRefused, PeerRefused
from federation.identity import Identity
from federation.places import Place, Places
from federation.ports import Clock, Delivery, HostMemory, OutboxStore
from protocols.errors import LocalProtocolError, RemoteProtocolError

LEASE = timedelta(seconds=45)
"""An attempt takes 10 s at most (`TOTAL_S`), whatever the peer does; the rest is for our own database."""
SET_ASIDE_AFTER = 6
MAX_ROUNDS = 100_000
_RETRY = frozenset({401, 403, 408, 421, 425, 429})
"""4xx that may pass: a key that could not be fetched, a list not yet updated, a rate limit."""


async def _no_headers(_delivery: Delivery) -> tuple[tuple[str, str], ...]:
    return ()


class DeliveryWorker:
    """The worker of one local node's outbox. Any number of them, in any number of processes, may share one store.

    `identity_for(actor_id)` gives the keys of the row's actor, or raises LocalProtocolError; `places` are shared with
    the other nodes of the process; `draw()` gives the jitter, in [0, 1); `headers_for(delivery)` gives headers to send
    besides.
    """

    def __init__(
        self,
        store: OutboxStore,
        client: FederationClient,
        identity_for: Callable[[str], Identity],
        *,
        places: Places | None = None,
        draw: Callable[[], float] = random.random,
        headers_for: Callable[[Delivery], Awaitable[tuple[tuple[str, str], ...]]] | None = None,
    ) -> None:
        self._store = store
        self._client = client
        self._identity_for = identity_for
        self._places = places or Places()
        self._draw = draw
        self._headers_for = headers_for or _no_headers
        self._woken = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def _clock(self) -> Clock:
        return self._client.clock

    @property
    def _hosts(self) -> HostMemory:
        return self._client.hosts

    def wake(self) -> None:
        """Something was committed to the outbox, a host was heard, a delivery is over: look now."""
        self._woken.set()

    async def run(self, *, poll: timedelta | None = timedelta(seconds=30)) -> None:
        """Work until cancelled. Sleeps until the next row is due, `wake()`, or `poll` (None: this store is ours alone).

        Cancelling stops the sends under way; their rows come back when the lease ends.
        """
        async with self._ending():
            while True:
                self._woken.clear()
                self._collect()
                if await self._start_due():
                    continue
                wait = await self._pause(poll)
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if wait is None else wait.total_seconds()):
                        await self._woken.wait()

    async def run_once(self) -> int:
        """Attempt everything that is due now, each destination's rows in order; returns how many.

        One call at a time per worker. Errors of the store are raised; what was under way comes back with its lease.
        """
        attempted = 0
        async with self._ending():
            for _ in range(MAX_ROUNDS):
                self._woken.clear()
                self._collect()
                started = await self._start_due()
                attempted += started
                if not started and not self._running:
                    break
                if not started:
                    await self._woken.wait()
        return attempted

    @asynccontextmanager
    async def _ending(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            self._running.clear()

    async def _start_due(self) -> int:
        """Claim as many rows as there are free places. While much is under way it waits for a few places more, so that
        one transaction claims several rows."""
        if self._running and self._places.free < self._places.most_quick // 2:
            self._places.when_free(self.wake)
            return 0
        places = self._places.take(self._places.most_quick)
        claimed: Sequence[Delivery] = ()
        try:
            now = self._clock()
            if places:
                claimed = await self._store.claim(now=now, lease_until=now + LEASE, limit=len(places))
            else:
                self._places.when_free(self.wake)
        finally:
            for place in places[len(claimed) :]:
                place.leave()
        for delivery, place in zip(claimed, places, strict=False):
            task = asyncio.create_task(self._attempt(delivery))
            task.add_done_callback(partial(self._over, place))
            self._running.add(task)
        return len(claimed)

    def _over(self, place: Place, _task: asyncio.Task[None]) -> None:
        place.leave()
        self.wake()

    def _collect(self) -> None:
        """Take out what has ended; an unexpected error ends the run, after the others were stopped."""
        for task in [task for task in self._running if task.done()]:
            self._running.discard(task)
            task.result()

    async def _pause(self, poll: timedelta | None) -> timedelta | None:
        due = await self._store.next_due()
        shortest = 1.0 if self._running else 0.05  # what is due may have to wait for its host, or for a place
        wait = None if due is None else max(due - self._clock(), timedelta(seconds=shortest))
        return wait if poll is None else poll if wait is None else min(wait, poll)

    async def _attempt(self, delivery: Delivery) -> None:
        now = self._clock()
        state = await self._hosts.load(delivery.host)
        until = breaker.wait_until(state.breaker, now)
        if until is not None:
            await self._store.postpone(delivery, until=until)
            return
        if state.breaker.is_open:
            await self._hosts.update(delivery.host, lambda known: hosts.with_probe(known, now))
        try:
            identity = self._identity_for(delivery.actor_id)
            more = await self._headers_for(delivery)
            await self._client.post(delivery.destination, delivery.body, identity=identity, more=more)
        except (PeerRefused, AddressRefused, LocalProtocolError) as error:
            await self._refused(delivery, error)
        except RemoteProtocolError as error:
            await self._unanswered(delivery, error.message, None)
        else:
            await self._store.done(delivery, now=self._clock())
            await self._note_success(delivery.host)

    async def _note_success(self, host: str) -> None:
        """At most one write a minute while nothing is wrong."""
        now = self._clock()
        state = await self._hosts.load(host)
        recent = state.last_success is not None and now - state.last_success < timedelta(minutes=1)
        if not recent or state.last_error is not None or state.breaker != breaker.CLOSED:
            await self._hosts.note(host, lambda known: hosts.succeeded(known, now))

    async def _refused(self, delivery: Delivery, error: PeerRefused | AddressRefused | LocalProtocolError) -> None:
        """An answer that is not 2xx, or one that we refuse to ask for: final, or tried again."""
        now = self._clock()
        if isinstance(error, AddressRefused) and error.code != "blocked":
            await self._unanswered(delivery, error.message, None)
            return
        if isinstance(error, PeerRefused):
            status = error.answer_status
            if error.gone:
                await self._store.dead(delivery, now=now, error=str(error), destination_gone=True)
                return
            if status >= 500 or status in _RETRY or 300 <= status < 400:
                await self._unanswered(delivery, str(error), error)
                return
        await self._store.dead(delivery, now=now, error=str(error)[:500], destination_gone=False)

    async def _unanswered(self, delivery: Delivery, problem: str, answer: PeerRefused | None) -> None:
        """Try again later. A host that answers everything else but not this row is not held up by it for ever."""
        now = self._clock()
        counts = answer is None or answer.answer_status >= 500 or answer.answer_status == 429
        if counts:
            await self._hosts.update(delivery.host, lambda known: hosts.failed(known, now, problem))
        attempts = delivery.attempts + 1
        following = backoff.next_attempt(
            attempts,
            now=now,
            since=delivery.created_at,
            fraction=self._draw(),
            at_least=answer.retry_after if answer is not None else None,
        )
        if following is None:
            await self._store.dead(delivery, now=now, error=problem[:500], destination_gone=False)
            return
        set_aside = answer is not None and attempts >= SET_ASIDE_AFTER
        await self._store.failed(delivery, next_attempt=following, error=problem[:500], set_aside=set_aside)
