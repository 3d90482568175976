"""Periodic work: remind people of tokens that end, in bounded chunks until all were looked at."""

from __future__ import annotations

from node.core.border import HasBorder
from node.modules.wallet import reminders


async def remind(node: HasBorder) -> None:
    after: str | None = ""
    while after is not None:
        after = (await node.write(reminders.remind, after)).after
    await node.write(reminders.forget_old)
