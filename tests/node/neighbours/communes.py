"""Communes that speak over real HTTP, what they know of each other, and messages forged by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from federation.hosts import SignatureKind
from federation.identity import Identity, prove, sign_request
from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions import public as missions
from node.modules.missions import service
from node.modules.missions.public import MissionCard
from node.neighbours import addresses, following, outbox
from node.neighbours.models import HeardActivity, OwnActivity
from node.neighbours.public import PeerShown, peers
from node.neighbours.services import federation_of
from node.neighbours.views import find_actor
from protocols import jcs
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from tests.fixtures.serving import Answer, ask, until
from tests.modules.missions.people import Town, draft_with, published, town

BY = "0" * 26
JSON = (("Accept", "application/activity+json"),)


async def follow(one: Node, other: Node) -> None:
    """`one` follows `other`, and knows that it may."""
    actor = await find_actor(one, other.base_url)
    await one.write(following.follow, actor, BY)
    await until(lambda: one.read(_follows, other.host))


def _follows(unit: Unit, host: str) -> bool:
    return any(peer.host == host and peer.we_follow == "accepted" for peer in peers(unit))


async def peer_at(node: Node, other: Node) -> PeerShown | None:
    """What `node` has written down of `other`."""
    return next((each for each in await node.read(peers) if each.host == other.host), None)


@dataclass(frozen=True, slots=True)
class Posted:
    """A mission of a commune, with who may change it."""

    node: Node
    town: Town
    id: str

    @property
    def uri(self) -> str:
        return f"{self.node.base_url}/ap/missions/{self.id}"

    async def change(self, **changes: Any) -> None:
        def edit(unit: Unit) -> None:
            mission = service.find(unit, self.id)
            draft = service.draft_of(mission, service.live_shifts(unit, self.id))
            values = {name: getattr(draft, name) for name in draft.__dataclass_fields__} | changes
            service.edit(unit, self.town.manager, self.id, mission.version, type(draft)(**values))

        await self.node.write(edit)

    async def withdraw(self) -> None:
        await self.node.write(service.withdraw, self.town.manager, self.id)

    async def publish(self) -> None:
        await self.node.write(service.publish, self.town.manager, self.id)


async def post(node: Node, title: str = "Planter la haie", town_: Town | None = None, **draft: Any) -> Posted:
    """Publish a mission."""

    def make(unit: Unit) -> tuple[Town, str]:
        here = town_ or town(unit)
        return here, published(unit, here, draft_with(title=title, **draft))[0]

    return Posted(node, *await node.write(make))


async def foreign(node: Node) -> list[MissionCard]:
    """Missions of others as `node` shows them."""
    cards: tuple[MissionCard, ...] = await node.read(missions.upcoming, 100)
    return [card for card in cards if card.is_neighbour]


async def titles(node: Node) -> list[str]:
    return sorted(card.title for card in await foreign(node))


async def shows(node: Node, *expected: str) -> None:
    """Wait until `node` shows exactly these missions of others."""

    async def same() -> bool:
        return await titles(node) == sorted(expected)

    try:
        await until(same, patience_s=10)
    except AssertionError:
        assert await titles(node) == sorted(expected)


async def quiet(*nodes: Node) -> None:
    """Wait until nothing waits to be delivered."""
    for node in nodes:
        await until(partial(_is_done, node))


async def _is_done(node: Node) -> bool:
    return (await node.read(outbox.backlog, None)).pending == 0


def wake(node: Node) -> None:
    """Have the delivery worker look now, after the test moved the clock."""
    federation_of(node).worker.wake()


async def outcomes(node: Node) -> list[tuple[str, str]]:
    """(type, outcome) of every activity taken in, oldest first."""
    query = select(HeardActivity).order_by(HeardActivity.received_at, HeardActivity.id)

    def read(unit: Unit) -> list[tuple[str, str]]:
        return [(row.type, row.outcome) for row in unit.session.scalars(query)]

    return await node.read(read)


async def said(node: Node, kind: str) -> list[JsonObject]:
    """Activities of that type that `node` made."""

    def read(unit: Unit) -> list[JsonObject]:
        rows = unit.session.scalars(select(OwnActivity.document).order_by(OwnActivity.number)).all()
        return [row for row in rows if row["type"] == kind]

    return await node.read(read)


def voice(node: Node) -> Identity:
    """The keys with which a commune speaks."""
    return addresses.identity(node.facts, node.keys)


def forged(node: Node, kind: str, number: str = "forged", *, proved: bool = True, **members: Any) -> JsonObject:
    """An activity by `node` that its own code did not make."""
    actor = addresses.actor_id(node.facts)
    activity: JsonObject = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{node.base_url}/ap/activities/{number}",
        "type": kind,
        "actor": actor,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        **members,
    }
    return prove(voice(node), activity, node.runtime.clock()) if proved else activity


def signed(
    activity: JsonObject,
    target: Node,
    who: Identity,
    now: datetime,
    *,
    kind: SignatureKind = SignatureKind.CAVAGE,
    path: str = "/ap/inbox",
) -> HttpMessage:
    """The request that brings `activity` to `target`'s shared inbox, not yet sent."""
    bare = HttpMessage(
        "POST", target.base_url + path, (("Content-Type", "application/activity+json"),), jcs.canonical(activity)
    )
    added = {"Host": target.host, **sign_request(kind, who, bare, now)}
    return HttpMessage(bare.method, bare.url, bare.headers + tuple(added.items()), bare.body)


async def send(message: HttpMessage) -> Answer:
    return await ask(message.url, method=message.method, headers=message.headers, body=message.body)


async def deliver(activity: JsonObject, sender: Node, target: Node, **how: Any) -> Answer:
    """Sign as `sender` and send to `target`."""
    return await send(signed(activity, target, voice(sender), sender.runtime.clock(), **how))
