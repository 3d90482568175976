"""Signed requests: two dialects, kept connections, no redirects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web as aio

from federation.discovery import fetch_actor
from federation.errors import PeerRefused
from federation.hosts import SignatureKind
from tests.federation.peers import Peer, Town


async def test_a_connection_that_the_peer_closed_is_no_failure(town: Town, sicoval: Peer) -> None:
    """A peer that restarts leaves dead connections in the pool: the request goes again, signed anew."""
    asked: list[str] = []

    async def serve(request: aio.Request) -> aio.Response:
        asked.append(request.headers["Signature-Input"])
        if len(asked) == 2:
            assert request.transport is not None
            request.transport.close()
        return aio.Response(status=202)

    base = await town.bare(serve)
    for _ in range(2):
        answer = await sicoval.client.post(
            f"{base}/inbox", b"{}", identity=sicoval.identity, kind=SignatureKind.RFC9421_ED25519
        )
        assert answer.status == 202
    assert len(set(asked)) == 3


async def test_double_knock_is_remembered(town: Town, sicoval: Peer) -> None:
    """A host that takes only RFC 9421: refused once, then asked the right way at once."""
    seen: list[bool] = []

    async def serve(request: aio.Request) -> aio.Response:
        seen.append("Signature-Input" in request.headers)
        return aio.Response(status=202 if seen[-1] else 401)

    base = await town.bare(serve)
    for _ in range(2):
        await sicoval.client.post(f"{base}/inbox", b"{}", identity=sicoval.identity)
    assert seen == [False, True, True]
    host = base.split("://")[1]
    assert sicoval.hosts.states[host].signature is SignatureKind.RFC9421_RSA


async def test_double_knock_refused_twice_gives_the_first_answer(town: Town, sicoval: Peer) -> None:
    seen: list[bool] = []

    async def serve(request: aio.Request) -> aio.Response:
        seen.append("Signature-Input" in request.headers)
        return aio.Response(status=401, text=str(len(seen)))

    base = await town.bare(serve)
    with pytest.raises(PeerRefused) as caught:
        await sicoval.client.post(f"{base}/inbox", b"{}", identity=sicoval.identity)
    assert caught.value.answer == b"1"
    assert len(seen) == 2


async def test_a_post_follows_no_redirect(town: Town, sicoval: Peer, labege: Peer) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=307, headers={"Location": f"{labege.base_url}/inbox"})

    base = await town.bare(serve)
    with pytest.raises(PeerRefused) as caught:
        await sicoval.client.post(f"{base}/inbox", b"{}", identity=sicoval.identity)
    assert caught.value.answer_status == 307
    assert labege.requests == []


async def test_what_a_host_announces_counts_more_than_what_it_took_before(sicoval: Peer, labege: Peer) -> None:
    """The first fetch of a stranger is signed the old way; its document says what it prefers from then on."""
    assert sicoval.hosts.states == {}
    await fetch_actor(sicoval.client, labege.actor.id)
    state = sicoval.hosts.states[labege.host]
    assert state.knocks()[0] is SignatureKind.RFC9421_ED25519
    await sicoval.hosts.update(labege.host, lambda known: replace(known, signature=SignatureKind.CAVAGE))
    await fetch_actor(sicoval.client, labege.actor.id)
    assert sicoval.hosts.states[labege.host].knocks()[0] is SignatureKind.CAVAGE  # it refused what it announces
