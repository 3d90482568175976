"""Keeping both ends of a following alike (FEP-8fcf, specs/federation.md §9.6): the digest that goes with deliveries,
the list a neighbour may ask for, and what we do when our own count differs.

A hint is only a reason to look: what counts is the list at its origin, fetched at most every ten minutes per neighbour.
A commune has one actor, so a neighbour that has lost it sends it nothing, and no digest either: therefore digests go
with everything to nodes we know, and we look at the lists of those we follow four times a day.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from federation.client import FederationClient, FetchBudget
from federation.errors import PeerRefused
from federation.ports import Delivery
from federation.verification import RequestVerifier
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import addresses
from node.neighbours.models import OwnActivity, Peer
from node.neighbours.public import new_activity_id, own_actor, peer, peers, send
from protocols import activities
from protocols.collections import build_collection, parse_collection
from protocols.errors import RemoteProtocolError
from protocols.follower_digests import HEADER, Synchronisation, digest_of, read_header, write_header
from protocols.messages import HttpMessage
from protocols.origins import origin
from protocols.types import JsonObject

LOOK_EVERY = timedelta(minutes=10)
MOST_WAITING = 64
MOST_REMEMBERED = 2_000
MOST_AT_ONCE = 500
PATH = "/followers_synchronization"
Headers = tuple[tuple[str, str], ...]
log = structlog.get_logger("node.neighbours")


def followers_at(unit: Unit, host: str) -> tuple[str, ...]:
    """The ids of our followers at one host."""
    query = select(Peer.actor_id).where(Peer.host == host, Peer.follows_us.is_(True)).order_by(Peer.actor_id)
    return tuple(unit.session.scalars(query))


def headers_for(unit: Unit, hosts: Collection[str]) -> dict[str, Headers]:
    """The headers of deliveries to these hosts, by host: of those at which we know a node."""
    nodes = set(unit.session.scalars(select(Peer.host).where(Peer.host.in_(hosts), Peer.kind != "")))
    if not nodes:
        return {}
    own, followers = own_actor(unit), defaultdict[str, list[str]](list)
    query = select(Peer.host, Peer.actor_id).where(Peer.host.in_(nodes), Peer.follows_us.is_(True))
    for host, actor_id in unit.session.execute(query):
        followers[host].append(actor_id)
    said = {host: Synchronisation(f"{own}/followers", own + PATH, digest_of(followers[host])) for host in nodes}
    return {host: ((HEADER, write_header(one)),) for host, one in said.items()}


def is_drift(unit: Unit, said: Synchronisation) -> str | None:
    """The actor whose list differs from ours, None when all is well or it is nobody we know."""
    rows = unit.session.scalars(select(Peer).where(Peer.host == origin(said.collection_id).authority)).all()
    row = next((row for row in rows if row.document.get("followers") == said.collection_id), None)
    if row is None or row.we_follow == "requested":
        return None
    ours = [own_actor(unit)] if row.we_follow == "accepted" else []
    return None if digest_of(ours) == said.digest else row.actor_id


def mend(unit: Unit, actor_id: str, listed: Collection[str]) -> str:
    """Make their list say what we mean: ask anew for a following that they lost, take back one that we gave up."""
    row = unit.session.get(Peer, actor_id, with_for_update=True)
    known, own = peer(unit, actor_id), own_actor(unit)
    if row is None or known is None or row.we_follow == "requested":
        return "nothing to mend"
    if row.we_follow == "accepted" and own not in listed:
        row.follow_id = new_activity_id(unit)
        send(unit, activities.build_follow(row.follow_id, actor=own, followed=actor_id), known)
        return "asked anew"
    if row.we_follow != "accepted" and own in listed:
        undone = _last_follow(unit, actor_id)
        undo = activities.build_undo(new_activity_id(unit), actor=own, undone=undone, to=(actor_id,))
        send(unit, undo, known)
        return "taken back"
    return "nothing to mend"


def _last_follow(unit: Unit, actor_id: str) -> JsonObject:
    """The question they still hold to be in force; a fresh one, sent first, where ours was lost."""
    is_ours = (
        OwnActivity.public.is_(False),
        OwnActivity.document["type"].as_string() == "Follow",
        OwnActivity.document["object"].as_string() == actor_id,
    )
    query = select(OwnActivity.document).where(*is_ours).order_by(OwnActivity.number.desc())
    found: JsonObject | None = unit.session.scalars(query).first()
    if found is not None:
        return found
    known = peer(unit, actor_id)
    assert known is not None
    follow = activities.build_follow(new_activity_id(unit), actor=own_actor(unit), followed=actor_id)
    send(unit, follow, known)
    return follow


class Synchroniser:
    """The part of a running node that notices drift and mends it, one neighbour after the other."""

    def __init__(self, node: Node, client: FederationClient, verifier: RequestVerifier) -> None:
        self._node = node
        self._client = client
        self._verifier = verifier
        self._hints: asyncio.Queue[Synchronisation] = asyncio.Queue(MOST_WAITING)
        self._looked: dict[str, datetime] = {}
        self._primed: dict[str, Headers] = {}

    def prime(self, deliveries: Sequence[Delivery], headers: Mapping[str, Headers]) -> None:
        """What the deliveries just claimed will need, by host."""
        for one in deliveries:
            self._primed[one.lease] = headers.get(one.host, ())
        while len(self._primed) > MOST_REMEMBERED:
            del self._primed[next(iter(self._primed))]

    async def headers(self, delivery: Delivery) -> Headers:
        """For `DeliveryWorker`."""
        found = self._primed.pop(delivery.lease, None)
        if found is None:
            found = (await self._node.read(headers_for, [delivery.host])).get(delivery.host, ())
        return found

    async def listed(self, message: HttpMessage) -> JsonObject:
        """Our followers at the host that signed the request. Raises RemoteProtocolError without a signature."""
        asked = await self._verifier.verify(message, self._node.runtime.clock(), FetchBudget())
        found = await self._node.read(followers_at, asked.signer.host)
        return build_collection(addresses.actor_id(self._node.facts) + PATH, total=len(found), items=found)

    def hint(self, value: str) -> None:
        """A delivery came with this header. What is malformed, or too much at once, is passed over: another comes."""
        try:
            self._hints.put_nowait(read_header(value))
        except (RemoteProtocolError, asyncio.QueueFull):
            return

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            said = await self._hints.get()
            try:
                await self.look(said)
            except (RemoteProtocolError, PeerRefused) as error:
                log.info("followers not compared", collection=said.collection_id, reason=str(error))

    async def look(self, said: Synchronisation) -> str:
        """Compare, and mend by the list at its origin."""
        actor_id = await self._node.read(is_drift, said)
        return await self._compare(actor_id, said.url) if actor_id is not None else "nothing to mend"

    async def look_at_all(self) -> None:
        """Compare with every node we follow, told to or not."""
        followed = [each for each in await self._node.read(peers, nodes_only=True) if each.we_follow == "accepted"]
        for each in followed[:MOST_AT_ONCE]:
            try:
                await self._compare(each.actor_id, each.actor_id + PATH)
            except (RemoteProtocolError, PeerRefused) as error:
                log.info("followers not compared", actor=each.actor_id, reason=str(error))

    async def _compare(self, actor_id: str, url: str) -> str:
        now = self._node.runtime.clock()
        if now - self._looked.get(actor_id, datetime.min.replace(tzinfo=now.tzinfo)) < LOOK_EVERY:
            return "nothing to mend"
        if len(self._looked) >= MOST_REMEMBERED:
            self._looked.clear()
        self._looked[actor_id] = now
        collection = parse_collection(await self._client.fetch_object(url, FetchBudget()))
        listed = {item for item in collection.items if isinstance(item, str)}
        outcome = await self._node.write(mend, actor_id, listed)
        log.info("followers compared", actor=actor_id, outcome=outcome)
        return outcome
