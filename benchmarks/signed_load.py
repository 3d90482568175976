"""Signed deliveries as a load: actors on loopback, requests signed beforehand, connections that only write and read.

Signing a request costs twenty times what verifying it costs, so it is done before the clock starts; and the sender
speaks HTTP/1.1 by hand, since it shares the processors with the server that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

from aiohttp import web as aio
from cryptography.hazmat.primitives.asymmetric import rsa

from federation.hosts import SignatureKind
from federation.identity import Identity, prove, sign_request
from protocols import actors, jcs
from protocols.ed25519 import public_key
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from protocols.vocabulary import activity_context

SIGNERS = 32
ANSWER_S = 60.0


class Crowd:
    """Actors with keys of their own, each on a loopback address of its own, all served by one socket."""

    def __init__(self, size: int = SIGNERS) -> None:
        self.size = size
        self.identities: list[Identity] = []

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[Crowd]:
        """Serve the actors' documents while the load runs."""
        app = aio.Application()
        app.add_routes([aio.get("/actor/{number}", self._document), aio.post("/actor/{number}/inbox", _taken)])
        runner = aio.AppRunner(app, access_log=None)
        await runner.setup()
        with socket.socket() as listener:
            listener.bind(("0.0.0.0", 0))
            await aio.SockSite(runner, listener).start()
            port = listener.getsockname()[1]
            with ThreadPoolExecutor(2) as pool:
                keys = list(pool.map(lambda _: rsa.generate_private_key(65537, 2048), range(self.size)))
            self.identities = [self._identity(number, port, key) for number, key in enumerate(keys)]
            try:
                yield self
            finally:
                await runner.cleanup()

    def _identity(self, number: int, port: int, key: rsa.RSAPrivateKey) -> Identity:
        owner = f"http://127.0.0.{number + 1}:{port}/actor/{number}"
        seeds = [bytes([use, number]) * 16 for use in (1, 2)]
        return Identity(owner, f"{owner}#main-key", key, f"{owner}#http", seeds[0], f"{owner}#proof", seeds[1])

    async def _document(self, request: aio.Request) -> aio.Response:
        document = actor_document(self.identities[int(request.match_info["number"])])
        return aio.Response(body=jcs.canonical(document), content_type="application/activity+json")


async def _taken(request: aio.Request) -> aio.Response:
    """What a node that was asked to be followed answers."""
    await request.read()
    return aio.Response(status=202)


def actor_document(who: Identity) -> JsonObject:
    """The document that lists all three keys of an actor."""
    return actors.build_actor(
        actors.Actor(
            id=who.actor_id,
            type="Organization",
            preferred_username=f"sender{who.actor_id.rpartition('/')[2]}",
            inbox=f"{who.actor_id}/inbox",
            outbox=f"{who.actor_id}/outbox",
            followers=f"{who.actor_id}/followers",
            rsa_keys=(actors.RsaKey(who.rsa_key_id, actors.rsa_public_pem(who.rsa_key.public_key())),),
            proof_keys=(actors.Ed25519Key(who.proof_key_id, public_key(who.proof_seed)),),
            http_keys=(actors.Ed25519Key(who.ed25519_key_id, public_key(who.ed25519_seed)),),
        )
    )


def note(who: Identity, number: str, *, proved: bool = False) -> JsonObject:
    """A Create of a short public Note."""
    base = who.actor_id
    document: JsonObject = {
        "@context": activity_context() if proved else "https://www.w3.org/ns/activitystreams",
        "id": f"{base}/activities/{number}",
        "type": "Create",
        "actor": base,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [f"{base}/followers"],
        "object": {
            "id": f"{base}/notes/{number}",
            "type": "Note",
            "attributedTo": base,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "content": f"<p>Samedi à 9 h, on plante la haie derrière l’école : il reste {number} places.</p>",
            "published": "2026-11-24T09:00:00Z",
        },
    }
    return prove(who, document, datetime.now(UTC)) if proved else document


def follow(who: Identity, followed: str) -> JsonObject:
    """A Follow: from then on the sender is no stranger."""
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{who.actor_id}/follows/1",
        "type": "Follow",
        "actor": who.actor_id,
        "object": followed,
    }


def signed_bytes(inbox: str, who: Identity, activity: JsonObject, kind: SignatureKind = SignatureKind.CAVAGE) -> bytes:
    """The whole request as it goes over the wire."""
    body = jcs.canonical(activity)
    message = HttpMessage("POST", inbox, (("Content-Type", "application/activity+json"),), body)
    headers = {"Host": urlsplit(inbox).netloc, "Content-Type": "application/activity+json"}
    headers |= sign_request(kind, who, message, datetime.now(UTC))
    headers["Content-Length"] = str(len(body))
    lines = [f"POST {urlsplit(inbox).path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def presigned(
    inbox: str,
    signers: Sequence[Identity],
    count: int,
    mark: str,
    *,
    kind: SignatureKind = SignatureKind.CAVAGE,
    proved: bool = False,
) -> list[list[bytes]]:
    """`count` requests, dealt out to one list per signer."""

    def one(number: int) -> bytes:
        who = signers[number % len(signers)]
        return signed_bytes(inbox, who, note(who, f"{mark}-{number}", proved=proved), kind)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(one, range(count)))
    return [made[start :: len(signers)] for start in range(len(signers))]


class Sender(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last is in."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self._left = iter(requests)
        self._buffer = b""
        self.statuses: dict[int, int] = {}
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by class
        self._send()

    def _send(self) -> None:
        following = next(self._left, None)
        if following is None:
            self._transport.close()
            if not self.finished.done():
                self.finished.set_result(None)
        else:
            self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        if len(rest) < length:
            return
        status = int(head[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self._buffer = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(error or ConnectionError("closed by the server"))


async def fire(port: int, dealt: Sequence[Sequence[bytes]]) -> float:
    """Send every list over a connection of its own, all at once; answers a second. Every answer must be 202."""
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    senders = []
    for requests in dealt:
        _, sender = await loop.create_connection(lambda mine=requests: Sender(mine), "127.0.0.1", port)
        senders.append(sender)
    await asyncio.wait_for(asyncio.gather(*(sender.finished for sender in senders)), ANSWER_S)
    spent = time.perf_counter() - start
    statuses = {status for sender in senders for status in sender.statuses}
    assert statuses == {202}, statuses
    return sum(len(requests) for requests in dealt) / spent
