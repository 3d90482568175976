"""Attacks on the inbox; each test fails when its guard is taken out."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web as aio

from federation.hosts import SignatureKind
from federation.identity import Identity, prove, sign_request
from federation.ports import HostRule
from protocols import jcs
from protocols.digests import make_digest
from protocols.messages import HttpMessage
from protocols.types import Json, JsonObject
from tests.federation.forging import with_header
from tests.federation.peers import Peer, Town, actor_document, identity, send

BOTH = pytest.mark.parametrize("kind", [SignatureKind.CAVAGE, SignatureKind.RFC9421_ED25519])


def raw(sender: Peer, target: Peer, body: bytes, content_type: str = "application/activity+json") -> HttpMessage:
    bare = HttpMessage("POST", f"{target.base_url}/inbox", (("Content-Type", content_type),), body)
    added = sign_request(SignatureKind.CAVAGE, sender.identity, bare, sender.clock())
    return replace(bare, headers=bare.headers + tuple(added.items()))


async def neighbour(sicoval: Peer, extra: str = "/eve") -> Identity:
    """A second actor on sicoval's host, whose document is served there as an object."""
    eve = identity(sicoval.base_url, "eve", extra)
    sicoval.site.objects[eve.actor_id] = actor_document(eve, sicoval.base_url, name="eve")
    return eve


@BOTH
async def test_tampered_body(sicoval: Peer, labege: Peer, kind: SignatureKind) -> None:
    message = sicoval.signed(labege, sicoval.activity(proof=False), kind=kind)
    assert message.body is not None
    status, _ = await send(replace(message, body=message.body.replace(b"Bonjour", b"Bonsoir")))
    assert status == 401
    assert labege.site.accepted == []


@BOTH
async def test_tampered_body_with_a_fresh_unsigned_digest(sicoval: Peer, labege: Peer, kind: SignatureKind) -> None:
    message = sicoval.signed(labege, sicoval.activity(proof=False), kind=kind)
    assert message.body is not None
    body = message.body.replace(b"Bonjour", b"Bonsoir")
    message = with_header(replace(message, body=body), "Digest", make_digest(body))
    assert (await send(message))[0] == 401


@BOTH
async def test_replay_to_another_host(town: Town, sicoval: Peer, labege: Peer, kind: SignatureKind) -> None:
    castanet = await town.peer("castanet")
    message = sicoval.signed(labege, sicoval.activity(), kind=kind)
    assert await send(replace(message, url=f"{castanet.base_url}/inbox")) == (401, "bad-signature")
    assert castanet.site.accepted == []


@BOTH
async def test_replay_inside_the_window(sicoval: Peer, labege: Peer, kind: SignatureKind) -> None:
    message = sicoval.signed(labege, sicoval.activity(), kind=kind)
    assert await send(message) == (202, "")
    assert await send(message) == (401, "replay")


@BOTH
async def test_old_id_with_new_content(sicoval: Peer, labege: Peer, kind: SignatureKind) -> None:
    assert await send(sicoval.signed(labege, sicoval.activity(1), kind=kind)) == (202, "")
    changed = sicoval.activity(1, summary="something else")
    assert await send(sicoval.signed(labege, changed, kind=kind)) == (409, "id-reused")
    assert len(labege.site.accepted) == 1


@BOTH
@pytest.mark.parametrize("minutes", [-61, 61])
async def test_clock_off_by_more_than_an_hour(sicoval: Peer, labege: Peer, kind: SignatureKind, minutes: int) -> None:
    message = sicoval.signed(labege, sicoval.activity(), kind=kind)
    labege.clock.pass_(timedelta(minutes=minutes))
    assert await send(message) == (401, "stale")


async def test_unsigned(sicoval: Peer, labege: Peer) -> None:
    message = with_header(sicoval.signed(labege, sicoval.activity()), "Signature")
    assert await send(message) == (401, "bad-signature")


async def test_foreign_key_document_that_claims_the_victim(town: Town, sicoval: Peer, labege: Peer) -> None:
    """GHSA-q9f8-5hc7-898f: the attacker's key document names the victim as its owner."""
    claims: dict[str, JsonObject] = {}

    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(body=json.dumps(claims[request.path]), content_type="application/activity+json")

    base = await town.bare(serve, "mallory")
    mallory = identity(base, "mallory", "/key")
    victim = sicoval.identity.actor_id
    own = actor_document(mallory, base)
    key = own["publicKey"]
    assert isinstance(key, dict)
    shapes: list[JsonObject] = [
        {**key, "id": f"{base}/key", "owner": victim},
        {**own, "id": victim},
        {**own, "publicKey": {**key, "owner": victim}},
    ]
    for number, shape in enumerate(shapes):
        claims["/key"] = shape
        who = replace(mallory, rsa_key_id=f"{base}/key" if number == 0 else f"{base}/key#main-key-{number}")
        if number == 2:
            claims["/key"] = {**shape, "publicKey": {**key, "owner": victim, "id": who.rsa_key_id}}
        status, _ = await send(sicoval.signed(labege, sicoval.activity(number, proof=False), who=who))
        assert status == 401, shape
    assert labege.site.accepted == []


async def test_key_listed_by_another_actor_of_the_same_host(sicoval: Peer, labege: Peer) -> None:
    eve = await neighbour(sicoval)
    message = sicoval.signed(labege, sicoval.activity(proof=False), who=eve)
    assert (await send(message))[0] in (401, 502)
    assert labege.site.accepted == []


@pytest.mark.parametrize("kind", ["Delete", "Update", "Undo"])
async def test_same_host_other_actor(sicoval: Peer, labege: Peer, kind: str) -> None:
    """Eve signs honestly as herself, but acts on what says that it is sicoval's."""
    eve = await neighbour(sicoval)
    theirs: JsonObject = {
        "id": f"{sicoval.base_url}/notes/1",
        "type": "Note",
        "attributedTo": sicoval.identity.actor_id,
    }
    activity = sicoval.activity(type=kind, actor=eve.actor_id, object=theirs, proof=False)
    assert await send(sicoval.signed(labege, activity, who=eve)) == (403, "foreign-object")


async def test_overwriting_the_key_of_another_actor(sicoval: Peer, labege: Peer) -> None:
    eve = await neighbour(sicoval)
    document = actor_document(replace(eve, actor_id=sicoval.identity.actor_id), sicoval.base_url)
    document["attributedTo"] = eve.actor_id
    activity = sicoval.activity(type="Update", actor=eve.actor_id, object=document, proof=False)
    assert await send(sicoval.signed(labege, activity, who=eve)) == (403, "foreign-object")


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
async def test_object_of_another_origin(sicoval: Peer, labege: Peer, kind: str) -> None:
    foreign: JsonObject = {
        "id": "https://victim.example/notes/1",
        "type": "Note",
        "attributedTo": sicoval.identity.actor_id,
    }
    for target in (foreign, foreign["id"]):
        activity = sicoval.activity(type=kind, object=target, proof=False)
        assert await send(sicoval.signed(labege, activity)) == (403, "cross-origin")


@pytest.mark.parametrize("owner", [None, "https://victim.example/actor", ["https://victim.example/actor"], {}, 7])
async def test_object_attributed_to_somebody_else_or_nobody(sicoval: Peer, labege: Peer, owner: Json) -> None:
    note: JsonObject = {"id": f"{sicoval.base_url}/notes/1", "type": "Note", "attributedTo": owner}
    activity = sicoval.activity(object=note, proof=False)
    assert (await send(sicoval.signed(labege, activity)))[0] in (400, 403)


@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_object_that_does_not_say_whose_it_is(sicoval: Peer, labege: Peer, kind: str) -> None:
    note: JsonObject = {"id": f"{sicoval.base_url}/notes/1", "type": "Note"}
    activity = sicoval.activity(type=kind, object=note, proof=False)
    assert await send(sicoval.signed(labege, activity)) == (403, "foreign-object")


async def test_list_of_objects(sicoval: Peer, labege: Peer) -> None:
    activity = sicoval.activity(type="Announce", object=["https://a.example/1"], proof=False)
    assert await send(sicoval.signed(labege, activity)) == (400, "bad-object")


async def test_activity_id_of_another_origin(sicoval: Peer, labege: Peer) -> None:
    activity = sicoval.activity(id="https://victim.example/activities/1", proof=False)
    assert await send(sicoval.signed(labege, activity)) == (403, "cross-origin")


@pytest.mark.parametrize(
    "members",
    [
        {"type": ["Create", "ygor:Mission"]},
        {"type": None},
        {"actor": None},
        {"actor": ["https://a.example/actor"]},
        {"actor": {"id": "https://a.example/actor"}},
        {"actor": 7},
        {"id": None},
        {"id": 7},
        {"id": "urn:uuid:1"},
        {"object": [{}]},
        {"object": 5},
    ],
)
async def test_wrong_shapes(sicoval: Peer, labege: Peer, members: dict[str, Json]) -> None:
    status, _ = await send(sicoval.signed(labege, {**sicoval.activity(proof=False), **members}))
    assert status in (400, 403)
    assert labege.site.accepted == []


@pytest.mark.parametrize("shape", ["list", "object"])
async def test_an_actor_in_a_list_or_an_object(sicoval: Peer, labege: Peer, shape: str) -> None:
    """The right one, and still refused: two readers would not agree on who it is when there are two."""
    actor = sicoval.identity.actor_id
    activity = {**sicoval.activity(proof=False), "actor": [actor] if shape == "list" else {"id": actor}}
    assert await send(sicoval.signed(labege, activity)) == (400, "bad-activity")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"\xff\xfe{}",
    ],
)
async def test_json_that_two_readers_read_differently(sicoval: Peer, labege: Peer, body: bytes) -> None:
    assert (await send(raw(sicoval, labege, body)))[0] in (400, 401)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/html", "application/ld+json", "application/activity+json-evil", "text/plain"],
)
async def test_content_type_confusion(sicoval: Peer, labege: Peer, content_type: str) -> None:
    message = raw(sicoval, labege, jcs.canonical(sicoval.activity()), content_type)
    assert await send(message) == (415, "bad-content-type")


async def test_too_long_a_body(sicoval: Peer, labege: Peer) -> None:
    activity = sicoval.activity(summary="x" * 600_000, proof=False)
    assert await send(sicoval.signed(labege, activity)) == (413, "too-large")


async def test_too_long_a_body_of_unannounced_length(sicoval: Peer, labege: Peer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(labege.host.rsplit(":", 1)[1]))
    writer.write(b"POST /inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    writer.write((b"10000\r\n" + b"x" * 65536 + b"\r\n") * 9)
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_encoded_body(sicoval: Peer, labege: Peer) -> None:
    message = sicoval.signed(labege, sicoval.activity())
    assert await send(with_header(message, "Content-Encoding", "gzip")) == (415, "bad-encoding")


async def test_block_list_covers_subdomains_and_asks_nobody(sicoval: Peer, labege: Peer) -> None:
    labege.rules.rules = {"localhost": HostRule.BLOCK}
    assert await send(sicoval.signed(labege, sicoval.activity())) == (403, "blocked")
    assert sicoval.requests == []
    labege.rules.rules["sicoval.localhost"] = HostRule.ALLOW
    assert await send(sicoval.signed(labege, sicoval.activity())) == (202, "")


async def test_block_list_holds_for_what_others_forward(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    labege.rules.rules = {"castanet.localhost": HostRule.BLOCK}
    assert await send(sicoval.signed(labege, castanet.activity())) == (403, "blocked")


async def test_a_blocked_host_cannot_forward_for_others(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    labege.rules.rules = {"sicoval.localhost": HostRule.BLOCK}
    assert await send(sicoval.signed(labege, castanet.activity())) == (403, "blocked")
    assert sicoval.requests == []


async def test_allow_list_refuses_everybody_else(sicoval: Peer, labege: Peer) -> None:
    labege.rules.listed_only = True
    assert await send(sicoval.signed(labege, sicoval.activity())) == (403, "blocked")


async def test_our_own_actor_from_outside(sicoval: Peer, labege: Peer) -> None:
    assert await send(sicoval.signed(labege, labege.activity())) == (403, "own-actor")


async def test_spoofed_actor_of_another_host(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    assert (await send(sicoval.signed(labege, castanet.activity(proof=False))))[0] in (401, 502)
    assert labege.site.accepted == []


async def test_proof_by_a_foreign_verification_method(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    stranger = prove(castanet.identity, sicoval.activity(proof=False), sicoval.clock())
    assert await send(sicoval.signed(labege, stranger)) == (401, "foreign-proof")


async def test_proof_by_another_actor_of_the_same_host(sicoval: Peer, labege: Peer) -> None:
    eve = await neighbour(sicoval)
    forged = prove(eve, sicoval.activity(proof=False), sicoval.clock())
    assert await send(sicoval.signed(labege, forged)) == (401, "foreign-proof")


async def test_proof_that_does_not_fit(sicoval: Peer, labege: Peer) -> None:
    activity = {**sicoval.activity(), "summary": "added later"}
    assert await send(sicoval.signed(labege, activity)) == (401, "bad-signature")


async def test_proof_made_with_the_key_for_requests(sicoval: Peer, labege: Peer) -> None:
    who = sicoval.identity
    wrong = replace(who, proof_key_id=who.ed25519_key_id, proof_seed=who.ed25519_seed)
    activity = prove(wrong, sicoval.activity(proof=False), sicoval.clock())
    assert await send(sicoval.signed(labege, activity)) == (401, "no-key")
