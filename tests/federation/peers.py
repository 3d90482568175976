"""A peer: a real aiohttp server on loopback with memory ports and a Site that only records what it accepts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import aiohttp
from aiohttp import web as aio
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

from federation import routes
from federation.addressing import Recipient, plan
from federation.admission import BURST, Admission
from federation.client import FederationClient
from federation.delivery import DeliveryWorker
from federation.hosts import SignatureKind
from federation.identity import Identity, prove, sign_request
from federation.inbox import Inbox, Received, id_reused
from federation.keys import KeyResolver
from federation.memory import (
    MemoryAcquaintances,
    MemoryHostRules,
    MemoryHosts,
    MemoryKeyCache,
    MemoryOutbox,
    MemorySeenActivities,
    MemorySeenSignatures,
)
from federation.remote_actor import RemoteActor, read_actor
from federation.signed_call import CallVerifier, SignedCaller
from federation.transport import NetworkPolicy, Transport
from federation.verification import RequestVerifier, replayed
from protocols import actors, jcs, nodeinfo, webfinger
from protocols.ed25519 import public_key
from protocols.messages import HttpMessage
from protocols.types import Json, JsonObject
from protocols.vocabulary import IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519, activity_context

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOCAL = NetworkPolicy(allow_private=True, localhost_names=True)


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key for each name and test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


class SettableClock:
    """The one clock of a test, shared by its peers."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, span: timedelta) -> None:
        self.now += span


def identity(base_url: str, name: str, path: str = "/actor") -> Identity:
    actor_id = base_url + path
    return Identity(
        actor_id=actor_id,
        rsa_key_id=f"{actor_id}#main-key",
        rsa_key=rsa_key(name),
        ed25519_key_id=f"{actor_id}#http-key",
        ed25519_seed=seed(f"{name} http"),
        proof_key_id=f"{actor_id}#proof-key",
        proof_seed=seed(f"{name} proof"),
    )


def actor_document(who: Identity, base_url: str, *, name: str = "commune", modern: bool = True) -> JsonObject:
    return actors.build_actor(
        actors.Actor(
            id=who.actor_id,
            type="Organization",
            preferred_username=name,
            inbox=f"{who.actor_id}/inbox",
            shared_inbox=f"{base_url}/inbox",
            outbox=f"{who.actor_id}/outbox",
            followers=f"{who.actor_id}/followers",
            name=name,
            rsa_keys=(actors.RsaKey(who.rsa_key_id, actors.rsa_public_pem(who.rsa_key.public_key())),),
            proof_keys=(actors.Ed25519Key(who.proof_key_id, public_key(who.proof_seed)),),
            http_keys=(actors.Ed25519Key(who.ed25519_key_id, public_key(who.ed25519_seed)),),
            implements=(IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519) if modern else (),
        )
    )


@dataclass
class RecordingSite:
    """The test's node: fixed documents, and a list of what was accepted."""

    base_url: str
    actor_json: JsonObject
    activities: MemorySeenActivities
    signatures: MemorySeenSignatures
    inbox: Inbox = field(init=False)
    accepted: list[Received] = field(default_factory=list)
    objects: dict[str, JsonObject] = field(default_factory=dict)
    instance_json: JsonObject = field(default_factory=dict)
    wanted: int = 1
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    async def webfinger(self, resource: str) -> JsonObject | None:
        host = self.base_url.split("://", 1)[1]
        if resource in (f"{self.base_url}/", self.base_url):
            return webfinger.build_jrd(
                subject=resource, actor=f"{self.base_url}/instance", service=f"{self.base_url}/instance"
            )
        if resource not in (f"acct:commune@{host}", f"{self.base_url}/actor"):
            return None
        return webfinger.build_jrd(subject=f"acct:commune@{host}", actor=f"{self.base_url}/actor")

    async def nodeinfo_links(self) -> JsonObject:
        return nodeinfo.build_links(document=f"{self.base_url}/nodeinfo/2.1", application=f"{self.base_url}/instance")

    async def nodeinfo(self) -> JsonObject:
        info = nodeinfo.NodeInfo("ygor", "0.1", ("activitypub",), False, 3, 1, 2, 0, "Essai", None)
        return nodeinfo.build_document(info)

    async def instance_actor(self) -> JsonObject:
        return self.instance_json

    async def actor(self, name: str) -> JsonObject | None:
        return self.actor_json if name == "actor" else None

    async def collection(self, name: str, which: str, page: str | None) -> JsonObject | None:
        if name != "actor" or page not in (None, "1"):
            return None
        return {"id": f"{self.base_url}/actor/{which}", "type": "OrderedCollection", "totalItems": 0}

    async def object(self, object_id: str) -> JsonObject | None:
        return self.objects.get(object_id)

    async def accept(self, received: Received) -> None:
        assert received.request is not None
        seen = received.request.seen
        if not await self.signatures.add(seen.key_id, seen.signature, expires=seen.expires):
            raise replayed()
        if self.activities.record(received.activity_id, received.digest):
            self.accepted.append(received)
        elif await self.activities.digest_of(received.activity_id) != received.digest:
            raise id_reused()
        if len(self.accepted) >= self.wanted:
            self.complete.set()


class Peer:
    """A node's federation: composed here as the node composes it."""

    def __init__(
        self,
        name: str,
        base_url: str,
        clock: SettableClock,
        transport: Transport,
        strangers: int = BURST,
        patience_s: float = 2,
    ) -> None:
        self.name, self.base_url, self.clock = name, base_url, clock
        self.requests: list[str] = []
        self.identity = identity(base_url, name)
        self.instance = identity(base_url, f"{name} instance", "/instance")
        self.rules, self.hosts, self.keys_cache = MemoryHostRules(), MemoryHosts(), MemoryKeyCache()
        self.outbox, self.signatures = MemoryOutbox(), MemorySeenSignatures(clock)
        activities = MemorySeenActivities()
        self.client = FederationClient(
            transport, fetch_as=self.instance, hosts=self.hosts, rules=self.rules, clock=clock, total_s=patience_s
        )
        self.acquaintances = MemoryAcquaintances()
        self.verifier = RequestVerifier(
            KeyResolver(self.client, self.keys_cache),
            self.signatures,
            self.rules,
            Admission(self.acquaintances, clock, burst=strangers),
        )
        self.site = RecordingSite(base_url, actor_document(self.identity, base_url), activities, self.signatures)
        self.site.instance_json = actor_document(self.instance, base_url, name="instance")
        self.site.inbox = Inbox(
            base_url=base_url,
            client=self.client,
            verifier=self.verifier,
            activities=activities,
            outbox=self.outbox,
            acquaintances=self.acquaintances,
        )
        self.worker = DeliveryWorker(self.outbox, self.client, lambda actor_id: self.identity, draw=lambda: 0.5)
        self.caller = SignedCaller(self.client, self.verifier, self.identity)
        self.call_verifier = CallVerifier(self.client, self.verifier, self.outbox)

    @property
    def host(self) -> str:
        return self.base_url.split("://", 1)[1]

    @property
    def actor(self) -> RemoteActor:
        return read_actor(self.site.actor_json)

    def activity(self, number: int = 1, *, proof: bool = True, **members: Json) -> JsonObject:
        """A Create of a Note by this peer's actor, proved; `members` replace what stands in it."""
        actor_id = self.identity.actor_id
        document: JsonObject = {
            "@context": activity_context(),
            "id": f"{self.base_url}/activities/{number}",
            "type": "Create",
            "actor": actor_id,
            "object": {
                "id": f"{self.base_url}/notes/{number}",
                "type": "Note",
                "attributedTo": actor_id,
                "content": f"Bonjour {number}",
            },
        }
        document.update(members)
        return prove(self.identity, document, self.clock()) if proof else document

    def signed(
        self,
        target: Peer,
        activity: JsonObject,
        *,
        kind: SignatureKind = SignatureKind.CAVAGE,
        who: Identity | None = None,
        path: str = "/inbox",
    ) -> HttpMessage:
        """The request that delivers `activity` to `target`, not yet sent."""
        bare = HttpMessage(
            "POST", target.base_url + path, (("Content-Type", "application/activity+json"),), jcs.canonical(activity)
        )
        added = sign_request(kind, who or self.identity, bare, self.clock())
        headers = {"Host": target.host, **added}
        return HttpMessage(bare.method, bare.url, bare.headers + tuple(headers.items()), bare.body)

    def queue(self, activity: JsonObject, *targets: Peer) -> None:
        for planned in plan(activity, [Recipient(t.actor.inbox, t.actor.shared_inbox) for t in targets]):
            self.outbox.add(planned, self.clock())


async def send(message: HttpMessage) -> tuple[int, str]:
    """Send exactly this request; the status and the problem's code."""
    host, _, _port = message.url.split("/")[2].partition(":")
    assert host.endswith(".localhost")
    url = message.url.replace(host, "127.0.0.1", 1)
    async with (
        aiohttp.ClientSession() as session,
        session.request(message.method, url, data=message.body, headers=list(message.headers)) as response,
    ):
        body = await response.json() if response.content_type.endswith("json") else {}
        return response.status, body.get("code", "")


Handler = Callable[[aio.Request], Awaitable[aio.StreamResponse]]


class Town:
    """Makes peers and bare servers, and takes them down at the end of the test."""

    def __init__(self, clock: SettableClock, stack: AsyncExitStack) -> None:
        self.clock, self._stack = clock, stack

    async def serve(self, app: aio.Application) -> int:
        """A server on a free port of loopback, until the test ends."""
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        self._stack.push_async_callback(server.close)
        assert server.port is not None
        return server.port

    async def bare(self, handler: Handler, name: str = "bare") -> str:
        """A server that gives every request to `handler`; its base URL."""
        app = aio.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        return f"http://{name}.localhost:{await self.serve(app)}"

    async def transport(self, policy: NetworkPolicy = LOCAL) -> Transport:
        transport = Transport(policy)
        self._stack.push_async_callback(transport.close)
        return transport

    async def peer(
        self, name: str, extra: tuple[aio.RouteDef, ...] = (), *, strangers: int = BURST, patience_s: float = 2
    ) -> Peer:
        made: list[Peer] = []

        def site_for(request: aio.Request) -> RecordingSite:
            return made[0].site

        @aio.middleware
        async def note(request: aio.Request, handler: Handler) -> aio.StreamResponse:
            made[0].requests.append(f"{request.method} {request.path}")
            return await handler(request)

        app = aio.Application(middlewares=[note])
        app.add_routes(extra)
        app.add_routes(
            [
                aio.get("/.well-known/webfinger", routes.webfinger_handler(site_for)),
                aio.get("/.well-known/nodeinfo", routes.nodeinfo_links_handler(site_for)),
                aio.get("/nodeinfo/2.1", routes.nodeinfo_handler(site_for)),
                aio.get("/instance", routes.instance_actor_handler(site_for)),
                aio.post("/inbox", routes.inbox_handler(site_for, self.clock)),
                aio.post("/actor/inbox", routes.inbox_handler(site_for, self.clock)),
                aio.get("/{name:actor|nobody}", routes.actor_handler(site_for)),
                aio.get("/{name}/outbox", routes.collection_handler(site_for, "outbox")),
                aio.get("/{name}/followers", routes.collection_handler(site_for, "followers")),
                aio.get("/{path:.*}", routes.object_handler(site_for)),
            ]
        )
        port = await self.serve(app)
        made.append(
            Peer(name, f"http://{name}.localhost:{port}", self.clock, await self.transport(), strangers, patience_s)
        )
        return made[0]
