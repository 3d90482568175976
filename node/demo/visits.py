"""Somebody of the demonstration has signed up at a neighbour's: asked at home, granted there, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import select

from node.accounts import public as accounts
from node.core.models import Setting
from node.core.node import Node
from node.core.unit import Unit
from node.demo import world
from node.demo.world import Town
from node.modules.missions import elsewhere, neighbours
from node.modules.missions.models import Neighbour
from node.sharing import public as sharing

LOOK_EVERY_S = 0.1
MOST_LOOKS = 600


def place(unit: Unit, town: Town) -> None:
    """Tell a node where its commune is, so that its people can look for what is near."""
    for key, value in zip(("latitude", "longitude"), world.POSITIONS[town.label], strict=True):
        unit.session.add(Setting(part="sharing", key=key, value=value))


async def visit(nodes: Mapping[str, Node]) -> None:
    """Carry out `world.VISITS`. Once done, done. Raises TimeoutError if no answer comes within a minute."""
    for label, key, neighbour in world.VISITS:
        town = world.town(label)
        assert town is not None
        home, person = nodes[label], next(each for each in town.people if each.key == key)
        for _ in range(MOST_LOOKS):
            if await home.write(_signed_up, world.email(person, label), person.given, nodes[neighbour].host):
                break
            await asyncio.sleep(LOOK_EVERY_S)
        else:
            raise TimeoutError(f"{nodes[neighbour].name} did not answer {person.given}")


def _signed_up(unit: Unit, email: str, name: str, host: str) -> bool:
    """Ask, if the mission has arrived; answers whether the neighbour has given a place."""
    found = accounts.find_by_email(unit, email)
    assert found is not None
    mine = sharing.mine(unit, found.id)
    if mine:
        return any(one.state != "asked" for one in mine)
    query = select(Neighbour).where(Neighbour.peer_host == host, Neighbour.state == "live", Neighbour.tokens > 0)
    row = unit.session.scalars(query.order_by(Neighbour.starts_at)).first()
    if row is None or not sharing.can_ask(unit, row.actor):
        return False
    slot = neighbours.slots_of(row)[0]
    elsewhere.ask(unit, found.id, row.id, slot.uri, name)
    return False
