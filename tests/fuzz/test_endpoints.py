"""A served node, asked by machines that mean ill: no input makes a 500, on either database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from federation.hosts import SignatureKind
from federation.identity import prove, sign_request
from node.core.config import ProcessSettings
from node.core.node import Node
from node.groupings import admitting, joining, publishing
from node.honour.agreements import PROPOSAL
from node.honour.models import TermsRow
from protocols import jcs
from protocols.errors import LocalProtocolError
from protocols.honour import terms, wire
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import free_port, local_address, served
from tests.fuzz import corpus
from tests.node.honour.communes import Communes, books_agree
from tests.node.neighbours.communes import follow, forged, quiet, send, signed, voice
from tests.protocols import test_groupings as house
from tests.protocols.documents import paths, put
from tests.protocols.honour.pair import TERMS
from tests.protocols.honour.samples import MESSAGES

Pair = tuple[Node, Node]
AT_ONCE = 8
OUR_TROUBLE = 500
"""502 and 503 say that another host did not answer, and that the message may come again: 500 says that we broke."""

MACHINE = (
    "/.well-known/webfinger?resource={}", "/.well-known/nodeinfo?{}", "/nodeinfo/2.1?{}", "/ap/instance?{}",
    "/ap/actor/{}", "/ap/actor/{}/outbox", "/ap/actor/ramonville/outbox?page={}", "/ap/actor/{}/followers",
    "/ap/activities/{}", "/ap/missions/{}", "/api/v1/missions/{}", "/api/v1/{}", "/missions/{}",
)  # fmt: skip
POSTED = ("/ap/inbox", "/ap/actor/ramonville/inbox", "/ap/actor/{}/inbox", "/ygor/honour", "/ap/inbox?{}")
HEADERS = ("Signature", "Signature-Input", "Digest", "Content-Digest", "Date", "Content-Type", "Host")
UNSIGNED = b'{"id":"https://a.example/1","type":"Follow","actor":"https://a.example/a","object":"https://b.example"}'
TYPES = ("application/activity+json", "application/json", "text/html", "", "application/ld+json; profile*9=x")


@pytest.fixture
async def met(tmp_path: Path, clock: TestClock, settings: ProcessSettings) -> AsyncIterator[Pair]:
    """Castanet, a follower and friend of Ramonville, which is asked."""
    port = free_port()
    factory = NodeFactory(tmp_path, settings, clock)
    try:
        castanet = factory("Castanet-Tolosan", address=local_address("castanet", port))
        ramonville = factory("Ramonville", code="31446", address=local_address("ramonville", port))
        async with served([castanet, ramonville]):
            await follow(ramonville, castanet)
            await follow(castanet, ramonville)
            await quiet(castanet, ramonville)
            yield castanet, ramonville
    finally:
        factory.close()


async def raw(node: Node, request: bytes) -> int:
    """Send these very bytes; the status, 0 when the connection is closed without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(node.host.rpartition(":")[2]))
    try:
        writer.write(request)
        line = await asyncio.wait_for(reader.readline(), 10)
        return int(line.split(b" ")[1]) if line.startswith(b"HTTP/1.") else 0
    except ConnectionError:
        return 0
    finally:
        writer.close()


def request_of(
    node: Node, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {node.host}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


async def all_below_500(asked: Sequence[tuple[Any, Awaitable[int]]]) -> None:
    """A few at a time; names every input that broke us."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(answer: Awaitable[int]) -> int:
        async with gate:
            return await answer

    statuses = await asyncio.gather(*(one(answer) for _, answer in asked))
    broke = [what for (what, _), status in zip(asked, statuses, strict=True) if status == OUR_TROUBLE]
    assert not broke, broke[:5]


def header_safe(text: str) -> bool:
    return not set(text) & set("\r\n\0")


def odd_targets(step: int) -> list[str]:
    odd = ["%00", "%ff", "%F0%9F", "..%2f..%2f", "a" * 3000, "%0d%0aX:1", "x" * 26, "１" * 26, "'", "+", "&resource=x"]
    texts = odd + [quote(text, safe="") for text in corpus.TEXTS if len(text) < 3000]
    texts += [quote(value, safe="") for value in corpus.VALUES if isinstance(value, str) and len(value) < 3000]
    return [route.format(text) for offset, route in enumerate(MACHINE) for text in texts[offset % step :: step]]


async def ask_everything(node: Node, step: int) -> None:
    accept = (("Accept", "application/activity+json"),)
    asked = [(target, raw(node, request_of(node, "GET", target, accept))) for target in odd_targets(step)]
    await all_below_500(asked)


async def post_everything(node: Node, step: int) -> None:
    asked: list[tuple[Any, Awaitable[int]]] = []
    for offset, route in enumerate(POSTED):
        target = route.format("%00")
        for name, body in list(corpus.BODIES.items())[offset % step :: step]:
            for kind in TYPES if step == 1 else TYPES[:2]:
                headers = [("Content-Type", kind)] if kind else []
                asked.append(((target, name, kind), raw(node, request_of(node, "POST", target, headers, body))))
    texts = [text for text in corpus.TEXTS if header_safe(text) and len(text) < 7000]
    for offset, name in enumerate(HEADERS):
        for text in texts[offset % step :: step]:
            headers = [("Content-Type", "application/activity+json"), (name, text), ("Signature", 'keyId="x"')]
            asked.append(((name, text), raw(node, request_of(node, "POST", "/ap/inbox", headers, UNSIGNED))))
    await all_below_500(asked)


async def test_addresses_and_bodies_that_nobody_signed(met: Pair) -> None:
    _, ramonville = met
    await ask_everything(ramonville, 9)
    await post_everything(ramonville, 5)


@pytest.mark.soak
async def test_all_addresses_and_bodies_that_nobody_signed(met: Pair) -> None:
    _, ramonville = met
    await ask_everything(ramonville, 1)
    await post_everything(ramonville, 1)


def said(kind: str, actor: str, document: JsonObject | None = None) -> JsonObject:
    """What a part of ours wraps in an activity: its word, with a signed document."""
    proof: JsonObject = {
        "type": "DataIntegrityProof",
        "verificationMethod": f"{actor}#proof-ed25519",
        "proofValue": "z1",
    }
    wrapped: JsonObject = {"type": kind, "attributedTo": actor, "ygor:hash": "0" * 64, "ygor:reason": "Non"}
    return wrapped if document is None else wrapped | {"ygor:document": {**document, "proof": proof}}


def activities(castanet: Node, ramonville: Node) -> list[JsonObject]:
    """One of each kind that a part of ours listens to, from Castanet."""
    ours, theirs = f"{ramonville.base_url}/ap/actor/ramonville", f"{castanet.base_url}/ap/actor/castanet"
    event: JsonObject = {
        "id": f"{castanet.base_url}/ap/missions/1", "type": "Event", "attributedTo": theirs, "name": "Fête",
        "startTime": "2026-12-05T08:00:00Z", "endTime": "2026-12-05T11:00:00Z", "content": "<p>Oui</p>",
        "published": "2026-11-22T08:00:00Z", "updated": "2026-11-22T08:00:00Z", "ygor:tokens": 3,
        "location": {"type": "Place", "name": "Moulin", "latitude": 43.5, "longitude": 1.5},
        "ygor:shifts": [{"startTime": "2026-12-05T08:00:00Z", "endTime": "2026-12-05T09:00:00Z"}],
        "ygor:skills": ["gardening"],
    }  # fmt: skip
    asked: JsonObject = {"id": f"{theirs}/f", "type": "Follow", "actor": theirs, "object": ours}
    offered = said(PROPOSAL, theirs, terms.to_json(TERMS))
    asks = said(admitting.APPLICATION, theirs, house.accepted(house.ANNA, house.offered()))
    leaves = said(joining.DEPARTURE, theirs, house.offered())
    made: list[tuple[str, JsonObject]] = [
        ("Follow", {"object": ours}),
        ("Create", {"object": event}),
        ("Update", {"object": {**event, "updated": "2026-11-23T08:00:00Z"}}),
        ("Update", {"object": {"id": theirs, "type": "Organization"}}),
        ("Delete", {"object": {"id": event["id"], "type": "Tombstone", "deleted": "2026-11-23T08:00:00Z"}}),
        ("Undo", {"object": asked}),
        ("Accept", {"object": f"{ramonville.base_url}/ap/activities/1", "result": offered}),
        ("Reject", {"object": f"{ramonville.base_url}/ap/activities/1", "result": offered}),
        ("Offer", {"object": offered}),
        ("Offer", {"object": asks}),
        ("Accept", {"object": f"{ramonville.base_url}/ap/activities/1", "result": said(admitting.MEMBERSHIP, theirs)}),
        ("Reject", {"object": f"{ramonville.base_url}/ap/activities/1", "result": said(admitting.REMOVAL, theirs)}),
        ("Update", {"object": said(publishing.NEWS, theirs) | {"id": f"{theirs}/members"}}),
        ("Leave", {"object": ours, "result": leaves}),
        ("Join", {"object": f"{ramonville.base_url}/ap/missions/1"}),
        ("Announce", {"object": f"{ramonville.base_url}/ap/missions/1"}),
        ("Move", {"object": theirs, "target": "https://elsewhere.example/actor"}),
    ]
    return [forged(castanet, kind, f"seed{number}", **members) for number, (kind, members) in enumerate(made)]


async def delivered(castanet: Node, ramonville: Node, document: JsonObject, *, proved: bool) -> int:
    """Signed by Castanet whatever it says."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    try:
        activity = prove(voice(castanet), bare, castanet.runtime.clock()) if proved else document
        message = signed(
            activity, ramonville, voice(castanet), castanet.runtime.clock(), kind=SignatureKind.RFC9421_ED25519
        )
    except LocalProtocolError:
        return 0  # what has no canonical form cannot be sent by this code
    return (await send(message)).status


async def deliver_everything(castanet: Node, ramonville: Node, step: int, stride: int = 1) -> None:
    asked: list[tuple[Any, Awaitable[int]]] = []
    for number, activity in enumerate(activities(castanet, ramonville)):
        for offset, place in list(enumerate(paths(activity)))[number % stride :: stride]:
            for each, value in enumerate(corpus.VALUES[(offset + 3 * number) % step :: step]):
                spoiled = put(activity, place, value)
                if place != ("id",):
                    spoiled["id"] = f"{castanet.base_url}/ap/activities/{number}-{offset}-{each}"
                proved = place[0] != "proof"
                asked.append(((place, value), delivered(castanet, ramonville, spoiled, proved=proved)))
    await all_below_500(asked)


async def test_activities_with_anything_in_any_place(met: Pair) -> None:
    castanet, ramonville = met
    await deliver_everything(castanet, ramonville, len(corpus.VALUES), 5)
    assert await raw(ramonville, request_of(ramonville, "GET", "/livez")) == 200


@pytest.mark.soak
async def test_activities_with_everything_in_any_place(met: Pair) -> None:
    castanet, ramonville = met
    await deliver_everything(castanet, ramonville, 1)


async def called(castanet: Node, ramonville: Node, document: JsonObject) -> int:
    """A signed and proved call, whatever it says."""
    now, url = castanet.runtime.clock(), f"{ramonville.base_url}/ygor/honour"
    try:
        body = jcs.canonical(prove(voice(castanet), document, now))
    except LocalProtocolError:
        return 0
    bare = HttpMessage("POST", url, (("Content-Type", "application/json"),), body)
    added = sign_request(SignatureKind.RFC9421_ED25519, voice(castanet), bare, now)
    return (await send(HttpMessage("POST", url, bare.headers + tuple(added.items()), body))).status


async def call_everything(communes: Communes, step: int, stride: int = 1) -> None:
    """Ramonville, whose till may charge at Castanet, asks Castanet anything."""
    [live] = await communes.a.read(lambda unit: list(unit.session.scalars(select(TermsRow.hash))))
    asked: list[tuple[Any, Awaitable[int]]] = []
    ends = {"from": f"{communes.b.base_url}/ap/actor/ramonville", "to": f"{communes.a.base_url}/ap/actor/castanet"}
    for number, message in enumerate(MESSAGES):
        document = wire.to_json(message) | ends | {"terms": live}
        for offset, place in list(enumerate(paths(document)))[number % stride :: stride]:
            for value in corpus.VALUES[(offset + 5 * number) % step :: step]:
                asked.append(((place, value), called(communes.b, communes.a, put(document, place, value))))
    await all_below_500(asked)


async def test_calls_with_anything_in_any_place(communes: Communes) -> None:
    await call_everything(communes, len(corpus.VALUES), 4)
    await books_agree(communes)


@pytest.mark.soak
async def test_calls_with_everything_in_any_place(communes: Communes) -> None:
    await call_everything(communes, 1)
    await books_agree(communes)
