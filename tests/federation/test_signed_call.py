"""A question and its answer between two real servers, both signed and proved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web as aio

from federation import media, routes
from federation.errors import PeerRefused, PeerUnreachable
from federation.hosts import SignatureKind
from federation.identity import prove, sign_request
from federation.ports import HostRule
from federation.signed_call import MAX_CALL_BYTES, VerifiedCall
from protocols import jcs
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from tests.federation.peers import Peer, Town, send

Answer = Callable[[VerifiedCall], Awaitable[JsonObject]]


@dataclass
class Till:
    """The machine endpoint of a test: verifies, notes, answers."""

    peer: Peer | None = None
    calls: list[VerifiedCall] = field(default_factory=list)
    answer: Answer | None = None

    async def handle(self, request: aio.Request) -> aio.Response:
        assert self.peer is not None
        message = await routes.read_message(request, self.peer.base_url, max_bytes=MAX_CALL_BYTES)
        call = await self.peer.call_verifier.verify_call(message, self.peer.clock())
        self.calls.append(call)
        document: JsonObject = {"type": "Committed", "payment": call.body.get("payment")}
        answer = await self.answer(call) if self.answer else prove(self.peer.identity, document, self.peer.clock())
        return routes.answer_json(answer, media.JSON)


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
async def pool(town: Town, till: Till) -> Peer:
    till.peer = await town.peer("pool", (aio.post("/ygor/honour", routes.guarded(till.handle)),))
    return till.peer


def charge() -> JsonObject:
    return {"type": "Charge", "payment": "p1", "amount": 3}


async def test_a_call_is_answered(sicoval: Peer, pool: Peer, till: Till) -> None:
    answer = await sicoval.caller.call(pool.actor, f"{pool.base_url}/ygor/honour", charge())
    assert answer["payment"] == "p1"
    [call] = till.calls
    assert call.actor.id == sicoval.identity.actor_id
    assert call.key_id == sicoval.identity.ed25519_key_id
    assert call.body["amount"] == 3


async def test_a_stored_message_repeated_at_once_is_no_replay(sicoval: Peer, pool: Peer, till: Till) -> None:
    stored = prove(sicoval.identity, charge(), sicoval.clock())
    for _ in range(3):
        await sicoval.caller.call(pool.actor, f"{pool.base_url}/ygor/honour", stored)
    assert [call.body for call in till.calls] == [stored] * 3


def signed(sicoval: Peer, pool: Peer, body: JsonObject) -> HttpMessage:
    bare = HttpMessage(
        "POST", f"{pool.base_url}/ygor/honour", (("Content-Type", "application/json"),), jcs.canonical(body)
    )
    added = sign_request(SignatureKind.RFC9421_ED25519, sicoval.identity, bare, sicoval.clock())
    return replace(bare, headers=(*bare.headers, ("Host", pool.host), *added.items()))


async def test_a_recorded_call_played_again(sicoval: Peer, pool: Peer, till: Till) -> None:
    message = signed(sicoval, pool, prove(sicoval.identity, charge(), sicoval.clock()))
    assert (await send(message))[0] == 200
    assert await send(message) == (401, "replay")
    assert len(till.calls) == 1


async def test_an_unproved_body(sicoval: Peer, pool: Peer, till: Till) -> None:
    assert await send(signed(sicoval, pool, charge())) == (401, "no-proof")
    assert till.calls == []


async def test_a_body_changed_after_its_proof(sicoval: Peer, pool: Peer, till: Till) -> None:
    body = {**prove(sicoval.identity, charge(), sicoval.clock()), "amount": 300}
    assert await send(signed(sicoval, pool, body)) == (401, "bad-signature")


async def test_a_body_proved_by_somebody_else(town: Town, sicoval: Peer, pool: Peer) -> None:
    castanet = await town.peer("castanet")
    body = prove(castanet.identity, charge(), sicoval.clock())
    assert await send(signed(sicoval, pool, body)) == (401, "foreign-proof")


async def test_a_body_changed_on_the_way(sicoval: Peer, pool: Peer) -> None:
    message = signed(sicoval, pool, prove(sicoval.identity, charge(), sicoval.clock()))
    assert message.body is not None
    assert (await send(replace(message, body=message.body.replace(b":3,", b":9,"))))[0] == 401


async def test_a_blocked_caller(sicoval: Peer, pool: Peer) -> None:
    pool.rules.rules = {"sicoval.localhost": HostRule.BLOCK}
    with pytest.raises(PeerRefused) as caught:
        await sicoval.caller.call(pool.actor, f"{pool.base_url}/ygor/honour", charge())
    assert caught.value.answer_status == 403
    assert b"blocked" in caught.value.answer


async def test_an_endpoint_of_another_origin(sicoval: Peer, labege: Peer, pool: Peer) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        await sicoval.caller.call(pool.actor, f"{labege.base_url}/ygor/honour", charge())
    assert caught.value.code == "cross-origin"
    assert labege.requests == []


@pytest.mark.parametrize("kind", ["unproved", "foreign", "altered"])
async def test_an_answer_that_is_not_the_peers_word(
    sicoval: Peer, labege: Peer, pool: Peer, till: Till, kind: str
) -> None:
    async def answer(call: VerifiedCall) -> JsonObject:
        said: JsonObject = {"type": "Committed", "payment": "p1"}
        if kind == "unproved":
            return said
        proved = prove((labege if kind == "foreign" else pool).identity, said, pool.clock())
        return {**proved, "payment": "p2"} if kind == "altered" else proved

    till.answer = answer
    with pytest.raises(RemoteProtocolError) as caught:
        await sicoval.caller.call(pool.actor, f"{pool.base_url}/ygor/honour", charge())
    assert caught.value.status == 401


async def test_no_answer_in_time(sicoval: Peer, pool: Peer, till: Till) -> None:
    async def answer(call: VerifiedCall) -> JsonObject:
        await asyncio.sleep(5)
        return {}

    till.answer = answer
    with pytest.raises(PeerUnreachable):
        await sicoval.caller.call(pool.actor, f"{pool.base_url}/ygor/honour", charge())
    assert len(till.calls) == 1, "whether the peer acted is unknown to the caller"
