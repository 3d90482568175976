"""The whole reference node behind one port of loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.interop.reference import requests
from tests.interop.reference.agreeing import Agreeing
from tests.interop.reference.books import BadChain
from tests.interop.reference.honouring import Honouring
from tests.interop.reference.identity import CONTEXT, Identity
from tests.interop.reference.issuing import Issuing
from tests.interop.reference.network import ACTIVITY, Network, Peer
from tests.interop.reference.octets import Object, canonical, digest
from tests.interop.reference.proofs import BadProof
from tests.interop.reference.requests import BadRequest, Request
from tests.interop.reference.sharing import Sharing


class ReferenceNode:
    """A commune. `dialects`: how verified requests were signed; `seen`: activity id → digest (federation.md 6.5)."""

    def __init__(self, identity: Identity) -> None:
        self.me = identity
        self.network = Network(identity)
        self.sharing = Sharing(self.network)
        self.agreeing = Agreeing(self.network, self.sharing)
        self.issuing = Issuing(identity.actor, self.agreeing)
        self.honouring = Honouring(self.network, self.agreeing, self.issuing)
        self.dialects: list[str] = []
        self.seen: dict[str, bytes] = {}
        self.replayed: set[str] = set()

    async def webfinger(self, request: web.Request) -> web.Response:
        return _json(self.me.webfinger(request.query.get("resource", "")), "application/jrd+json")

    async def nodeinfo_links(self, request: web.Request) -> web.Response:
        href = f"{self.me.base}/about"
        return _json({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": href}]})

    async def nodeinfo(self, request: web.Request) -> web.Response:
        return _json(self.me.nodeinfo())

    async def actor(self, request: web.Request) -> web.Response:
        """A signature on a fetch is verified where there is one (federation.md 3.3)."""
        if "signature" in request.headers:
            await self._verified(request)
        return _json(self.me.document(), ACTIVITY)

    async def collection(self, request: web.Request) -> web.Response:
        address = self.me.base + request.path
        found = {"@context": CONTEXT, "id": address, "type": "OrderedCollection", "totalItems": 0}
        return _json(found, ACTIVITY)

    async def deed(self, request: web.Request) -> web.Response:
        found = self.sharing.own.get(self.me.base + request.path)
        return _json(found and {"@context": CONTEXT, **found}, ACTIVITY)

    async def inbox(self, request: web.Request) -> web.Response:
        """activities.md §1, federation.md §6"""
        sender, body = await self._verified(request)
        said: Object = json.loads(body)
        if said["actor"] != sender.actor:
            raise BadRequest("not the sender's")
        sender.check_proof(said)
        mark = digest({name: value for name, value in said.items() if name not in ("proof", "signature")})
        if self.seen.setdefault(said["id"], mark) != mark:
            return _problem(409, "id-reused")
        if self.seen[said["id"]] is mark and not await self.agreeing.heard(said, sender):
            await self.sharing.heard(said, sender)
        return web.Response(status=202)

    async def call(self, request: web.Request) -> web.Response:
        """honour-objects.md §1"""
        sender, body = await self._verified(request)
        said: Object = json.loads(body)
        sender.check_proof(said)
        if said["from"] != sender.actor or said["protocol"] != "ygor-honour/1":
            raise BadRequest("not the sender's")
        if said["to"] != self.me.actor:
            return _problem(421, "not-for-us")
        if said["terms"] not in self.agreeing.known:
            return _problem(403, "no-terms")
        about = {"payment": said["payment"]} if "payment" in said else {}
        kind, fields = self.issuing.answer(said) if about else self.honouring.heard(said, sender)
        answer = self.honouring.message(kind, sender.actor, said["terms"], **about, **fields)
        return _json(answer)

    async def _verified(self, request: web.Request) -> tuple[Peer, bytes]:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        scheme = self.me.base.partition(":")[0]
        seen = Request(request.method, scheme, self.me.authority, request.raw_path, headers, body)
        key_id = requests.key_id_of(seen)
        owner = await self.network.owner_of(key_id)
        requests.verify(seen, owner.request_key(key_id))
        if headers["signature"] in self.replayed:
            raise BadRequest("seen before")
        self.replayed.add(headers["signature"])
        self.dialects.append(seen.dialect)
        return owner, body

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/webfinger", self.webfinger),
            web.get("/.well-known/nodeinfo", self.nodeinfo_links),
            web.get("/about", self.nodeinfo),
            web.get("/who/commune", self.actor),
            web.get("/out", self.collection),
            web.get("/them", self.collection),
            web.get("/deeds/{id}", self.deed),
            web.post("/in", self.inbox),
            web.post("/ygor/honour", self.call),
        ]


@web.middleware
async def _refusals(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        return await handler(request)  # type: ignore[no-any-return]  # aiohttp's own handler type
    except (BadRequest, BadProof) as error:
        return _problem(401, f"bad-signature: {error}")
    except BadChain as error:
        return _problem(409, f"bad-head: {error}")


def _json(document: Object | None, kind: str = "application/json") -> web.Response:
    if document is None:
        return _problem(404, "not-found")
    status = 410 if document.get("type") == "Tombstone" else 200
    return web.Response(body=canonical(document), status=status, content_type=kind)


def _problem(status: int, code: str) -> web.Response:
    body = canonical({"title": code, "status": status, "code": code.partition(":")[0]})
    return web.Response(body=body, status=status, content_type="application/problem+json")


@asynccontextmanager
async def served(name: str, host: str, port: int) -> AsyncIterator[ReferenceNode]:
    """The node at `http://HOST:PORT`, until the block ends."""
    node = ReferenceNode(Identity(f"http://{host}:{port}", name))
    app = web.Application(middlewares=[_refusals])
    app.add_routes(node.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield node
    finally:
        await node.network.close()
        await runner.cleanup()
