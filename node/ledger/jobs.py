"""Periodic work: each run goes on in bounded chunks until nothing is left."""

from __future__ import annotations

from node.core.border import HasBorder
from node.ledger import holds, sealing, sweep


async def sweep_expired(node: HasBorder) -> None:
    """Bring expired tokens back to the treasury."""
    while (await node.write(sweep.sweep)).more:
        pass


async def free_holds(node: HasBorder) -> None:
    """Free the holds whose time has come."""
    while await node.write(holds.expire_holds):
        pass


async def seal_transfers(node: HasBorder) -> None:
    """Seal what was posted since the last time."""
    while await node.write(sealing.seal) == sealing.CHUNK:
        pass
