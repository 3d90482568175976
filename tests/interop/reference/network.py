"""Finding peers, fetching documents, delivering activities, calling (specs/federation.md §1 to §5, §10)."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.interop.reference import proofs, requests
from tests.interop.reference.identity import Identity, rsa_key_of
from tests.interop.reference.octets import Object, canonical, from_multikey, instant
from tests.interop.reference.requests import BadRequest, PublicKey, Request

ACTIVITY = "application/activity+json"


class NoAnswer(Exception):
    """The peer refused: `status` and the `code` of its problem."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Peer:
    """Another node, as its actor document says (actors.md §4)."""

    actor: str
    base: str
    name: str
    inbox: str
    document: Object

    def request_key(self, key_id: str) -> PublicKey:
        """federation.md 5.4: listed for requests by the actor itself, or no key at all."""
        listed = self.document["publicKey"]
        for key in listed if isinstance(listed, list) else [listed]:
            if key["id"] == key_id and key["owner"] == self.actor:
                return rsa_key_of(key["publicKeyPem"])
        return self._multikey("authentication", key_id)

    def check_proof(self, document: Object) -> None:
        """Raises BadProof unless a key of `assertionMethod` proved it."""
        methods = [str(proof.get("verificationMethod")) for proof in proofs.proofs_of(document)]
        ours = [method for method in methods if method.partition("#")[0] == self.actor]
        if not ours:
            raise proofs.BadProof(f"no proof by {self.actor}")
        for method in ours:
            proofs.check(document, method, self._multikey("assertionMethod", method))

    def _multikey(self, use: str, key_id: str) -> bytes:
        for key in self.document.get(use, []):
            if (key["id"], key["type"], key["controller"]) == (key_id, "Multikey", self.actor):
                return from_multikey(key["publicKeyMultibase"])
        raise BadRequest(f"{key_id} is not a key of {self.actor} for {use}")


class Loopback(AbstractResolver):
    """federation.md 1.4: names under .localhost are this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        return None


class Network:
    """The way out of one node. `watch` is told of each exchange: url, status, headers and body answered, body sent."""

    def __init__(self, me: Identity) -> None:
        self.me = me
        self.watch: Callable[[str, int, Mapping[str, str], bytes, bytes | None], None] = lambda *seen: None
        self.peers: dict[str, Peer] = {}
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Loopback()))

    async def find(self, base: str) -> Peer:
        """actors.md 2.3"""
        resource = quote(f"{base}/", safe="")
        jrd, _ = await self._get(f"{base}/.well-known/webfinger?resource={resource}", "application/jrd+json")
        links = [link for link in jrd["links"] if link["rel"] == "self" and link.get("type") == ACTIVITY]
        return await self.peer(links[0]["href"])

    async def peer(self, actor: str) -> Peer:
        """The actor with this id, as its own document says now or said before."""
        if actor not in self.peers:
            document = await self.fetch(actor)
            parts = urlsplit(actor)
            base = f"{parts.scheme}://{parts.netloc}"
            self.peers[actor] = Peer(actor, base, document["name"], document["inbox"], document)
        return self.peers[actor]

    async def fetch(self, url: str) -> Object:
        """federation.md 3.1"""
        document: Object
        document, kind = await self._get(url, ACTIVITY)
        if kind != ACTIVITY or document["id"] != url.partition("#")[0]:
            raise BadRequest(f"{url} is not what its address says")
        return document

    async def owner_of(self, key_id: str) -> Peer:
        """federation.md 5.4: the key's address leads to its owner."""
        return await self.peer(key_id.partition("#")[0])

    async def deliver(self, to: Peer, activity: Object, dialect: str = "rfc9421") -> None:
        """activities.md §1: proved, signed, answered 202."""
        proved = proofs.prove(activity, self.me.proof_key, self.me.proof_id, instant())
        status, _ = await self._post(to.inbox, json.dumps(proved).encode(), ACTIVITY, dialect)
        assert status == 202, status

    async def call(self, to: Peer, message: Object) -> Object:
        """honour-objects.md 1.1; `message` is proved already, so that a repetition is the same."""
        status, answer = await self._post(f"{to.base}/ygor/honour", canonical(message), "application/json", "rfc9421")
        assert status == 200
        said: Object = json.loads(answer)
        to.check_proof(said)
        if (said["from"], said["to"], said["protocol"]) != (to.actor, self.me.actor, "ygor-honour/1"):
            raise BadRequest("the answer is another's")
        return said

    async def close(self) -> None:
        await self._session.close()

    async def _get(self, url: str, accept: str) -> tuple[Any, str]:
        async with self._session.get(url, headers={"Accept": accept}, allow_redirects=False) as answer:
            content = await answer.read()
            self.watch(url, answer.status, answer.headers, content, None)
            if answer.status != 200:
                raise NoAnswer(answer.status, "")
            return json.loads(content), answer.content_type

    async def _post(self, url: str, body: bytes, kind: str, dialect: str) -> tuple[int, bytes]:
        headers = self._signed(url, body, kind, dialect)
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            content = await answer.read()
            self.watch(url, answer.status, answer.headers, content, body)
            if answer.status >= 300:
                problem = json.loads(content) if answer.content_type == "application/problem+json" else {}
                raise NoAnswer(answer.status, problem.get("code", ""))
            return answer.status, content

    def _signed(self, url: str, body: bytes, kind: str, dialect: str) -> Mapping[str, str]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"content-type": kind}
        request = Request("POST", parts.scheme, parts.netloc, target, headers, body)
        if dialect == "cavage":
            return {**headers, **requests.sign_cavage(request, self.me.rsa_id, self.me.rsa)}
        return {**headers, **requests.sign_rfc9421(request, self.me.request_id, self.me.request_key)}
