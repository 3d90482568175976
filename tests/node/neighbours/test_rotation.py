"""Rotating a node's keys: announced by the old, signing after a lead time, listed for a while; or revoked at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from federation.identity import Identity, prove
from node.core.errors import Conflict
from node.core.node import Node
from node.neighbours import addresses, rotation
from node.neighbours.models import DeliveryRow, KeyRow, Peer
from node.neighbours.public import peer
from node.neighbours.services import federation_of
from node.neighbours.upkeep import look_after
from protocols import jcs, strict_json
from protocols.actors import Actor, parse_actor
from protocols.proofs import proofs_of
from protocols.types import JsonObject
from tests.fixtures.nodes import TestClock
from tests.node.neighbours.communes import (
    deliver,
    follow,
    forged,
    outcomes,
    post,
    quiet,
    said,
    send,
    shows,
    signed,
    voice,
)

Pair = tuple[Node, Node]


async def document(node: Node) -> Actor:
    found = await federation_of(node).site.actor(addresses.username(node.facts))
    assert found is not None
    return parse_actor(found)


async def rotated(node: Node, *, leaked: bool = False) -> str:
    """New keys as the button makes them; answers the end of their ids."""
    made = rotation.rotate(node, leaked=leaked)
    await node.write(rotation.tell_keys)
    return made.suffix


def method_of(activity: JsonObject) -> str:
    [proof] = proofs_of(activity)
    return str(proof["verificationMethod"])


def fragments(keys: Any) -> list[str]:
    return [key.id.partition("#")[2] for key in keys]


async def test_announced_by_the_old_keys_then_signing_then_alone(pair: Pair, clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    old = voice(castanet)
    new = await rotated(castanet)
    await quiet(castanet)
    [told] = await said(castanet, "Update")
    assert method_of(told) == old.proof_key_id, "the old key announces the new one"
    assert ("Update", "remembered") in await outcomes(ramonville)
    listed = await document(castanet)
    assert fragments(listed.rsa_keys) == ["main-key", f"main-key{new}"], "what signs stands first"
    assert fragments(listed.proof_keys) == ["proof-ed25519", f"proof-ed25519{new}"]
    kept = await ramonville.read(peer, listed.id)
    assert kept is not None
    assert parse_actor(kept.document) == listed, "the neighbour looked the keys up at their owner"

    clock.forward(minutes=16)
    assert voice(castanet).rsa_key_id.endswith(new)
    await post(castanet)
    await shows(ramonville, "Planter la haie")
    late = forged(castanet, "Create", "late", object="https://x.localhost/1")
    assert (await send(signed(late, ramonville, old, clock()))).status != 401, "what was on its way is still accepted"

    clock.forward(days=15)
    await look_after(castanet)
    listed = await document(castanet)
    assert fragments(listed.rsa_keys) == [f"main-key{new}"]
    assert fragments(listed.former_keys) == ["proof-ed25519"]
    assert not listed.former_keys[0].revoked
    text = (castanet.folder / "keys" / "keyring.json").read_text()
    assert old.proof_seed.hex() not in text, "the private half is destroyed"
    await ramonville.write(lambda unit: unit.session.query(KeyRow).delete())
    activity = forged(castanet, "Follow", "stolen", object=addresses.actor_id(ramonville.facts))
    assert (await send(signed(activity, ramonville, old, clock()))).status == 401


async def test_what_a_former_key_proved_in_its_time_is_still_proved(pair: Pair, clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    old, in_time = voice(castanet), forged(castanet, "Announce", "one", object="https://x.localhost/1")
    await rotated(castanet)
    clock.forward(days=15)
    await look_after(castanet)
    assert (await deliver(in_time, castanet, ramonville)).status == 202
    backdated = _by(old, castanet, "two", clock)
    assert (await deliver(backdated, castanet, ramonville)).status == 401, "made after the key had ended"


def _by(who: Identity, node: Node, number: str, clock: TestClock) -> Any:
    bare = forged(node, "Announce", number, proved=False, object="https://x.localhost/1")
    return prove(who, bare, clock())


async def test_leaked_keys_are_worth_nothing_at_once(pair: Pair, clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    thief, waiting = voice(castanet), forged(castanet, "Announce", "one", object="https://x.localhost/1")
    assert (await deliver(forged(castanet, "Like", "warm"), castanet, ramonville)).status == 202, "its keys are known"
    new = await rotated(castanet, leaked=True)
    await quiet(castanet)
    [told] = await said(castanet, "Update")
    assert method_of(told).endswith(new)
    listed = await document(castanet)
    assert fragments(listed.rsa_keys) == [f"main-key{new}"]
    assert listed.former_keys[0].revoked
    activity = forged(castanet, "Follow", "stolen", object=addresses.actor_id(ramonville.facts), proved=False)
    assert (await send(signed(activity, ramonville, thief, clock()))).status == 401, "the neighbour forgot the old key"
    assert (await deliver(waiting, castanet, ramonville)).status == 401, "an old proof is worth nothing on the wire"
    await post(castanet)
    await shows(ramonville, "Planter la haie")


async def test_what_waits_is_proved_anew_when_keys_leaked(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await post(castanet)
    await quiet(castanet)
    later = {"state": "dead", "body": await _body(castanet)}
    await castanet.write(lambda unit: unit.session.execute(update(DeliveryRow).values(**later)) and None)
    new = await rotated(castanet, leaked=True)
    bodies = await castanet.read(lambda unit: list(unit.session.scalars(select(DeliveryRow.body))))
    for body in bodies:
        if body:
            proved = strict_json.loads(body, max_bytes=100_000)
            assert str(proofs_of(proved)[0]["verificationMethod"]).endswith(new)


async def _body(node: Node) -> bytes:
    return jcs.canonical((await said(node, "Create"))[0])


async def test_one_rotation_at_a_time(pair: Pair, clock: TestClock) -> None:
    castanet, _ = pair
    await rotated(castanet)
    with pytest.raises(Conflict):
        rotation.rotate(castanet, leaked=False)
    for _ in range(2):
        clock.forward(minutes=16)
        await rotated(castanet)
    clock.forward(minutes=16)
    with pytest.raises(Conflict):
        rotation.rotate(castanet, leaked=False)
    clock.forward(days=15)
    await rotated(castanet)


async def test_a_crash_before_the_neighbours_were_told_is_made_good(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    rotation.rotate(castanet, leaked=False)
    assert await said(castanet, "Update") == []
    await look_after(castanet)
    await look_after(castanet)
    assert len(await said(castanet, "Update")) == 1
    await quiet(castanet)
    assert await ramonville.read(
        lambda unit: "proof-ed25519-" in str(unit.session.scalars(select(Peer.document)).one())
    )
