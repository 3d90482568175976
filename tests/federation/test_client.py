"""The client against hostile servers: SSRF, redirects, bombs, slowness, documents that are not what they say."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import tracemalloc
from collections.abc import Callable
from typing import Any, cast

import pytest
from aiohttp import web as aio
from aiohttp.abc import AbstractResolver, ResolveResult

from federation import media
from federation.client import FederationClient, FetchBudget
from federation.errors import AddressRefused, BudgetSpent, PeerRefused, PeerUnreachable
from federation.memory import MemoryHostRules, MemoryHosts
from federation.ports import HostRule
from federation.transport import MAX_BODY, NetworkPolicy, Transport
from protocols.errors import RemoteProtocolError
from tests.federation.peers import LOCAL, Peer, SettableClock, Town

Serve = Callable[[aio.Request], aio.StreamResponse]


def activity_response(document: Any, **headers: str) -> aio.Response:
    return aio.Response(body=json.dumps(document), headers={"Content-Type": media.ACTIVITY, **headers})


@pytest.fixture
async def client(town: Town, time: SettableClock) -> FederationClient:
    """An unsigned client with the policy of the demo."""
    return plain_client(await town.transport(), time)


def plain_client(transport: Transport, time: SettableClock, rules: MemoryHostRules | None = None) -> FederationClient:
    return FederationClient(
        transport, fetch_as=None, hosts=MemoryHosts(), rules=rules or MemoryHostRules(), clock=time, total_s=1
    )


class FixedResolver(AbstractResolver):
    """Answers every name with one address."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = TwoFaced(hostname=host, host=self.address, port=port, family=socket.AF_INET, proto=0, flags=0)
        return [cast(ResolveResult, found)]

    async def close(self) -> None:
        """Nothing to close."""


class TwoFaced(dict[str, Any]):
    """A resolution that shows a public address to the first reader and its true one to the next: rebinding."""

    looks = 0

    def __getitem__(self, name: str) -> Any:
        if name == "host":
            self.looks += 1
            if self.looks == 1 and dict.__getitem__(self, "host").startswith("rebinding:"):
                return "93.184.216.34"
            return dict.__getitem__(self, "host").removeprefix("rebinding:")
        return dict.__getitem__(self, name)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/actor",
        "https://[::1]/actor",
        "https://10.0.0.1/actor",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://localhost/actor",
        "https://sicoval.localhost/actor",
        "http://example.org/actor",
    ],
)
async def test_ssrf_by_literal_address_scheme_or_local_name(town: Town, time: SettableClock, url: str) -> None:
    client = plain_client(await town.transport(NetworkPolicy()), time)
    with pytest.raises(AddressRefused):
        await client.fetch_object(url, FetchBudget())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:application/json,{}", "ftp://a.example/", "gopher://x/"])
async def test_other_schemes(client: FederationClient, url: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        await client.fetch_object(url, FetchBudget())
    assert caught.value.code == "bad-request", "refused as it is read, before anything tries it"


async def test_local_names_need_both_settings() -> None:
    assert LOCAL.localhost
    assert not NetworkPolicy(allow_private=True).localhost
    assert not NetworkPolicy(localhost_names=True).localhost


async def test_local_names_mean_nothing_to_a_node_that_lives_elsewhere(
    town: Town, time: SettableClock, sicoval: Peer
) -> None:
    client = plain_client(await town.transport(NetworkPolicy(allow_private=True)), time)
    with pytest.raises(AddressRefused):
        await client.fetch_object(sicoval.identity.actor_id, FetchBudget())
    assert sicoval.requests == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
async def test_a_name_that_resolves_to_a_private_address(town: Town, time: SettableClock, address: str) -> None:
    transport = Transport(NetworkPolicy(), resolver=FixedResolver(address))
    with pytest.raises(AddressRefused):
        await plain_client(transport, time).fetch_object("https://public.example/actor", FetchBudget())
    await transport.close()


async def test_rebinding_between_the_check_and_the_connection(town: Town, time: SettableClock) -> None:
    """The resolver's guard sees a public address, the connection would get loopback: the socket is refused."""
    reached: list[str] = []

    async def serve(request: aio.Request) -> aio.Response:
        reached.append(request.path)
        return activity_response({})

    port = (await town.bare(serve)).rsplit(":", 1)[1]
    transport = Transport(NetworkPolicy(), resolver=FixedResolver("rebinding:127.0.0.1"))
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        await plain_client(transport, time).fetch_object(f"https://public.example:{port}/actor", FetchBudget())
    await transport.close()
    assert reached == []


async def test_redirect_to_a_forbidden_address(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})

    base = await town.bare(serve)
    with pytest.raises(AddressRefused):
        await client.fetch_json(f"{base}/x", FetchBudget(), accept=media.JRD, is_type=media.is_jrd)


async def test_redirect_to_another_origin(town: Town, client: FederationClient, sicoval: Peer) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=302, headers={"Location": sicoval.identity.actor_id})

    base = await town.bare(serve)
    with pytest.raises(AddressRefused, match="another origin"):
        await client.fetch_object(f"{base}/actor", FetchBudget())
    assert sicoval.requests == []


async def test_redirect_to_a_blocked_host(town: Town, time: SettableClock, sicoval: Peer) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=302, headers={"Location": f"{sicoval.base_url}/.well-known/nodeinfo"})

    base = await town.bare(serve)
    rules = MemoryHostRules({"sicoval.localhost": HostRule.BLOCK})
    client = plain_client(await town.transport(), time, rules)
    with pytest.raises(AddressRefused) as caught:
        await client.fetch_json(f"{base}/x", FetchBudget(), accept=media.JSON, is_type=media.is_json)
    assert caught.value.code == "blocked"
    assert sicoval.requests == []


async def test_redirect_loop(town: Town, client: FederationClient) -> None:
    asked: list[str] = []

    async def serve(request: aio.Request) -> aio.Response:
        asked.append(request.path)
        return aio.Response(status=302, headers={"Location": f"/{len(asked)}"})

    base = await town.bare(serve)
    with pytest.raises(AddressRefused) as caught:
        await client.fetch_object(f"{base}/0", FetchBudget())
    assert caught.value.code == "redirects"
    assert len(asked) == 4


async def test_redirect_within_the_origin_is_followed(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        if request.path == "/old":
            return aio.Response(status=301, headers={"Location": "/new"})
        return activity_response({"id": str(request.url), "type": "Note"})

    base = await town.bare(serve)
    assert (await client.fetch_object(f"{base}/old", FetchBudget()))["id"] == f"{base}/new"


async def test_id_of_another_origin(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return activity_response({"id": "https://victim.example/actor", "type": "Note"})

    base = await town.bare(serve)
    with pytest.raises(RemoteProtocolError) as caught:
        await client.fetch_object(f"{base}/actor", FetchBudget())
    assert caught.value.code == "cross-origin"


async def test_id_of_the_same_origin_must_be_confirmed_there(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        if request.path == "/uploads/evil":
            return activity_response({"id": f"{base}/users/alice", "type": "Person"})
        return activity_response({"id": f"{base}/elsewhere", "type": "Person"})

    base = await town.bare(serve)
    with pytest.raises(RemoteProtocolError) as caught:
        await client.fetch_object(f"{base}/uploads/evil", FetchBudget())
    assert caught.value.code == "cross-origin"


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "application/json", "application/ld+json", "image/png", 'application/ld+json; profile="https://x/"'],
)
async def test_content_type_confusion(town: Town, client: FederationClient, content_type: str) -> None:
    """An upload that contains an actor is no actor."""

    async def serve(request: aio.Request) -> aio.Response:
        body = json.dumps({"id": str(request.url), "type": "Person"})
        return aio.Response(body=body, headers={"Content-Type": content_type})

    base = await town.bare(serve)
    with pytest.raises(RemoteProtocolError) as caught:
        await client.fetch_object(f"{base}/uploads/1", FetchBudget())
    assert caught.value.code == "bad-content-type"


async def test_body_without_limit(town: Town, client: FederationClient) -> None:
    sent = 0

    async def serve(request: aio.Request) -> aio.StreamResponse:
        nonlocal sent
        response = aio.StreamResponse(headers={"Content-Type": media.ACTIVITY})
        await response.prepare(request)
        try:
            while sent < 64 * MAX_BODY:
                await response.write(b"x" * 65536)
                sent += 65536
        except ConnectionError:
            pass
        return response

    base = await town.bare(serve)
    with pytest.raises(PeerUnreachable) as caught:
        await client.fetch_object(f"{base}/actor", FetchBudget())
    assert caught.value.code == "too-large"
    assert sent < 32 * MAX_BODY


async def test_gzip_bomb(town: Town, client: FederationClient) -> None:
    bomb = gzip.compress(b" " * (64 * MAX_BODY))
    assert len(bomb) < MAX_BODY

    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(body=bomb, headers={"Content-Type": media.ACTIVITY, "Content-Encoding": "gzip"})

    base = await town.bare(serve)
    tracemalloc.start()
    try:
        with pytest.raises(PeerUnreachable) as caught:
            await client.fetch_object(f"{base}/actor", FetchBudget())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code == "too-large"
    assert peak < 8 * MAX_BODY


async def test_honest_gzip_is_read(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        body = gzip.compress(json.dumps({"id": str(request.url), "type": "Note"}).encode())
        return aio.Response(body=body, headers={"Content-Type": media.ACTIVITY, "Content-Encoding": "gzip"})

    base = await town.bare(serve)
    assert (await client.fetch_object(f"{base}/note", FetchBudget()))["type"] == "Note"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate", "zstd"])
async def test_encodings_we_did_not_ask_for(town: Town, client: FederationClient, encoding: str) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(body=b"x", headers={"Content-Type": media.ACTIVITY, "Content-Encoding": encoding})

    base = await town.bare(serve)
    with pytest.raises(PeerUnreachable) as caught:
        await client.fetch_object(f"{base}/actor", FetchBudget())
    assert caught.value.code == "bad-encoding"


@pytest.mark.parametrize("where", ["headers", "body", "hops"])
async def test_slow_server(town: Town, client: FederationClient, where: str) -> None:
    """The limit is on the whole: a byte now and then, or slow redirects, do not stretch it."""

    async def serve(request: aio.Request) -> aio.StreamResponse:
        if where == "headers":
            await asyncio.sleep(5)
        if where == "hops":
            await asyncio.sleep(0.6)
            return aio.Response(status=302, headers={"Location": request.path + "x"})
        response = aio.StreamResponse(headers={"Content-Type": media.ACTIVITY})
        await response.prepare(request)
        try:
            for _ in range(50):
                await response.write(b" ")
                await asyncio.sleep(0.1)
        except ConnectionError:
            pass
        return response

    base = await town.bare(serve)
    started = asyncio.get_running_loop().time()
    with pytest.raises(PeerUnreachable) as caught:
        await client.fetch_object(f"{base}/actor", FetchBudget())
    assert caught.value.code == "timeout"
    assert asyncio.get_running_loop().time() - started < 2


async def test_nobody_listens(town: Town, client: FederationClient) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PeerUnreachable):
        await client.fetch_object(f"http://gone.localhost:{port}/", FetchBudget())


async def test_the_budget_counts_every_hop(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=302, headers={"Location": "/x"})

    base = await town.bare(serve)
    budget = FetchBudget(2)
    with pytest.raises(BudgetSpent):
        await client.fetch_object(f"{base}/actor", budget)


async def test_a_refusal_carries_status_and_retry_after(town: Town, client: FederationClient) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        return aio.Response(status=503, text="z" * 5000, headers={"Retry-After": "120"})

    base = await town.bare(serve)
    with pytest.raises(PeerRefused) as caught:
        await client.fetch_object(f"{base}/actor", FetchBudget())
    assert caught.value.answer_status == 503
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 120
    assert len(caught.value.answer) == 2048
