"""Public examples of what fediverse servers send, through a served node's own inbox: each is taken in or refused with a
reason, none makes an error; an event of somebody whom the commune follows is on its page, with its origin."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import web as aio

from federation.hosts import SignatureKind
from federation.identity import Identity, sign_request
from node.core.node import Node
from node.modules.events import public as agenda
from node.modules.events.public import EventCard
from node.neighbours import addresses, following
from node.neighbours.views import find_actor
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from tests.federation.peers import SettableClock, Town, actor_document, identity
from tests.fixtures.serving import Answer, ask, until
from tests.interop import public_inputs
from tests.node.neighbours.communes import BY, outcomes, quiet, said, send

Pair = tuple[Node, Node]


async def events_of_others(node: Node) -> list[EventCard]:
    """What the commune's agenda shows of others."""
    cards = await node.read(agenda.upcoming, 100)
    return [card for card in cards if card.is_neighbour]


@dataclass
class Server:
    """A server of the fediverse with one actor, as the examples want one; `base_url` is known once it listens."""

    base_url: str = ""
    received: int = 0

    @property
    def who(self) -> Identity:
        return identity(self.base_url, "pasture")

    @property
    def profile(self) -> JsonObject:
        return {**actor_document(self.who, self.base_url), "name": "Le Pré", "ygor:nodeKind": "commune"}

    async def answer(self, request: aio.Request) -> aio.Response:
        if request.method == "POST":
            self.received += 1
            return aio.Response(status=202)
        if request.path == "/.well-known/webfinger":
            link = {"rel": "self", "type": "application/activity+json", "href": self.who.actor_id}
            subject = f"acct:commune@{self.base_url.partition('://')[2]}"
            return aio.json_response({"subject": subject, "links": [link]}, content_type="application/jrd+json")
        if request.path == "/actor":
            return aio.json_response(self.profile, content_type="application/activity+json")
        raise aio.HTTPNotFound

    async def post(self, node: Node, activity: JsonObject) -> Answer:
        body = json.dumps(activity).encode()
        bare = HttpMessage("POST", f"{node.base_url}/ap/inbox", (("Content-Type", "application/activity+json"),), body)
        added = sign_request(SignatureKind.CAVAGE, self.who, bare, datetime.now(UTC))
        return await send(HttpMessage("POST", bare.url, bare.headers + tuple(added.items()), body))


@pytest.fixture
async def pasture(communes: Pair) -> AsyncIterator[Server]:
    """The server, followed by Castanet."""
    server, castanet = Server(), communes[0]
    async with AsyncExitStack() as stack:
        server.base_url = await Town(SettableClock(), stack).bare(server.answer, "pasture")
        actor = await find_actor(castanet, f"commune@{server.base_url.partition('://')[2]}")
        asked = await castanet.write(following.follow, actor, BY)
        assert asked.we_follow == "requested"
        await until(lambda: _is_asked(server))
        accept = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{server.base_url}/accepts/1",
            "type": "Accept",
            "actor": server.who.actor_id,
            "object": (await said(castanet, "Follow"))[0]["id"],
        }
        assert (await server.post(castanet, accept)).status == 202
        await quiet(castanet)
        yield server


async def _is_asked(server: Server) -> bool:
    return server.received == 1


async def taken(node: Node, server: Server, examples: Iterable[tuple[str, JsonObject]]) -> dict[str, str]:
    """Send them all: name → "202" or the code of the refusal. AssertionError for anything else."""
    found, wrong = {}, {}
    few = asyncio.Semaphore(16)

    async def post(name: str, activity: JsonObject) -> tuple[str, Answer]:
        async with few:
            return name, await server.post(node, activity)

    for name, answer in await asyncio.gather(*(post(*example) for example in examples)):
        kind = answer.headers.get("Content-Type", "")
        if answer.status == 202:
            found[name] = "202"
        elif 400 <= answer.status < 500 and kind.startswith("application/problem+json"):
            found[name] = json.loads(answer.body)["code"]
        else:
            wrong[name] = (answer.status, answer.body[:200])
    assert wrong == {}
    return found


async def test_the_pasture_is_taken_in(communes: Pair, pasture: Server) -> None:
    """Notes and articles of all shapes; what is refused says of whom it is in a way that we do not take."""
    castanet, _ = communes
    found = await taken(castanet, pasture, public_inputs.pasture(pasture.base_url, pasture.who.actor_id))
    assert len(found) >= 262
    refused = {name.partition("/")[0]: code for name, code in found.items() if code != "202"}
    assert refused == {
        "attachments": "json-ld",  # a recipe with an `@type`
        "attributed_to": "foreign-object",
        "necessary_properties": "foreign-object",
    }
    assert await events_of_others(castanet) == []


async def test_activities_notes_and_polls_are_taken_in(communes: Pair, pasture: Server) -> None:
    castanet, _ = communes
    receiver = addresses.actor_id(castanet.facts)
    cases = public_inputs.funfedi(pasture.profile, receiver, ("activity", "notes", "poll"))
    found = await taken(castanet, pasture, cases)
    assert len(found) == 66
    refused = {name.rpartition("/")[2]: code for name, code in found.items() if code != "202"}
    spoilt = {f"{how} {name}": "bad-activity" for how in ("null", "without") for name in ("actor", "id", "type")}
    assert refused == {
        **spoilt,
        "as list actor": "bad-activity",
        "as list object": "bad-object",
        "as list type": "bad-activity",
        "embedded_actor": "bad-activity",
        "without attributedTo": "foreign-object",
    }
    assert await events_of_others(castanet) == []


async def test_events_of_somebody_we_follow_are_on_our_page(communes: Pair, pasture: Server) -> None:
    castanet, _ = communes
    receiver = addresses.actor_id(castanet.facts)
    cases = dict(public_inputs.funfedi(pasture.profile, receiver, ("event",)))
    assert set((await taken(castanet, pasture, cases.items())).values()) == {"202", "foreign-object"}
    assert await events_of_others(castanet) == [], "as published their times are not times"

    again = {name: public_inputs.with_real_times(case) for name, case in cases.items()}
    for number, activity in enumerate(again.values()):
        activity["id"] = f"{pasture.base_url}/again/{number}"
    found = await taken(castanet, pasture, again.items())
    assert {name.rpartition("/")[2] for name, code in found.items() if code != "202"} == {"without attributedTo"}
    unreadable = ("without attributedTo", "without type", "without name", "without startTime")
    expected = len(cases) - len(unreadable)
    cards = await events_of_others(castanet)
    assert [(card.title, card.peer_name) for card in cards] == [("my event", "Le Pré")] * expected
    page = (await ask(f"{castanet.base_url}/agenda", headers=(("Accept", "text/html"),))).body.decode()
    assert page.count("my event") >= expected
    assert page.count("Le Pré") >= expected
    for card in cards:
        assert card.page in page
    own = (await ask(castanet.base_url + cards[0].page, headers=(("Accept", "text/html"),))).body.decode()
    for told in ("my event", "Le Pré", cards[0].url):
        assert told in own


async def test_of_a_stranger_nothing_is_shown(communes: Pair, pasture: Server) -> None:
    _, ramonville = communes
    receiver = addresses.actor_id(ramonville.facts)
    cases = public_inputs.funfedi(pasture.profile, receiver, ("event",))
    real = ((name, public_inputs.with_real_times(case)) for name, case in cases)
    await taken(ramonville, pasture, real)
    assert await events_of_others(ramonville) == []
    assert {outcome for _, outcome in await outcomes(ramonville)} == {
        "not followed",
        "passed over: type: one name was expected",
    }
