"""What federation asks a node to keep, on both databases: raced, bounded, forgotten in time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from federation.hosts import HostState, SignatureKind, failed, heard
from federation.inbox import Received
from federation.ports import CachedKey, HostRule, KeyUse
from federation.remote_actor import read_actor
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import addresses, following, stores
from node.neighbours import rules as host_rules
from node.neighbours.incoming import handlers_of, take_in
from node.neighbours.models import LONGEST_ADDRESS, HeardActivity, HostRow, KeyRow, Peer, SeenSignature
from node.neighbours.stores import SqlHostMemory, SqlHostRules, SqlKeyCache, SqlSeenActivities, SqlSeenSignatures
from protocols.types import JsonObject
from tests.fixtures.nodes import START, TestClock

KEY = "https://peer.example/actor#main-key"
BY = "0" * 26


def count(unit: Unit, table: type) -> int:
    return unit.session.execute(select(func.count()).select_from(table)).scalar_one()


async def test_a_signature_is_accepted_once_however_many_ask_at_once(node: Node, clock: TestClock) -> None:
    seen = SqlSeenSignatures(node)
    expires = START + timedelta(hours=2)
    answers = await asyncio.gather(*(seen.add(KEY, b"signature", expires=expires) for _ in range(10)))
    assert sorted(answers) == [False] * 9 + [True]
    assert await seen.add(KEY, b"other", expires=expires)
    assert await seen.add(KEY + "2", b"signature", expires=expires), "of another key it is another"
    clock.forward(hours=3)
    await node.write(stores.tidy)
    assert await node.read(count, SeenSignature) == 0


async def test_what_is_known_of_a_host_is_changed_in_one_step(node: Node) -> None:
    memory = SqlHostMemory(node)
    assert await memory.load("peer.example") == HostState("peer.example")

    def more(state: HostState) -> HostState:
        return replace(state, clock_skew_s=(state.clock_skew_s or 0) + 1)

    await asyncio.gather(*(memory.update("peer.example", more) for _ in range(12)))
    assert (await memory.load("peer.example")).clock_skew_s == 12
    state = heard(failed(HostState("b.example"), START, "No answer: X"), START, timedelta(seconds=-3))
    state = replace(state, signature=SignatureKind.RFC9421_ED25519, advertised=SignatureKind.RFC9421_RSA)
    await memory.update("b.example", lambda _: state)
    assert await memory.load("b.example") == state


async def test_what_is_noted_of_a_host_is_known_at_once_and_stored_soon(node: Node) -> None:
    memory = SqlHostMemory(node)
    state = replace(HostState("a.example"), signature=SignatureKind.CAVAGE)

    def lost(_state: HostState) -> HostState:
        raise ValueError("never stored")

    await memory.note("a.example", lambda _: state)
    assert await memory.load("a.example") == state
    memory._changing.soon(("b.example", lost))  # what fails is logged, and takes nobody else with it
    await memory.update("c.example", lambda known: known)
    assert await SqlHostMemory(node).load("a.example") == state
    assert await node.read(lambda unit: sorted(unit.session.scalars(select(HostRow.host)))) == [
        "a.example",
        "c.example",
    ]


async def test_keys_good_and_bad_by_use(node: Node) -> None:
    cache = SqlKeyCache(node)
    assert await cache.get(KEY, KeyUse.HTTP) is None
    actor: JsonObject = {"id": "https://peer.example/actor"}
    good = CachedKey(KEY, KeyUse.HTTP, START, actor)
    bad = CachedKey(KEY, KeyUse.PROOF, START, problem="nothing there", gone=True)
    for entry in (replace(good, problem="old"), good, bad):
        await cache.put(entry)
    assert await cache.get(KEY, KeyUse.HTTP) == good
    assert await cache.get(KEY, KeyUse.PROOF) == bad
    await cache.forget("https://peer.example/actor")
    assert await cache.get(KEY, KeyUse.HTTP) is None
    assert await cache.get(KEY, KeyUse.PROOF) == bad
    long = KEY + "x" * LONGEST_ADDRESS
    await cache.put(replace(good, key_id=long))
    assert await cache.get(long, KeyUse.HTTP) is None
    await asyncio.gather(*(cache.put(replace(good, problem=str(number))) for number in range(8)))
    assert await cache.get(KEY, KeyUse.HTTP) is not None


async def test_tables_that_strangers_fill_stay_bounded(
    node: Node, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MOST_HOSTS", 3)
    monkeypatch.setattr(stores, "MOST_KEYS", 3)
    memory, cache = SqlHostMemory(node), SqlKeyCache(node)
    for number in range(6):
        await memory.update(f"h{number}.example", lambda state: state)
        await cache.put(CachedKey(f"{KEY}{number}", KeyUse.HTTP, clock(), problem="no"))
        clock.forward(seconds=1)
    await node.write(stores.tidy)
    assert await node.read(lambda unit: sorted(unit.session.scalars(select(HostRow.host)))) == [
        "h3.example", "h4.example", "h5.example",
    ]  # fmt: skip
    assert await node.read(count, KeyRow) == 3
    assert await cache.get(f"{KEY}5", KeyUse.HTTP) is not None
    await node.write(stores.tidy)
    assert await node.read(count, KeyRow) == 3, "what fits stays"


async def test_rules_by_name_and_the_nearest(node: Node) -> None:
    rules = SqlHostRules(node)
    await node.write(host_rules.set_rule, " Example.ORG ", "block", "", BY)
    await node.write(host_rules.set_rule, "good.example.org", "allow", "", BY)
    found = await rules.lookup(("a.good.example.org", "good.example.org", "example.org", "org"))
    assert found == {"good.example.org": HostRule.ALLOW, "example.org": HostRule.BLOCK}
    assert not await rules.allow_listed_only()
    for host, rule in (("a.good.example.org:8443", "allow"), ("bad.example.org", "block"), ("badexample.org", None)):
        assert (await node.read(stores.nearest_rule, host))[1] == rule
    await node.write(host_rules.set_rule, "example.org", None, "", BY)
    assert await node.read(stores.nearest_rule, "example.org") == ("", None)


def stranger(host: str, name: str = "maire", shown: str | None = None) -> JsonObject:
    """An ordinary actor of another host; its keys do not matter where nothing is verified any more."""
    return {
        "id": f"https://{host}/{name}",
        "type": "Person",
        "preferredUsername": name,
        "inbox": f"https://{host}/{name}/inbox",
        "name": shown,
    }


def follow_by(node: Node, document: JsonObject, number: int = 1) -> Received:
    actor = read_actor(document)
    activity: JsonObject = {
        "id": f"{actor.id}/follows/{number}",
        "type": "Follow",
        "actor": actor.id,
        "object": addresses.actor_id(node.facts),
    }
    return Received(actor, activity, str(activity["id"]), bytes(32), True, False, actor.id, False, START)


async def test_an_activity_taken_in_many_times_at_once_acts_once(node: Node) -> None:
    received = follow_by(node, stranger("fedi.example"))
    assert await SqlSeenActivities(node).digest_of(received.activity_id) is None
    handlers = handlers_of(node)
    await asyncio.gather(*(node.write(take_in, received, handlers) for _ in range(8)))
    assert await node.read(count, HeardActivity) == 1
    assert await node.read(count, Peer) == 1
    assert await SqlSeenActivities(node).digest_of(received.activity_id) == bytes(32)


async def test_what_peers_call_themselves_is_one_clean_line(node: Node) -> None:
    hostile = stranger("fedi.example", shown=" Ma\u202e\u200bire   x ")
    await node.write(take_in, follow_by(node, hostile), handlers_of(node))
    assert await node.read(lambda unit: unit.session.scalars(select(Peer.name)).all()) == ["Ma ire x"]


async def test_one_host_cannot_fill_the_list_of_followers(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_FOLLOWERS_OF_A_HOST", 2)
    handlers = handlers_of(node)
    for name in ("a", "b", "c"):
        await node.write(take_in, follow_by(node, stranger("fedi.example", name)), handlers)
    await node.write(take_in, follow_by(node, stranger("other.example")), handlers)
    await node.write(take_in, follow_by(node, stranger("fedi.example", "a"), 2), handlers)
    names = await node.read(lambda unit: sorted(unit.session.scalars(select(Peer.actor_id))))
    assert names == ["https://fedi.example/a", "https://fedi.example/b", "https://other.example/maire"]
    said = await node.read(lambda unit: sorted(unit.session.scalars(select(HeardActivity.outcome))))
    assert said == ["accepted"] * 4 + ["rejected"]


async def test_one_host_cannot_fill_the_table_of_keys(
    node: Node, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MOST_KEYS_OF_A_HOST", 3)
    cache = SqlKeyCache(node)
    await cache.put(CachedKey("https://other.example/actor#main-key", KeyUse.HTTP, clock(), problem="no"))
    for number in range(8):
        clock.forward(seconds=1)
        await cache.put(CachedKey(f"https://evil_.example/{number}", KeyUse.HTTP, clock(), problem="no"))
        await cache.put(CachedKey(f"https://evilx.example/{number % 2}", KeyUse.HTTP, clock(), problem="no"))
    kept = await node.read(lambda unit: sorted(unit.session.scalars(select(KeyRow.key_id))))
    assert [key for key in kept if "evil_" in key] == [f"https://evil_.example/{number}" for number in (5, 6, 7)]
    assert len(kept) == 6, "and other hosts keep theirs"


async def test_what_strangers_said_is_not_kept_for_ever(
    node: Node, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids of a peer's activities are: an id means one thing. Those of strangers changed nothing."""
    monkeypatch.setattr(stores, "MOST_HEARD_OF_STRANGERS", 2)
    handlers = handlers_of(node)
    await node.write(take_in, follow_by(node, stranger("fedi.example")), handlers)
    for number in range(4):
        clock.forward(seconds=1)
        note = follow_by(node, stranger("evil.example"), number)
        shout = replace(note, activity={**note.activity, "type": "Listen"}, received_at=clock())
        await node.write(take_in, shout, handlers)
    await node.write(stores.tidy)
    kept = await node.read(lambda unit: sorted(unit.session.scalars(select(HeardActivity.id))))
    assert kept == [f"https://evil.example/maire/follows/{number}" for number in (2, 3)] + [
        "https://fedi.example/maire/follows/1"
    ]
    clock.forward(days=31)
    await node.write(stores.tidy)
    assert await node.read(count, HeardActivity) == 1
