"""What federation asks the node to keep: the ports. `federation.memory` implements each of them for tests.

Every method is a coroutine. Times are aware UTC datetimes. A "host" is an authority as `protocols.origins` writes it
(`example.org`, `ygor.example:8443`), except in `HostRules`, where ports do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from federation.hosts import HostState
from protocols.types import JsonObject

MOST_PER_HOST = 4
"""Deliveries under way to one host at any time, to different inboxes of it."""
Clock = Callable[[], datetime]
"""The present moment, aware UTC."""


class HostRule(Enum):
    """An administrator's decision about a host and everything below it."""

    ALLOW = "allow"
    BLOCK = "block"


class HostRules(Protocol):
    """The allow and block lists."""

    async def lookup(self, names: Sequence[str]) -> Mapping[str, HostRule]:
        """The rules that exist for exactly these host names (a host and its parents, lower case, no port)."""
        ...

    async def allow_listed_only(self) -> bool:
        """Whether a host without a rule is refused."""
        ...


class HostMemory(Protocol):
    """One `HostState` per host we ever talked to. Bounded: forget the hosts not heard from for longest."""

    async def load(self, host: str) -> HostState:
        """The host's state; `HostState(host)` when nothing is known."""
        ...

    async def update(self, host: str, change: Callable[[HostState], HostState]) -> HostState:
        """Load, change and store in one step (atomically where several processes share the store)."""
        ...

    async def note(self, host: str, change: Callable[[HostState], HostState]) -> None:
        """As `update`, for what is found out anew if a crash loses it: nobody waits until it is stored."""
        ...


class KeyUse(Enum):
    """What a key was looked up for: a failure in one use says nothing about the other."""

    HTTP = "http"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class CachedKey:
    """What a look-up of (key id, use) gave.

    Found: `actor` is the owner's document as fetched. Not found: `actor` is None, `problem` says why in words, and
    `gone` that the owner's address answered 404 or 410.
    """

    key_id: str
    use: KeyUse
    fetched_at: datetime
    actor: JsonObject | None = None
    problem: str = ""
    gone: bool = False


class KeyCache(Protocol):
    """Results of key look-ups, good and bad. Bounded in number; losing an entry costs one fetch, nothing else."""

    async def get(self, key_id: str, use: KeyUse) -> CachedKey | None:
        """The entry, however old: the reader judges its age."""
        ...

    async def put(self, entry: CachedKey) -> None:
        """Replace the entry for (key_id, use)."""
        ...

    async def forget(self, actor_id: str) -> None:
        """Drop every entry whose actor document has this id (it told us that it changed)."""
        ...


class FormerNames(Protocol):
    """The ids that actors had before they moved to their present ones, each confirmed from both ends when it moved."""

    async def of(self, actor_id: str) -> Collection[str]:
        """All former ids of the actor that has this id today."""
        ...


@dataclass(frozen=True, slots=True)
class SeenSignature:
    """A verified signature, to be remembered until `expires`: the same again is the same request played again."""

    key_id: str
    signature: bytes
    expires: datetime


class SeenSignatures(Protocol):
    """Signatures already accepted, so that a recorded request cannot be played again within its window. That of a
    delivery is written by `Site.accept`, in the activity's transaction."""

    async def add(self, key_id: str, signature: bytes, *, expires: datetime) -> bool:
        """Remember the pair until `expires`, durably and atomically; False when it was there already."""
        ...


class Acquaintances(Protocol):
    """Whom this node has a tie with: follows, is followed by, has asked or has been asked."""

    async def knows(self, actor_id: str) -> bool:
        """Whether the actor is anybody to us."""
        ...

    async def part_with(self, actor_id: str) -> None:
        """Its own address says that the actor is gone: no tie is left."""
        ...


class SeenActivities(Protocol):
    """Activity ids, unique for ever. The entry itself is written by `Site.accept`, in the activity's transaction."""

    async def digest_of(self, activity_id: str) -> bytes | None:
        """The 32-byte digest (`Received.digest`) stored with this id, None when the id is new."""
        ...


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One activity for one inbox, as the node writes it into its outbox, in the transaction that made the activity.

    `destination` is the inbox's URL, `host` its authority, `actor_id` the local actor who signs, `body` the exact
    bytes to send. (activity_id, destination) is unique in the store; `sequence` is given by the store, rising per
    destination.
    """

    activity_id: str
    actor_id: str
    destination: str
    host: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row of the outbox. `attempts` counts those made before this one; `lease` proves the claim."""

    id: str
    activity_id: str
    actor_id: str
    destination: str
    host: str
    body: bytes
    sequence: int
    attempts: int
    created_at: datetime
    lease: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: number of pending rows, of dead ones, when the oldest pending one was made."""

    pending: int
    dead: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Watermark:
    """For one destination: everything up to `complete` is done or dead, without a gap; `highest` was the last made."""

    complete: int
    highest: int


class OutboxStore(Protocol):
    """The outbox. A row is pending, done or dead; a pending row may be leased, waiting, or set aside.

    The marks (`done`, `failed`, `dead`, `postpone`) act only while `delivery.lease` is still the row's lease and
    return whether they did: a worker that overslept its lease must not undo what the next one did.
    """

    async def claim(self, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        """Lease up to `limit` due rows, at most one per destination and `MOST_PER_HOST` per host, and commit that
        before returning.

        Due: pending, next attempt ≤ now, not leased (or the lease ran out), and no earlier row of the same destination
        is pending, except rows set aside. Longest overdue first. With several processes: FOR UPDATE SKIP LOCKED.
        """
        ...

    async def done(self, delivery: Delivery, *, now: datetime) -> bool:
        """The peer took it (2xx)."""
        ...

    async def failed(self, delivery: Delivery, *, next_attempt: datetime, error: str, set_aside: bool) -> bool:
        """One attempt more; due again at `next_attempt`. Once set aside, a row no longer holds up later ones."""
        ...

    async def dead(self, delivery: Delivery, *, now: datetime, error: str, destination_gone: bool) -> bool:
        """Never again by itself. `destination_gone`: the inbox answered 404 or 410; its other rows may die too."""
        ...

    async def postpone(self, delivery: Delivery, *, until: datetime) -> bool:
        """Give the row back unattempted (the host's breaker is open, or the worker stops)."""
        ...

    async def host_heard(self, host: str, *, now: datetime) -> None:
        """That host spoke to us: its waiting rows are due at once. Leased rows stay leased."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest time at which `claim` could return something (leases included), None when nothing waits."""
        ...

    async def backlog(self, host: str | None = None) -> Backlog:
        """What waits for one host, or altogether."""
        ...

    async def watermark(self, destination: str) -> Watermark:
        """How far a destination is served without a gap."""
        ...
