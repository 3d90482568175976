"""What a person of the town hall may take along, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from node.core.unit import Unit
from node.modules.news.models import Article


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """Which articles somebody began, as JSON."""
    query = select(Article.id, Article.title, Article.created_at).where(Article.created_by == account_id)
    rows = unit.session.execute(query.order_by(Article.created_at, Article.id))
    return {"articles": [{"id": id_, "title": title, "created_at": at.isoformat()} for id_, title, at in rows]}


def erase(unit: Unit, account_id: str) -> None:
    """Articles are the town hall's and stay, without the name of who began them."""
    unit.session.execute(update(Article).where(Article.created_by == account_id).values(created_by=""))
