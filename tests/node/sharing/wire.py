"""Two communes without a network: every message that one makes is taken from its outbox and handed over by the test, in
whatever order, as often as it likes. The very code that runs behind the inbox takes it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from federation.inbox import Received, digest_of
from federation.remote_actor import read_actor
from node.core.node import Node
from node.core.unit import Unit
from node.honour import agreements
from node.modules.missions import federation, neighbours
from node.modules.missions.models import Neighbour
from node.neighbours import addresses, following
from node.neighbours.incoming import handlers_of, take_in
from node.neighbours.models import HeardActivity, OwnActivity, Peer
from node.sharing.models import Request
from protocols import missions as wire_missions
from protocols.types import JsonObject
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import Town, draft_with, published, town
from tests.node.honour.communes import BY, wanted

KINDS = ("Join", "Leave", "Accept", "Reject", "Offer")


async def befriend(node: Node, other: Node) -> None:
    """`node` knows `other`, and both follow each other: what a handshake would leave behind."""

    def write(unit: Unit) -> None:
        actor = read_actor(addresses.actor_document(other.facts, other.keyring, other.runtime.clock()))
        following.remember(unit, actor)
        row = unit.session.get(Peer, actor.id)
        assert row is not None
        row.we_follow, row.follows_us = "accepted", True

    await node.write(write)


@dataclass
class Wire:
    """What two nodes have said to each other so far, oldest first, per direction."""

    nodes: tuple[Node, Node]
    settled: set[str] = field(default_factory=set)

    async def said(self, sender: Node) -> list[JsonObject]:
        def read(unit: Unit) -> list[JsonObject]:
            documents = unit.session.scalars(select(OwnActivity.document).order_by(OwnActivity.number))
            return [document for document in documents if document["type"] in KINDS]

        return await sender.read(read)

    def other(self, node: Node) -> Node:
        return self.nodes[1] if node is self.nodes[0] else self.nodes[0]

    async def hand_over(self, sender: Node, activity: JsonObject) -> str:
        """Deliver one message, verified as the inbox would have; answers what became of it."""
        receiver = self.other(sender)
        actor = read_actor(addresses.actor_document(sender.facts, sender.keyring, sender.runtime.clock()))
        received = Received(
            actor=actor, activity=activity, activity_id=str(activity["id"]), digest=digest_of(activity),
            proof_verified=True, forwarded=False, signer_id=actor.id, duplicate=False,
            received_at=receiver.runtime.clock(),
        )  # fmt: skip
        await receiver.write(take_in, received, handlers_of(receiver))

        def outcome(unit: Unit) -> str:
            row = unit.session.get(HeardActivity, received.activity_id)
            assert row is not None
            return row.outcome

        return await receiver.read(outcome)

    async def settle(self) -> None:
        """Hand over everything that was not yet, until nobody has anything to say."""
        seen = self.settled
        for _ in range(100):
            waiting = [(node, a) for node in self.nodes for a in await self.said(node) if a["id"] not in seen]
            if not waiting:
                return
            for node, activity in waiting:
                seen.add(str(activity["id"]))
                await self.hand_over(node, activity)
        raise AssertionError("they never stop talking")


@dataclass
class Wired:
    """Two communes that follow each other, and a town at the second."""

    here: Node
    there: Node
    wire: Wire
    town: Town
    clock: TestClock

    async def mission(self, **changes: object) -> tuple[str, str, str]:
        """A mission there, known here: its id, its slot's id, our id of it."""
        mission_id, [shift_id] = await self.there.write(published, self.town, draft_with(**changes))
        event = await self.there.read(federation.event_of, mission_id)
        note = federation.note_from(wire_missions.parse_mission(event))

        def take(unit: Unit) -> str:
            neighbours.receive(unit, self.there.host, self.there.name, note)
            return unit.session.scalars(select(Neighbour.id).where(Neighbour.uri == note.uri)).one()

        return mission_id, shift_id, await self.here.write(take)

    def slot(self, mission_id: str, shift_id: str) -> str:
        return f"{self.there.base_url}/ap/missions/{mission_id}#{shift_id}"

    async def asked(self, account_id: str) -> Request:
        """A resident's only request."""

        def read(unit: Unit) -> Request:
            row = unit.session.scalars(select(Request).where(Request.account_id == account_id)).one()
            unit.session.expunge(row)
            return row

        return await self.here.read(read)

    async def sign_terms(self, **changes: Any) -> None:
        """Terms between the two are live."""
        today = self.clock().date()
        await self.here.write(agreements.propose, self.there.host, wanted(today, **changes), BY)
        await self.wire.settle()
        [waiting] = [one for one in await self.there.read(agreements.listing) if one.state == "proposed-by-them"]
        await self.there.write(agreements.countersign, waiting.id, BY)
        await self.wire.settle()


async def wired_pair(here: Node, there: Node, clock: TestClock) -> Wired:
    await befriend(here, there)
    await befriend(there, here)
    return Wired(here, there, Wire((here, there)), await there.write(town), clock)
