"""Periodic work: articles appear at their moment."""

from __future__ import annotations

from sqlalchemy import select

from node.core.node import Node
from node.core.unit import Unit
from node.modules.news import service
from node.modules.news.models import Article

BATCH = 20


async def publish(node: Node) -> None:
    """Every minute, so it looks before it writes: an idle commune is not written to."""
    if await node.read(is_due):
        await node.write(publish_due)


def is_due(unit: Unit) -> bool:
    """Whether the moment of an article has come."""
    query = select(Article.id).where(Article.state == "scheduled", Article.publish_at <= unit.now).limit(1)
    return unit.session.scalars(query).first() is not None


def publish_due(unit: Unit) -> int:
    """A few at once; the next run takes what is left over."""
    return service.publish_due(unit, BATCH)
