"""What a node owes its followers after its keys or its address changed, told once, whatever crashed in between."""

from __future__ import annotations

import asyncio

from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import moving, rotation
from node.neighbours.models import KeyChange


def _owes(unit: Unit) -> bool:
    newest = unit.keyring.newest.suffix
    untold = bool(newest) and unit.session.get(KeyChange, newest) is None
    return untold or moving.last_told(unit) != unit.node.base_url


def _tell(unit: Unit) -> None:
    rotation.tell_keys(unit)
    moving.tell_move(unit)


async def look_after(node: Node) -> None:
    """Periodic, and when a process begins to serve. Nothing to do, not even a read, for a node that never changed."""
    if len(node.keyring.sets) < 2 and not node.facts.former_urls:
        return
    await asyncio.to_thread(rotation.destroy_ended, node)
    if await node.read(_owes):
        await node.write(_tell)
