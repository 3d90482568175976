"""Being sent to places inside: through a key, a name, a link of NodeInfo, an inbox, a redirect. The node lives on the
public internet here; the port asked for is closed, so that without the guard the attempt itself is what shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web as aio

from federation import discovery, media
from federation.client import FederationClient, FetchBudget
from federation.errors import AddressRefused
from federation.keys import KeyResolver, KeyUnavailable
from federation.memory import MemoryHostRules, MemoryHosts, MemoryKeyCache
from federation.ports import KeyUse
from federation.transport import NetworkPolicy
from protocols import jcs
from tests.federation.peers import Peer, SettableClock, Town, identity

INSIDE = ("https://127.0.0.1:1", "https://[::1]:1", "https://127.9.9.9:1")
CARRIED = "https://[::ffff:7f00:1]:1"
"""Refused even where private addresses are allowed."""
KINDS = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "[::1]",
    "[fd00::1]",
    "[fe80::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::1]",
)


@pytest.fixture
async def outside(town: Town, time: SettableClock) -> FederationClient:
    """The client of a node on the internet."""
    return FederationClient(
        await town.transport(NetworkPolicy()),
        fetch_as=identity("https://castanet.example", "castanet"),
        hosts=MemoryHosts(),
        rules=MemoryHostRules(),
        clock=time,
        total_s=1,
    )


@pytest.mark.parametrize("address", KINDS)
async def test_every_kind_of_inner_address(outside: FederationClient, address: str) -> None:
    with pytest.raises(AddressRefused):
        await outside.fetch_object(f"https://{address}:1/actor", FetchBudget())


async def test_through_a_key(outside: FederationClient) -> None:
    keys = KeyResolver(outside, MemoryKeyCache())
    for base in INSIDE:
        with pytest.raises(KeyUnavailable, match="not allowed"):
            await keys.resolve(f"{base}/actor#main-key", KeyUse.HTTP, FetchBudget())


async def test_through_webfinger(outside: FederationClient) -> None:
    for base in INSIDE:
        with pytest.raises(AddressRefused):
            await discovery.find(outside, f"@mairie@{base.removeprefix('https://')}")


async def test_through_the_actor_that_webfinger_names(town: Town, labege: Peer) -> None:
    """A public host whose WebFinger leads to a private address."""

    async def serve(request: aio.Request) -> aio.Response:
        links = [{"rel": "self", "type": "application/activity+json", "href": f"{CARRIED}/actor"}]
        jrd = {"subject": request.query["resource"], "links": links}
        return aio.Response(body=jcs.canonical(jrd), content_type=media.JRD)

    base = await town.bare(serve)
    with pytest.raises(AddressRefused):
        await discovery.find(labege.client, f"@mairie@{base.split('://')[1]}")


async def test_through_a_link_of_nodeinfo(town: Town, labege: Peer) -> None:
    """Links of NodeInfo stay on their host, so none can lead inside."""

    async def serve(request: aio.Request) -> aio.Response:
        link = {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": f"{CARRIED}/nodeinfo"}
        return aio.Response(body=jcs.canonical({"links": [link]}), content_type=media.JSON)

    base = await town.bare(serve)
    with pytest.raises(Exception, match="leaves its host") as caught:
        await discovery.fetch_node(labege.client, base.split("://")[1])
    assert type(caught.value).__name__ == "RemoteProtocolError"


async def test_through_an_inbox(outside: FederationClient) -> None:
    who = identity("https://castanet.example", "castanet")
    for base in INSIDE:
        with pytest.raises(AddressRefused):
            await outside.post(f"{base}/inbox", b"{}", identity=who)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_through_a_redirect_of_webfinger(town: Town, labege: Peer, status: int) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=status, headers={"Location": f"{CARRIED}/latest/meta-data"})

    base = await town.bare(serve)
    with pytest.raises(AddressRefused):
        await discovery.find(labege.client, f"@mairie@{base.split('://')[1]}")


async def test_a_delivery_is_not_redirected(town: Town, sicoval: Peer, labege: Peer) -> None:
    """A signed POST goes where it was signed for, or nowhere."""

    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=307, headers={"Location": f"{sicoval.base_url}/inbox"})

    base = await town.bare(serve)
    with pytest.raises(Exception, match="307"):
        await labege.client.post(f"{base}/inbox", b"{}", identity=replace(labege.identity))
    assert sicoval.requests == []


async def test_html_with_a_link_is_not_followed(town: Town, sicoval: Peer, labege: Peer) -> None:
    """A page that says where "its" actor is says nothing to us, in its head or in its header."""
    actor = sicoval.identity.actor_id

    async def serve(request: aio.Request) -> aio.Response:
        page = f'<link rel="alternate" type="application/activity+json" href="{actor}">'
        headers = {"Link": f'<{actor}>; rel="alternate"; type="application/activity+json"'}
        return aio.Response(text=page, content_type="text/html", headers=headers)

    base = await town.bare(serve)
    with pytest.raises(Exception, match="no ActivityStreams document"):
        await labege.client.fetch_object(f"{base}/@mairie", FetchBudget())
    assert sicoval.requests == []
