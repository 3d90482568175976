"""Tie the communes of the demonstration together, over real HTTP, once they are served."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import cast

from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.demo import draws, visits, world
from node.groupings import admitting, joining, pages, publishing, records
from node.groupings.refreshing import fetch_json
from node.honour import public as honour
from node.neighbours import following
from node.neighbours.public import peers
from node.neighbours.views import find_actor
from protocols.groupings import digest
from protocols.honour.terms import EVERY_SERVICE
from protocols.types import JsonObject

LOOK_EVERY_S = 0.1
MOST_LOOKS = 600


async def tie(nodes: Mapping[str, Node]) -> None:
    """Everybody in `world.BONDS` follows each other; `world.MEMBERS` join the grouping; those of `world.VISITS` sign up
    next door. Once done, done.

    Raises TimeoutError if a neighbour does not answer within a minute.
    """
    for one, other in world.BONDS:
        await _follow(nodes[one], nodes[other])
        await _follow(nodes[other], nodes[one])
    grouping, members = nodes[world.GROUPING], [nodes[label] for label in world.MEMBERS]
    await grouping.write(_publish, SYSTEM.account_id or "")
    for member in members:
        await _join(member, grouping)
    await _honour_each_other([grouping, *members])
    await visits.visit(nodes)
    await draws.announce(nodes)


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


async def _join(node: Node, grouping: Node) -> None:
    """The commune's administrator reads the terms and asks, the grouping's admits it."""
    by = SYSTEM.account_id or ""
    if not await node.read(_stands, grouping.host, "applied", "member"):
        actor = await find_actor(node, grouping.base_url)
        document = await fetch_json(node, grouping.base_url + records.LIST_PATH)
        terms = document["terms"]
        assert isinstance(terms, list), "a list has terms"
        await node.write(joining.ask, actor, document, digest(cast(JsonObject, terms[0])), by)
    for _ in range(MOST_LOOKS):
        asked = await grouping.read(_asked_terms, node.host)
        if asked is not None:
            await grouping.write(admitting.accept, node.host, asked, by)
        if await node.read(_stands, grouping.host, "member"):
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"{node.name} is no member of {grouping.name}")


async def _honour_each_other(nodes: Sequence[Node]) -> None:
    """Wait until the members' signatures have travelled."""
    for node in nodes:
        others = {each.host for each in nodes if each is not node}
        for _ in range(MOST_LOOKS):
            if others <= await node.read(_honoured):
                break
            await asyncio.sleep(LOOK_EVERY_S)
        else:
            raise TimeoutError(f"{node.name} does not honour all members")


def _honoured(unit: Unit) -> set[str]:
    return {commune.host for commune in honour.accepted_communes(unit)}


def _stands(unit: Unit, host: str, *states: str) -> bool:
    return any(each.host == host and each.state in states for each in pages.admin_page(unit).memberships)


def _asked_terms(unit: Unit, host: str) -> str | None:
    own = pages.admin_page(unit).own
    return next((line.terms_hash for line in own.waiting if line.host == host), None) if own else None


def _publish(unit: Unit, by: str) -> None:
    """Once: the terms of the whole territory."""
    if publishing.own(unit) is not None:
        return
    wanted = publishing.Wanted(
        limit=5000,
        day_cap=60,
        card_day_cap=30,
        services=(EVERY_SERVICE,),
        till_hold_s=900,
        booking_hold_s=3 * 86_400,
        statement_period="month",
        dispute_days=30,
        refund_days=30,
        valid_from=unit.today,
        valid_until=unit.today + timedelta(days=365),
    )
    publishing.publish_terms(unit, wanted, by)
