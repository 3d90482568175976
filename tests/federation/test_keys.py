"""Looking keys up: storms, slow hosts, caches."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web as aio

from federation import media
from federation.client import FetchBudget
from federation.errors import PeerUnreachable
from federation.keys import MAX_LOOKUPS_PER_HOST, KeyResolver, KeyUnavailable
from federation.lookups import MAX_WAITING_PER_HOST
from federation.memory import MemoryKeyCache
from federation.ports import CachedKey, KeyUse
from protocols import jcs
from tests.federation.peers import START, Peer, Town, actor_document, identity, send


def resolver(peer: Peer) -> KeyResolver:
    return KeyResolver(peer.client, peer.keys_cache)


async def test_one_fetch_for_many_at_once(sicoval: Peer, labege: Peer) -> None:
    keys = resolver(labege)
    found = await asyncio.gather(
        *(keys.resolve(sicoval.identity.rsa_key_id, KeyUse.HTTP, FetchBudget()) for _ in range(MAX_WAITING_PER_HOST))
    )
    assert {one.actor.id for one in found} == {sicoval.identity.actor_id}
    assert sicoval.requests == ["GET /actor"]


async def test_a_missing_key_is_asked_for_once_in_five_minutes(sicoval: Peer, labege: Peer) -> None:
    keys, missing = resolver(labege), f"{sicoval.base_url}/nobody#main-key"
    for _ in range(5):
        with pytest.raises(KeyUnavailable):
            await keys.resolve(missing, KeyUse.HTTP, FetchBudget())
    once = len(sicoval.requests)
    labege.clock.pass_(timedelta(hours=7))
    with pytest.raises(KeyUnavailable):
        await keys.resolve(missing, KeyUse.HTTP, FetchBudget())
    assert len(sicoval.requests) == 2 * once


async def test_a_failed_use_does_not_spoil_the_other(sicoval: Peer, labege: Peer) -> None:
    keys, proof_key = resolver(labege), sicoval.identity.proof_key_id
    with pytest.raises(KeyUnavailable):
        await keys.resolve(proof_key, KeyUse.HTTP, FetchBudget())
    assert (await keys.resolve(proof_key, KeyUse.PROOF, FetchBudget())).key.key_id == proof_key


async def test_a_slow_key_host_takes_only_its_own_places(town: Town, sicoval: Peer, labege: Peer) -> None:
    """While a hostile host keeps look-ups hanging, others are served and its further keys are refused at once."""
    waiting, full = asyncio.Event(), asyncio.Event()
    asked = 0

    async def serve(request: aio.Request) -> aio.Response:
        nonlocal asked
        asked += 1
        if asked == MAX_LOOKUPS_PER_HOST:
            full.set()
        await waiting.wait()
        return aio.Response(status=404)

    base = await town.bare(serve, "slow")
    keys = resolver(labege)
    hanging = [
        asyncio.create_task(keys.resolve(f"{base}/{number}", KeyUse.HTTP, FetchBudget()))
        for number in range(MAX_LOOKUPS_PER_HOST)
    ]
    await full.wait()
    with pytest.raises(PeerUnreachable) as caught:
        await keys.resolve(f"{base}/one-more", KeyUse.HTTP, FetchBudget())
    assert caught.value.code == "busy"
    assert await send(sicoval.signed(labege, sicoval.activity())) == (202, "")
    waiting.set()
    results = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(result, KeyUnavailable) for result in results)


async def test_a_key_document_apart_from_its_owner(town: Town, labege: Peer) -> None:
    """Some servers keep the key at an address of its own: the owner's document has the last word."""

    async def serve(request: aio.Request) -> aio.Response:
        document = own if request.path == "/actor" else key
        return aio.Response(body=jcs.canonical(document), content_type=media.ACTIVITY)

    base = await town.bare(serve)
    who = identity(base, "apart")
    own = actor_document(who, base)
    listed = own["publicKey"]
    assert isinstance(listed, dict)
    key = {**listed, "id": f"{base}/actor/main-key"}
    own["publicKey"] = dict(key)
    resolved = await resolver(labege).resolve(f"{base}/actor/main-key", KeyUse.HTTP, FetchBudget())
    assert resolved.actor.id == who.actor_id

    own["publicKey"] = listed
    with pytest.raises(KeyUnavailable):
        await KeyResolver(labege.client, MemoryKeyCache()).resolve(key["id"], KeyUse.HTTP, FetchBudget())  # type: ignore[arg-type]  # a str, made above


async def test_the_cache_is_bounded() -> None:
    cache = MemoryKeyCache(limit=10)
    for number in range(100):
        await cache.put(CachedKey(f"https://a.example/{number}", KeyUse.HTTP, START, problem="gone"))
    assert len(cache.entries) == 10
    assert await cache.get("https://a.example/99", KeyUse.HTTP) is not None


async def test_a_changed_actor_can_be_forgotten(sicoval: Peer, labege: Peer) -> None:
    keys = resolver(labege)
    await keys.resolve(sicoval.identity.rsa_key_id, KeyUse.HTTP, FetchBudget())
    await labege.keys_cache.forget(sicoval.identity.actor_id)
    labege.clock.pass_(timedelta(seconds=1))
    await keys.resolve(sicoval.identity.rsa_key_id, KeyUse.HTTP, FetchBudget())
    assert sicoval.requests == ["GET /actor"] * 2
