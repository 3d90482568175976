"""What a node refuses to hear, and that it changes nothing: over real HTTP, with real keys."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from federation.hosts import SignatureKind
from federation.identity import Identity
from node.core.node import Node
from node.modules.missions import federation as mission_federation
from node.modules.missions.models import Neighbour
from node.neighbours import addresses, following, rules
from node.neighbours.public import own_actor
from node.neighbours.views import find_actor
from protocols import jcs
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from tests.fixtures.nodes import TestClock
from tests.fixtures.serving import Answer, until
from tests.node.neighbours.communes import (
    BY,
    Posted,
    deliver,
    follow,
    foreign,
    forged,
    outcomes,
    peer_at,
    post,
    quiet,
    said,
    send,
    shows,
    signed,
    titles,
    voice,
)

Pair = tuple[Node, Node]
Three = tuple[Node, Node, Node]


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["code"] if answer.body else ""


async def event_of(mission: Posted) -> JsonObject:
    return await mission.node.read(mission_federation.event_of, mission.id)


@pytest.fixture
async def heard(pair: Pair) -> Posted:
    """A mission of Castanet that Ramonville, its follower, shows."""
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    mission = await post(castanet)
    await shows(ramonville, "Planter la haie")
    await quiet(castanet)
    return mission


async def unchanged(node: Node) -> None:
    assert await titles(node) == ["Planter la haie"]


async def test_every_kind_of_signature_is_understood(pair: Pair) -> None:
    castanet, ramonville = pair
    for kind in SignatureKind:
        activity = forged(castanet, "Follow", kind.value, object=f"{ramonville.base_url}/ap/actor/ramonville")
        assert (await deliver(activity, castanet, ramonville, kind=kind)).status == 202
    await until(lambda: peer_at(ramonville, castanet))


async def test_changed_on_the_way(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    event = await event_of(heard) | {"name": "Volé"}
    activity = forged(castanet, "Update", object=event)
    message = signed(activity, ramonville, voice(castanet), castanet.runtime.clock())
    assert message.body is not None
    altered = message.body.replace("Volé".encode(), b"Vole")
    answer = await send(HttpMessage(message.method, message.url, message.headers, altered))
    assert answer.status == 401
    await unchanged(ramonville)


async def test_a_proof_that_does_not_fit_what_it_proves(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    activity = forged(castanet, "Update", object=await event_of(heard))
    altered = {**activity, "object": await event_of(heard) | {"name": "Volé"}}
    assert (await deliver(altered, castanet, ramonville)).status == 401
    await unchanged(ramonville)


async def test_signed_with_another_key(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    mine = voice(castanet)
    thief = Identity(
        mine.actor_id, mine.rsa_key_id, other, mine.ed25519_key_id, bytes(32), mine.proof_key_id, bytes(32)
    )
    activity = forged(castanet, "Delete", object=heard.uri, proved=False)
    for kind in SignatureKind:
        answer = await send(signed(activity, ramonville, thief, castanet.runtime.clock(), kind=kind))
        assert answer.status == 401
    unsigned = HttpMessage(
        "POST", f"{ramonville.base_url}/ap/inbox", (("Content-Type", "application/activity+json"),),
        jcs.canonical(activity),
    )  # fmt: skip
    assert (await send(unsigned)).status == 401
    await unchanged(ramonville)


async def test_a_clock_two_hours_off(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    now = castanet.runtime.clock()
    activity = forged(castanet, "Delete", object=heard.uri, proved=False)
    for then in (now - timedelta(hours=2), now + timedelta(hours=2)):
        for kind in SignatureKind:
            assert (await send(signed(activity, ramonville, voice(castanet), then, kind=kind))).status == 401
    await unchanged(ramonville)
    soon = now + timedelta(minutes=20)
    assert (await send(signed(activity, ramonville, voice(castanet), soon))).status == 202
    assert await foreign(ramonville) == []


async def test_recorded_and_played_again(pair: Pair, heard: Posted, clock: TestClock) -> None:
    castanet, ramonville = pair
    activity = forged(castanet, "Update", object=await event_of(heard))
    message = signed(activity, ramonville, voice(castanet), clock())
    assert (await send(message)).status == 202
    before = await outcomes(ramonville)
    assert code(await send(message)) == (401, "replay")
    clock.forward(hours=3)
    assert (await send(message)).status == 401
    assert await outcomes(ramonville) == before


async def test_one_message_many_times_at_once_acts_once(pair: Pair, heard: Posted, clock: TestClock) -> None:
    castanet, ramonville = pair
    activity = forged(castanet, "Update", object=await event_of(heard))
    now = clock()
    copies = [signed(activity, ramonville, voice(castanet), now + timedelta(seconds=each)) for each in range(12)]
    answers = await asyncio.gather(*(send(message) for message in copies))
    assert [answer.status for answer in answers] == [202] * 12, "a duplicate is no fault of the sender's"
    assert [kind for kind, _ in await outcomes(ramonville)].count("Update") == 1


async def test_an_id_means_one_thing_for_ever(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    event = await event_of(heard)
    assert (await deliver(forged(castanet, "Update", object=event), castanet, ramonville)).status == 202
    other = forged(castanet, "Update", object=event | {"name": "Autre"})
    assert code(await deliver(other, castanet, ramonville)) == (409, "id-reused")
    await unchanged(ramonville)


async def test_a_third_commune_cannot_touch_it(three: Three, heard: Posted) -> None:
    """Auzeville, itself a friend of Ramonville, tries every way to change or remove Castanet's mission there."""
    castanet, ramonville, auzeville = three
    await follow(ramonville, auzeville)
    event = await event_of(heard)
    mine = {**event, "attributedTo": addresses.actor_id(auzeville.facts), "name": "Volé"}
    attempts: list[dict[str, Any]] = [
        {"kind": "Delete", "object": heard.uri},
        {"kind": "Delete", "object": {"id": heard.uri, "type": "Tombstone"}},
        {"kind": "Update", "object": event | {"name": "Volé"}},
        {"kind": "Update", "object": mine},
        {"kind": "Create", "object": mine},
        {"kind": "Undo", "object": (await said(castanet, "Create"))[0]},
    ]
    for number, attempt in enumerate(attempts):
        activity = forged(auzeville, attempt["kind"], f"attempt{number}", object=attempt["object"])
        assert (await deliver(activity, auzeville, ramonville)).status in (401, 403), attempt
    spoofed = forged(castanet, "Delete", "spoofed", object=heard.uri, proved=False)
    answer = await deliver(spoofed, auzeville, ramonville)
    assert answer.status == 502, "Castanet's name, Auzeville's key: Castanet is asked and knows nothing of it"
    await unchanged(ramonville)


async def test_a_mission_of_a_stranger_or_of_another_host_is_not_shown(three: Three, heard: Posted) -> None:
    _castanet, ramonville, auzeville = three
    stranger = await post(auzeville, "Inconnue")
    activity = forged(auzeville, "Create", object=await event_of(stranger))
    assert (await deliver(activity, auzeville, ramonville)).status == 202
    assert ("Create", "not followed") in await outcomes(ramonville)
    gone = forged(auzeville, "Delete", "gone", object=stranger.uri)
    assert (await deliver(gone, auzeville, ramonville)).status == 202
    assert ("Delete", "not followed") in await outcomes(ramonville)
    await unchanged(ramonville)


UNREADABLE: list[dict[str, Any]] = [
    {"name": ""},
    {"name": None},
    {"name": 7},
    {"startTime": "demain"},
    {"startTime": "2026-11-28T08:00:00Z", "endTime": "2026-11-27T08:00:00Z"},
    {"type": ["Event", "ygor:Mission"]},
    {"ygor:tokens": -5},
    {"location": {"type": "Place", "latitude": 1e300, "longitude": 1}},
]


async def test_a_mission_that_cannot_be_read_is_passed_over(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    event = await event_of(heard)
    for number, change in enumerate(UNREADABLE):
        activity = forged(castanet, "Update", f"unreadable{number}", object=event | change)
        assert (await deliver(activity, castanet, ramonville)).status in (202, 400, 403), change
        await unchanged(ramonville)


async def test_hostile_words_do_no_harm(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    event = await event_of(heard)
    event |= {"name": "<script>alert(1)</script>\u202eFête", "content": "<img src=x onerror=alert(1)><p>Oui</p>"}
    activity = forged(castanet, "Update", object=event)
    assert (await deliver(activity, castanet, ramonville)).status == 202
    [name] = await titles(ramonville)
    assert name.endswith("Fête")
    assert not {"<", "\u202e"} & set(name)
    [html] = await ramonville.read(lambda unit: unit.session.scalars(select(Neighbour.html)).all())
    assert "<p>Oui</p>" in html
    assert "onerror" not in html


async def test_a_zero_character_is_refused_before_any_database_sees_it(pair: Pair, heard: Posted) -> None:
    castanet, ramonville = pair
    for number, change in enumerate(({"type": "Cre\x00ate"}, {"summary": "a\x00b"}, {"object": {"na\x00me": "x"}})):
        activity = forged(castanet, "Announce", f"zero{number}", proved=False, object=heard.uri) | change
        assert (await deliver(activity, castanet, ramonville)).status == 400


async def test_an_accept_played_again_or_late_does_not_make_us_follow(three: Three) -> None:
    """Ramonville has taken its question back, and asks anew what Castanet does not answer."""
    castanet, ramonville, auzeville = three
    await follow(ramonville, castanet)
    [accept] = await said(castanet, "Accept")
    known = await peer_at(ramonville, castanet)
    assert known is not None
    await ramonville.write(following.unfollow, known.actor_id, BY)
    await quiet(ramonville)
    await castanet.write(rules.set_rule, "ramonville.localhost", "block", "", BY)
    await ramonville.write(following.follow, await find_actor(ramonville, castanet.base_url), BY)
    assert (await deliver(accept, auzeville, ramonville)).status == 202, "forwarded word for word: known already"
    late = forged(castanet, "Accept", "late", object=accept["object"])
    assert (await deliver(late, castanet, ramonville)).status == 202
    assert ("Accept", "no such question") in await outcomes(ramonville)
    asked = await peer_at(ramonville, castanet)
    assert asked is not None
    assert asked.we_follow == "requested"


async def test_too_long(pair: Pair) -> None:
    castanet, ramonville = pair
    for size in (530_000, 1_000_000):
        activity = forged(castanet, "Create", object="https://x.example/1", content="x" * size, proved=False)
        assert (await deliver(activity, castanet, ramonville)).status == 413


NO_ACTIVITY = (
    b"", b"{", b"[]", b"null", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"type":"Create"}', b"\xff\xfe",
    b'{"id":"https://x.example/1","type":"Create","actor":null}',
    b'{"id":7,"type":"Create","actor":"https://x.example/"}',
    b'{"id":"https://x.example/1","type":["Create"],"actor":"https://x.example/"}',
    b'{"a":' * 200 + b"1" + b"}" * 200,
)  # fmt: skip


async def test_what_is_no_activity(pair: Pair) -> None:
    url = f"{pair[1].base_url}/ap/inbox"
    for body in NO_ACTIVITY:
        answer = await send(HttpMessage("POST", url, (("Content-Type", "application/activity+json"),), body))
        assert answer.status == 400, body
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        other = await send(HttpMessage("POST", url, (("Content-Type", "text/html"),), body))
        assert other.status == 415


async def test_an_id_longer_than_we_keep(pair: Pair) -> None:
    castanet, ramonville = pair
    activity = forged(castanet, "Follow", "x" * 1990, object=f"{ramonville.base_url}/ap/actor/ramonville")
    assert code(await deliver(activity, castanet, ramonville)) == (400, "too-long")


@pytest.mark.parametrize("rule", ["castanet.localhost", "localhost"])
async def test_a_blocked_host_is_not_heard_nor_any_below_it(pair: Pair, heard: Posted, rule: str) -> None:
    castanet, ramonville = pair
    await follow(castanet, ramonville)
    await ramonville.write(rules.set_rule, rule, "block", "", BY)
    assert await foreign(ramonville) == [], "what it sent is no longer shown"
    assert await peer_at(ramonville, castanet) is None
    activity = forged(castanet, "Update", object=await event_of(heard))
    assert code(await deliver(activity, castanet, ramonville)) == (403, "blocked")
    before = len(await outcomes(castanet))
    await post(ramonville)
    await quiet(ramonville)
    assert len(await outcomes(castanet)) == before, "and nothing is sent to it"
    await ramonville.write(rules.set_rule, "castanet.localhost", "allow", "", BY)
    await follow(ramonville, castanet)
    await shows(ramonville, "Planter la haie")


async def test_our_own_name_from_outside(pair: Pair) -> None:
    _castanet, ramonville = pair
    activity = forged(ramonville, "Follow", object=await ramonville.read(own_actor))
    assert code(await deliver(activity, ramonville, ramonville)) == (403, "own-actor")


async def test_a_message_for_another_commune_of_the_same_server(three: Three) -> None:
    """What was signed for Ramonville does not fit Auzeville, though one process serves both."""
    castanet, ramonville, auzeville = three
    activity = forged(castanet, "Follow", object=f"{ramonville.base_url}/ap/actor/ramonville")
    message = signed(activity, ramonville, voice(castanet), castanet.runtime.clock())
    url = message.url.replace("ramonville", "auzeville")
    assert (await send(HttpMessage("POST", url, message.headers, message.body))).status == 401
    assert await peer_at(auzeville, castanet) is None


async def test_unknown_types_are_taken_and_passed_over(pair: Pair) -> None:
    castanet, ramonville = pair
    activity = forged(castanet, "Listen", object="https://x.example/song")
    assert (await deliver(activity, castanet, ramonville)).status == 202
    [(kind, outcome)] = await outcomes(ramonville)
    assert kind == "Listen"
    assert outcome.startswith("passed over")
