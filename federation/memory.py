"""The ports in memory: for tests, and the plainest statement of what each port means. Nothing survives the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from federation.hosts import HostState
from federation.ports import (
    MOST_PER_HOST,
    Backlog,
    CachedKey,
    Clock,
    Delivery,
    HostRule,
    KeyUse,
    PlannedDelivery,
    Watermark,
)

MAX_ENTRIES = 10_000


class MemoryHostRules:
    """Rules in a dict: host name → rule."""

    def __init__(self, rules: Mapping[str, HostRule] | None = None, *, listed_only: bool = False) -> None:
        self.rules = dict(rules or {})
        self.listed_only = listed_only

    async def lookup(self, names: Sequence[str]) -> Mapping[str, HostRule]:
        return {name: self.rules[name] for name in names if name in self.rules}

    async def allow_listed_only(self) -> bool:
        return self.listed_only


class MemoryHosts:
    """Host states, the least recently changed forgotten first."""

    def __init__(self) -> None:
        self.states: dict[str, HostState] = {}

    async def load(self, host: str) -> HostState:
        return self.states.get(host) or HostState(host)

    async def update(self, host: str, change: Callable[[HostState], HostState]) -> HostState:
        state = change(self.states.get(host) or HostState(host))
        self.states.pop(host, HostState(host))
        self.states[host] = state
        _bound(self.states)
        return state

    async def note(self, host: str, change: Callable[[HostState], HostState]) -> None:
        await self.update(host, change)


class MemoryKeyCache:
    """Keys, the oldest entry forgotten first."""

    def __init__(self, limit: int = MAX_ENTRIES) -> None:
        self.entries: dict[tuple[str, KeyUse], CachedKey] = {}
        self._limit = limit

    async def get(self, key_id: str, use: KeyUse) -> CachedKey | None:
        return self.entries.get((key_id, use))

    async def put(self, entry: CachedKey) -> None:
        self.entries.pop((entry.key_id, entry.use), None)
        self.entries[entry.key_id, entry.use] = entry
        _bound(self.entries, self._limit)

    async def forget(self, actor_id: str) -> None:
        stale = [key for key, entry in self.entries.items() if entry.actor and entry.actor.get("id") == actor_id]
        for key in stale:
            del self.entries[key]


class MemorySeenSignatures:
    """Pairs with their expiry; expired ones are dropped now and then."""

    def __init__(self, clock: Clock) -> None:
        self.seen: dict[tuple[str, bytes], datetime] = {}
        self._clock = clock

    async def add(self, key_id: str, signature: bytes, *, expires: datetime) -> bool:
        if len(self.seen) % 1000 == 999:
            now = self._clock()
            self.seen = {pair: until for pair, until in self.seen.items() if until > now}
        if (key_id, signature) in self.seen:
            return False
        self.seen[key_id, signature] = expires
        return True


class MemoryAcquaintances:
    """Actor ids in a set."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = set(known)

    async def knows(self, actor_id: str) -> bool:
        return actor_id in self.known

    async def part_with(self, actor_id: str) -> None:
        self.known.discard(actor_id)


class MemorySeenActivities:
    """Activity ids with their digests; `record` is what a Site's `accept` does in its transaction."""

    def __init__(self) -> None:
        self.digests: dict[str, bytes] = {}

    async def digest_of(self, activity_id: str) -> bytes | None:
        return self.digests.get(activity_id)

    def record(self, activity_id: str, digest: bytes) -> bool:
        """False when the id is there already."""
        return self.digests.setdefault(activity_id, digest) is digest


@dataclass(slots=True)
class OutboxRow:
    """A row of the outbox with everything the store knows about it."""

    delivery: Delivery
    next_attempt: datetime
    state: str = "pending"
    set_aside: bool = False
    lease_until: datetime | None = None
    errors: list[str] = field(default_factory=list)


class MemoryOutbox:
    """The outbox as a list of rows."""

    def __init__(self) -> None:
        self.rows: dict[str, OutboxRow] = {}
        self.served: dict[str, datetime] = {}
        self._leases = count(1)

    def add(self, planned: PlannedDelivery, now: datetime) -> str | None:
        """What the node does in its own transaction: one row, or none if (activity, destination) is there already."""
        row_id = f"{planned.activity_id} {planned.destination}"
        if row_id in self.rows:
            return None
        delivery = Delivery(
            id=row_id,
            activity_id=planned.activity_id,
            actor_id=planned.actor_id,
            destination=planned.destination,
            host=planned.host,
            body=planned.body,
            sequence=1 + sum(row.delivery.destination == planned.destination for row in self.rows.values()),
            attempts=0,
            created_at=now,
            lease="",
        )
        self.rows[row_id] = OutboxRow(delivery, next_attempt=now)
        return row_id

    async def claim(self, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        claimed: list[Delivery] = []
        for _ in range(MOST_PER_HOST):
            for _, host, destination in self._line(now)[: limit - len(claimed)]:
                claimed.append(self._lease(destination, now, lease_until))
                self.served[host] = self.served[destination] = now
        return tuple(claimed)

    def _lease(self, destination: str, now: datetime, lease_until: datetime) -> Delivery:
        """Of what is due there: what is in order before what was set aside."""
        due = [row for row in self._heads(destination) if row.next_attempt <= now]
        row = min(due, key=lambda one: (one.set_aside, one.next_attempt, one.delivery.sequence))
        for other in self._pending(destination):
            other.lease_until = None
        row.delivery, row.lease_until = replace(row.delivery, lease=str(next(self._leases))), lease_until
        return row.delivery

    async def done(self, delivery: Delivery, *, now: datetime) -> bool:
        return self._mark(delivery, state="done")

    async def failed(self, delivery: Delivery, *, next_attempt: datetime, error: str, set_aside: bool) -> bool:
        if not self._mark(delivery, next_attempt=next_attempt, error=error):
            return False
        row = self.rows[delivery.id]
        row.delivery = replace(row.delivery, attempts=row.delivery.attempts + 1)
        row.set_aside = set_aside
        return True

    async def dead(self, delivery: Delivery, *, now: datetime, error: str, destination_gone: bool) -> bool:
        if not self._mark(delivery, state="dead", error=error):
            return False
        if destination_gone:
            for row in self._pending(delivery.destination):
                if not _leased(row, now):
                    row.state = "dead"
        return True

    async def postpone(self, delivery: Delivery, *, until: datetime) -> bool:
        return self._mark(delivery, next_attempt=until)

    async def host_heard(self, host: str, *, now: datetime) -> None:
        for row in self._pending():
            if row.delivery.host == host:
                row.next_attempt = min(row.next_attempt, now)

    async def next_due(self) -> datetime | None:
        return min((due for due, _, _ in self._line()), default=None)

    async def backlog(self, host: str | None = None) -> Backlog:
        rows = [row for row in self.rows.values() if host in (None, row.delivery.host)]
        pending = [row.delivery.created_at for row in rows if row.state == "pending"]
        return Backlog(len(pending), sum(row.state == "dead" for row in rows), min(pending, default=None))

    async def watermark(self, destination: str) -> Watermark:
        rows = [row for row in self.rows.values() if row.delivery.destination == destination]
        highest = max((row.delivery.sequence for row in rows), default=0)
        pending = [row.delivery.sequence for row in rows if row.state == "pending"]
        return Watermark(min(pending, default=highest + 1) - 1, highest)

    def _pending(self, destination: str | None = None) -> list[OutboxRow]:
        rows = [row for row in self.rows.values() if row.state == "pending"]
        return [row for row in rows if destination in (None, row.delivery.destination)]

    def _heads(self, destination: str) -> list[OutboxRow]:
        """What no other row holds up: the first in order, and what was set aside."""
        rows = sorted(self._pending(destination), key=lambda one: one.delivery.sequence)
        return [row for row in rows if not row.set_aside][:1] + [row for row in rows if row.set_aside]

    def _line(self, until: datetime | None = None) -> list[tuple[datetime, str, str]]:
        """Each host's turn, and the inbox of it that is next. While so many are under way as may be, only the end of
        one counts."""
        due: dict[str, list[tuple[datetime, str]]] = {}
        busy: dict[str, list[tuple[datetime, str]]] = {}
        for name, host in {(row.delivery.destination, row.delivery.host) for row in self._pending()}:
            ends = [row.lease_until for row in self._pending(name) if row.lease_until is not None]
            for moment in ends:
                busy.setdefault(host, []).append((moment, name))
            earliest = min(row.next_attempt for row in self._heads(name))
            due.setdefault(host, []).append((ends[0] if ends else self._turn(earliest, name), name))
        line = []
        for host, inboxes in due.items():
            under_way = busy.get(host, [])
            moment, name = min(under_way if len(under_way) >= MOST_PER_HOST else inboxes)
            line.append((self._turn(moment, host), host, name))
        return sorted(one for one in line if until is None or one[0] <= until)

    def _turn(self, due: datetime, who: str) -> datetime:
        """Whoever was served goes behind those that were due before."""
        return max(due, self.served.get(who, due))

    def _mark(
        self,
        delivery: Delivery,
        *,
        state: str | None = None,
        next_attempt: datetime | None = None,
        error: str | None = None,
    ) -> bool:
        row = self.rows[delivery.id]
        if row.state != "pending" or not row.delivery.lease or row.delivery.lease != delivery.lease:
            return False
        row.delivery, row.lease_until = replace(row.delivery, lease=""), None
        row.state = state or row.state
        row.next_attempt = next_attempt or row.next_attempt
        if error is not None:
            row.errors.append(error)
        return True


def _leased(row: OutboxRow, now: datetime) -> bool:
    return row.lease_until is not None and row.lease_until > now


def _bound(entries: dict[Any, Any], limit: int = MAX_ENTRIES) -> None:
    while len(entries) > limit:
        del entries[next(iter(entries))]
