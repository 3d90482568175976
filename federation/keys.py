"""Whose key is this? Answered only by the owner's own document (specs/federation.md §5.4).

GHSA-q9f8-5hc7-898f: a document at the attacker's address said "this key belongs to the victim" and was believed. Here
a key counts only if the document that the *owner's id* leads to lists it, and key and owner share one origin.
Look-ups are cached, good and bad ones; one address is asked once at a time, one host only a few times at once.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from federation.client import FederationClient, FetchBudget
from federation.errors import BudgetSpent, PeerRefused, PeerUnreachable
from federation.hosts import announced
from federation.ports import CachedKey, KeyCache, KeyUse
from federation.remote_actor import ActorKey, RemoteActor, read_actor
from protocols.errors import RemoteProtocolError
from protocols.origins import origin, same_origin

GOOD_FOR = timedelta(hours=24)
BAD_FOR = timedelta(minutes=5)
GONE_FOR = timedelta(hours=6)
REFETCH_AFTER = timedelta(minutes=1)
MAX_LOOKUPS_PER_HOST = 4
MAX_TRIED = 1024
MAX_READ = 256
MAX_READ_BYTES = 16_384
"""Larger documents are read anew each time: what is kept in memory for each node stays within a few megabytes."""
MAX_ACTOR_BYTES = 131_072
"""An actor's document is kept with each of its keys; real ones have a few thousand bytes."""


class KeyUnavailable(RemoteProtocolError):
    """The key could not be established: 401. `gone`: its owner answered 404 or 410."""

    def __init__(self, problem: str, *, gone: bool = False) -> None:
        super().__init__(f"No such key: {problem}", status=401, code="no-key")
        self.gone = gone


@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """A key and the actor whose document lists it."""

    actor: RemoteActor
    key: ActorKey
    fetched_at: datetime


class KeyResolver:
    """Resolves key ids through the cache and, if need be, the network."""

    def __init__(self, client: FederationClient, cache: KeyCache) -> None:
        self._client = client
        self._cache = cache
        self._locks: WeakValueDictionary[tuple[str, KeyUse], asyncio.Lock] = WeakValueDictionary()
        self._asking: Counter[str] = Counter()
        self._read: dict[tuple[str, KeyUse], ResolvedKey] = {}
        self._tried: dict[tuple[str, KeyUse], datetime] = {}

    async def resolve(
        self, key_id: str, use: KeyUse, budget: FetchBudget, *, known: RemoteActor | None = None
    ) -> ResolvedKey:
        """The key for one use. `known` is an actor just verified, whose document may list it: that saves a fetch.

        Raises KeyUnavailable (401), or PeerUnreachable (503) when its host is asked too often already.
        """
        now = self._client.clock()
        cached = await self._cache.get(key_id, use)
        if cached is not None and now - cached.fetched_at < _lifetime(cached):
            return self._found(cached)
        if known is not None and known.key(key_id, use) is not None:
            entry = CachedKey(key_id, use, now, actor=known.document)
            await self._cache.put(entry)
            return self._found(entry)
        return await self._fetch(key_id, use, budget, newer_than=cached)

    async def refetch(self, resolved: ResolvedKey, use: KeyUse, budget: FetchBudget) -> ResolvedKey | None:
        """After a signature that did not fit: the key as it is now, or None when it was fetched a moment ago."""
        if not self._is_due(resolved, use):
            return None
        cached = await self._cache.get(resolved.key.key_id, use)
        return await self._fetch(resolved.key.key_id, use, budget, newer_than=cached)

    def _is_due(self, resolved: ResolvedKey, use: KeyUse) -> bool:
        """Whether a key may be fetched anew: once a minute, whether or not the last attempt came to anything."""
        last = max(resolved.fetched_at, self._tried.get((resolved.key.key_id, use), resolved.fetched_at))
        return self._client.clock() - last >= REFETCH_AFTER

    async def _fetch(
        self, key_id: str, use: KeyUse, budget: FetchBudget, *, newer_than: CachedKey | None
    ) -> ResolvedKey:
        known = newer_than is not None and newer_than.actor is not None
        with self._client.lookups.place(key_id, known=known):
            async with self._lock(key_id, use):
                cached = await self._cache.get(key_id, use)
                if cached is not None and cached != newer_than:
                    return self._found(cached)
                with self._turn(origin(key_id).host):
                    entry = await self._look_up(key_id, use, budget, known=known)
                await self._cache.put(entry)
        return self._found(entry)

    def _lock(self, key_id: str, use: KeyUse) -> asyncio.Lock:
        """Held by whoever asks for this key: the others wait and take what was found."""
        return self._locks.setdefault((key_id, use), asyncio.Lock())

    @contextmanager
    def _turn(self, host: str) -> Iterator[None]:
        """One of the few look-ups at once that a host gets. Raises PeerUnreachable("busy")."""
        if self._asking[host] >= MAX_LOOKUPS_PER_HOST:
            raise PeerUnreachable("Too many keys of this host are being looked up", code="busy")
        self._asking[host] += 1
        try:
            yield
        finally:
            self._asking[host] -= 1
            if not self._asking[host]:
                del self._asking[host]

    async def _look_up(self, key_id: str, use: KeyUse, budget: FetchBudget, *, known: bool) -> CachedKey:
        """What the key's host says now. Raises BudgetSpent, and for a `known` key whose host gives no answer that
        error: a key that was good is not spoilt because its host is out of reach."""
        now = self._client.clock()
        try:
            actor = await self._owner(key_id, use, budget)
        except BudgetSpent:
            raise
        except RemoteProtocolError as error:
            if known and _is_no_answer(error):
                self._note_try(key_id, use, now)
                raise PeerUnreachable(error.message) from error
            gone = isinstance(error, PeerRefused) and error.gone
            return CachedKey(key_id, use, now, problem=error.message, gone=gone)
        if actor.signature is not None:
            kind = actor.signature
            await self._client.hosts.update(actor.host, lambda state: announced(state, kind))
        return CachedKey(key_id, use, now, actor=actor.document)

    async def _owner(self, key_id: str, use: KeyUse, budget: FetchBudget) -> RemoteActor:
        """From the key's address to its owner, and from the owner's own document back to the key."""
        document = await self._client.fetch_object(key_id.split("#", 1)[0], budget, max_bytes=MAX_ACTOR_BYTES)
        if "inbox" not in document:
            owner = document.get("owner", document.get("controller"))
            if not isinstance(owner, str) or not same_origin(owner, key_id):
                raise RemoteProtocolError("The key names no owner on its own origin", code="cross-origin")
            document = await self._client.fetch_object(owner, budget, max_bytes=MAX_ACTOR_BYTES)
            if document.get("id") != owner:
                raise RemoteProtocolError("The key's owner has another id", code="cross-origin")
        actor = read_actor(document)
        if not same_origin(actor.id, key_id):
            raise RemoteProtocolError("Key and owner are of different origins", code="cross-origin")
        if actor.key(key_id, use) is None:
            raise RemoteProtocolError("The owner's document does not list this key")
        return actor

    def _note_try(self, key_id: str, use: KeyUse, now: datetime) -> None:
        self._tried.pop((key_id, use), None)
        self._tried[key_id, use] = now
        if len(self._tried) > MAX_TRIED:
            del self._tried[next(iter(self._tried))]

    def _found(self, entry: CachedKey) -> ResolvedKey:
        """The cached document, read once for each time it was fetched: reading keys costs more than using them."""
        if entry.actor is None:
            raise KeyUnavailable(entry.problem, gone=entry.gone)
        read = self._read.get((entry.key_id, entry.use))
        if read is not None and read.fetched_at == entry.fetched_at:
            return read
        actor = read_actor(entry.actor)
        key = actor.key(entry.key_id, entry.use)
        if key is None:
            raise KeyUnavailable("its owner's document does not list it")
        resolved = ResolvedKey(actor, key, entry.fetched_at)
        if len(json.dumps(entry.actor)) > MAX_READ_BYTES:
            return resolved
        self._read[entry.key_id, entry.use] = resolved
        if len(self._read) > MAX_READ:
            del self._read[next(iter(self._read))]
        return resolved


def _is_no_answer(error: RemoteProtocolError) -> bool:
    """Whether the host could not be heard, or says itself that it cannot answer now."""
    if isinstance(error, PeerRefused):
        return error.answer_status >= 500 or error.answer_status == 429
    return isinstance(error, PeerUnreachable)


def _lifetime(entry: CachedKey) -> timedelta:
    if entry.actor is not None:
        return GOOD_FOR
    return GONE_FOR if entry.gone else BAD_FOR
