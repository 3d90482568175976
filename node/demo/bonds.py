"""Tie the communes of the demonstration together, over real HTTP, once they are served."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.demo import world
from node.honour import agreements
from node.neighbours import following
from node.neighbours.public import peers
from node.neighbours.views import find_actor
from protocols.honour.terms import EVERY_SERVICE, Way

LOOK_EVERY_S = 0.1
MOST_LOOKS = 600


async def tie(nodes: Mapping[str, Node]) -> None:
    """Everybody in `world.BONDS` follows each other; those in `world.TERMS` sign terms. Once done, done.

    Raises TimeoutError if a neighbour does not answer within a minute.
    """
    for one, other in world.BONDS:
        await _follow(nodes[one], nodes[other])
        await _follow(nodes[other], nodes[one])
    for one, other in world.TERMS:
        await _sign(nodes[one], nodes[other])


async def _follow(node: Node, neighbour: Node) -> None:
    if await node.read(_follows, neighbour.host):
        return
    actor = await find_actor(node, neighbour.base_url)
    await node.write(following.follow, actor, SYSTEM.account_id or "")
    for _ in range(MOST_LOOKS):
        if await node.read(_follows, neighbour.host):
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"{neighbour.name} did not answer {node.name}")


def _follows(unit: Unit, host: str) -> bool:
    return any(peer.host == host and peer.we_follow == "accepted" for peer in peers(unit))


async def _sign(proposer: Node, signer: Node) -> None:
    """The proposer's administrator proposes, the other's countersigns, both see the same live terms."""
    by = SYSTEM.account_id or ""
    if await proposer.read(_signed, signer.host):
        return
    if not await proposer.read(_offered, signer.host):
        await proposer.write(_propose, signer.host, by)
    for _ in range(MOST_LOOKS):
        waiting = await signer.read(_waiting, proposer.host)
        if waiting is not None:
            await signer.write(agreements.countersign, waiting, by)
        if await proposer.read(_signed, signer.host) and await signer.read(_signed, proposer.host):
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"{proposer.name} and {signer.name} have no terms")


def _signed(unit: Unit, host: str) -> bool:
    return any(commune.host == host for commune in agreements.accepted(unit))


def _offered(unit: Unit, host: str) -> bool:
    return any(terms.host == host and terms.state == "proposed-by-us" for terms in agreements.listing(unit))


def _waiting(unit: Unit, host: str) -> str | None:
    open_ones = [terms for terms in agreements.listing(unit) if terms.state == "proposed-by-them"]
    return next((terms.id for terms in open_ones if terms.host == host), None)


def _propose(unit: Unit, host: str, by: str) -> str:
    way = Way(rate_num=1, rate_den=1, limit=5000, day_cap=60, card_day_cap=30)
    wanted = agreements.Wanted(
        ours=way,
        theirs=way,
        services=(EVERY_SERVICE,),
        till_hold_s=900,
        booking_hold_s=3 * 86_400,
        statement_period="month",
        dispute_days=30,
        refund_days=30,
        valid_from=unit.today,
        valid_until=unit.today + timedelta(days=365),
    )
    return agreements.propose(unit, host, wanted, by)
