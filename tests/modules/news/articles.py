"""Articles of a small town hall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from node.accounts.roles import grant
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.modules.news import service
from node.modules.news.rules import ArticleDraft
from tests.modules.missions.people import person

DRAFT = ArticleDraft(
    title="La rue des Écoles devient calme",
    summary="Dès lundi, les voitures roulent à 20 km/h.",
    text="Le conseil a voté.\n\n## Ce qui change\n\n- des **bancs**\n- des arbres",
    theme="civic-life",
)


def draft_with(**changes: Any) -> ArticleDraft:
    return replace(DRAFT, **changes)


def agent(unit: Unit) -> str:
    """Somebody of the town hall."""
    account_id = person(unit, "Nadia", "Kessler")
    grant(unit, SYSTEM, account_id, "agent")
    return account_id


def published(unit: Unit, draft: ArticleDraft = DRAFT) -> tuple[str, str]:
    """A published article: who wrote it, its id."""
    author = agent(unit)
    article_id = service.create(unit, author, draft)
    service.publish(unit, author, article_id)
    return author, article_id
