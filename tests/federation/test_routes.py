"""The handlers as machines and browsers meet them, and discovery through them."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web as aio
from aiohttp.test_utils import make_mocked_request

from federation import discovery, media, routes
from federation.errors import PeerRefused
from federation.hosts import SignatureKind
from protocols import jcs
from protocols.errors import RemoteProtocolError
from protocols.webfinger import build_jrd
from tests.federation.peers import Peer, Town, actor_document, identity


async def get(peer: Peer, path: str, accept: str = "application/activity+json") -> tuple[int, str]:
    url = f"http://127.0.0.1:{peer.host.rsplit(':', 1)[1]}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, headers={"Accept": accept}) as response:
        return response.status, response.headers["Content-Type"]


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/activity+json", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ("application/activity+json, text/html;q=0.1", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("text/html, application/activity+json;q=0.5", False),
        ("application/activity+json;q=0", False),
        ("application/activity+json;q=much", False),
        ("*/*", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_who_wants_json(accept: str, wanted: bool) -> None:
    assert routes.wants_activity(make_mocked_request("GET", "/", headers={"Accept": accept})) is wanted


async def test_the_same_address_gives_a_page_to_browsers(town: Town, sicoval: Peer) -> None:
    async def page(request: aio.Request) -> aio.Response:
        return aio.Response(text="<p>Sicoval", content_type="text/html")

    both = routes.negotiated(routes.actor_handler(lambda request: sicoval.site), page)
    other = await town.peer("other", (aio.get("/{name:actor}", both),))
    assert await get(other, "/actor", "text/html") == (200, "text/html; charset=utf-8")
    assert await get(other, "/actor") == (200, "application/activity+json")


async def test_statuses(sicoval: Peer) -> None:
    sicoval.site.objects[f"{sicoval.base_url}/gone"] = {"id": f"{sicoval.base_url}/gone", "type": "Tombstone"}
    assert await get(sicoval, "/actor") == (200, media.ACTIVITY)
    assert await get(sicoval, "/actor", "text/html") == (406, media.PROBLEM)
    assert await get(sicoval, "/nobody") == (404, media.PROBLEM)
    assert await get(sicoval, "/notes/1") == (404, media.PROBLEM)
    assert await get(sicoval, "/gone") == (410, media.ACTIVITY)
    assert await get(sicoval, "/actor/outbox") == (200, media.ACTIVITY)
    assert await get(sicoval, "/actor/followers?page=7") == (404, media.PROBLEM)
    assert await get(sicoval, "/instance", "*/*") == (200, media.ACTIVITY)
    assert await get(sicoval, "/.well-known/webfinger") == (400, media.PROBLEM)
    assert await get(sicoval, "/.well-known/webfinger?resource=acct:x@y&resource=acct:x@y") == (400, media.PROBLEM)
    assert await get(sicoval, "/.well-known/webfinger?resource=acct:nobody@x") == (404, media.PROBLEM)
    assert (await get(sicoval, "/nodeinfo/2.1", "*/*"))[0] == 200


async def test_found_by_name_address_and_host(sicoval: Peer, labege: Peer) -> None:
    for resource in (f"@commune@{sicoval.host}", f"acct:commune@{sicoval.host}", f"{sicoval.base_url}/actor"):
        actor = await discovery.find(labege.client, resource)
        assert actor.id == sicoval.identity.actor_id
    assert (await discovery.find_host_actor(labege.client, sicoval.host)).id == sicoval.instance.actor_id
    assert (await discovery.fetch_node(labege.client, sicoval.host)).info.software == "ygor"
    assert labege.hosts.states[sicoval.host].advertised is SignatureKind.RFC9421_ED25519


async def test_nobody_by_that_name(sicoval: Peer, labege: Peer) -> None:
    with pytest.raises(PeerRefused):
        await discovery.find(labege.client, f"@nobody@{sicoval.host}")


async def test_a_name_that_its_actor_does_not_claim_back(town: Town, sicoval: Peer, labege: Peer) -> None:
    """A host lends itself a stranger's actor: the actor's own host does not confirm the name."""

    async def lend(request: aio.Request) -> aio.Response:
        jrd = build_jrd(subject=request.query["resource"], actor=sicoval.identity.actor_id)
        return aio.Response(body=jcs.canonical(jrd), content_type=media.JRD)

    base = await town.bare(lend, "lender")
    with pytest.raises(RemoteProtocolError) as caught:
        await discovery.find(labege.client, f"@mairie@{base.split('://')[1]}")
    assert caught.value.code == "foreign-name"


async def test_nodeinfo_link_that_leaves_its_host(town: Town, sicoval: Peer, labege: Peer) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(body=jcs.canonical(await sicoval.site.nodeinfo_links()), content_type=media.JSON)

    base = await town.bare(serve)
    with pytest.raises(RemoteProtocolError) as caught:
        await discovery.fetch_node(labege.client, base.split("://")[1])
    assert caught.value.code == "cross-origin"
    assert sicoval.requests == []


async def test_an_actor_whose_inbox_is_elsewhere(town: Town, labege: Peer) -> None:
    """SSRF and amplification through the inbox: an actor's addresses stay on its origin."""

    async def serve(request: aio.Request) -> aio.Response:
        document = {**actor_document(identity(base, "far"), base), "inbox": "https://victim.example/inbox"}
        return aio.Response(body=jcs.canonical(document), content_type=media.ACTIVITY)

    base = await town.bare(serve)
    with pytest.raises(RemoteProtocolError) as caught:
        await discovery.fetch_actor(labege.client, f"{base}/actor")
    assert caught.value.code == "cross-origin"


async def test_a_slow_sender_is_cut_off(sicoval: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "READ_S", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sicoval.host.rsplit(":", 1)[1]))
    writer.write(b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    try:
        async with asyncio.timeout(1.5):
            assert b" 408 " in await reader.readline()
    finally:  # or the server waits for it when it stops
        writer.close()
