"""Two communes without a network: every message that one makes is taken from its outbox and handed over by the test, in
whatever order, as often as it likes. The very code that runs behind the inbox takes it in."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from federation.inbox import Received, digest_of
from federation.remote_actor import read_actor
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import addresses, following
from node.neighbours.incoming import handlers_of, take_in
from node.neighbours.models import HeardActivity, OwnActivity, Peer
from protocols.types import JsonObject

KINDS = ("Join", "Leave", "Accept", "Reject")


async def befriend(node: Node, other: Node) -> None:
    """`node` knows `other`, and both follow each other: what a handshake would leave behind."""

    def write(unit: Unit) -> None:
        actor = read_actor(addresses.actor_document(other.facts, other.keys))
        following.remember(unit, actor)
        row = unit.session.get(Peer, actor.id)
        assert row is not None
        row.we_follow, row.follows_us = "accepted", True

    await node.write(write)


@dataclass
class Wire:
    """What two nodes have said to each other so far, oldest first, per direction."""

    nodes: tuple[Node, Node]
    heard: dict[str, str] = field(default_factory=dict)

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
        actor = read_actor(addresses.actor_document(sender.facts, sender.keys))
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
        seen: set[str] = set()
        for _ in range(100):
            waiting = [(node, a) for node in self.nodes for a in await self.said(node) if a["id"] not in seen]
            if not waiting:
                return
            for node, activity in waiting:
                seen.add(str(activity["id"]))
                await self.hand_over(node, activity)
        raise AssertionError("they never stop talking")
