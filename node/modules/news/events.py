"""What happened to articles, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArticlePublished:
    """Everybody can read it; followers are told."""

    article_id: str


@dataclass(frozen=True, slots=True)
class ArticleChanged:
    """A published article says something else now."""

    article_id: str


@dataclass(frozen=True, slots=True)
class ArticleWithdrawn:
    """A published article is no longer shown."""

    article_id: str
