"""What pages, the API and other parts read about the news: frozen values, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select

from node.civic.search import holds_words
from node.core.unit import Unit
from node.modules.news import service
from node.modules.news.models import Article, Neighbour
from node.modules.news.rules import FilmDraft, PictureDraft
from node.modules.news.settings import Settings

Origin = Literal["here", "neighbours"]
FARTHEST_ROW = 2_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for."""

    theme: str = ""
    text: str = ""
    origin: Origin = "here"


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """One article in a list, ours or a neighbour's (`peer_name` not empty, `url` on its own host, `uri` its id)."""

    id: str
    uri: str
    url: str
    title: str
    summary: str
    theme: str
    published_at: datetime
    edited_at: datetime | None
    has_film: bool = False
    picture: PictureDraft | None = None
    peer_name: str = ""
    state: str = "published"

    @property
    def is_neighbour(self) -> bool:
        return bool(self.peer_name)


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article in any state."""

    id: str
    version: int
    state: str
    title: str
    summary: str
    text: str
    theme: str
    picture: PictureDraft | None
    film: FilmDraft | None
    updated_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and how long the whole list is."""

    cards: tuple[ArticleCard, ...]
    total: int


def listing(unit: Unit, filters: Filters, *, limit: int, offset: int = 0) -> Listing:
    """Published articles, the latest first: ours, or the neighbours'."""
    offset = min(max(offset, 0), FARTHEST_ROW)
    if filters.origin == "here":
        own = [Article.state == "published", *_conditions(filters, Article)]
        total = unit.session.scalar(select(func.count()).where(*own)) or 0
        query = select(Article).where(*own).order_by(Article.published_at.desc(), Article.id.desc())
        return Listing(own_cards(unit, unit.session.scalars(query.offset(offset).limit(limit)).all()), total)
    if not shows_neighbours(unit):
        return Listing((), 0)
    theirs = [Neighbour.state == "live", *_conditions(filters, Neighbour)]
    total = unit.session.scalar(select(func.count()).where(*theirs)) or 0
    rows = select(Neighbour).where(*theirs).order_by(Neighbour.published_at.desc(), Neighbour.id.desc())
    cards = [neighbour_card(row) for row in unit.session.scalars(rows.offset(offset).limit(limit))]
    return Listing(tuple(cards), total)


def shows_neighbours(unit: Unit) -> bool:
    return unit.settings("news", Settings).show_neighbours


def board(unit: Unit, *, limit: int) -> tuple[ArticleCard, ...]:
    """All our articles whatever their state, the latest change first: for those who write them."""
    query = select(Article).order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit)
    return own_cards(unit, unit.session.scalars(query).all())


def page(unit: Unit, article_id: str) -> ArticlePage:
    """One article in any state; who may see which state is the caller's business. Raises NotFound."""
    article = service.find(unit, article_id)
    draft = service.draft_of(article)
    return ArticlePage(
        id=article.id,
        version=article.version,
        state=article.state,
        title=article.title,
        summary=article.summary,
        text=article.text,
        theme=article.theme,
        picture=draft.picture,
        film=draft.film,
        updated_at=article.updated_at,
        publish_at=article.publish_at,
        published_at=article.published_at,
        edited_at=article.edited_at,
    )


def _conditions(filters: Filters, table: Any) -> list[ColumnElement[bool]]:
    """The filters over our table or the neighbours': both have the columns they need."""
    found: list[ColumnElement[bool]] = []
    if filters.theme:
        found.append(table.theme == filters.theme)
    if filters.text:
        found.append(holds_words(table.search_text, filters.text))
    return found


def uri_of(unit: Unit, article_id: str) -> str:
    """The id under which the other nodes know one of our articles."""
    return unit.node.url(f"/ap/articles/{article_id}")


def own_cards(unit: Unit, rows: Sequence[Article]) -> tuple[ArticleCard, ...]:
    return tuple(
        ArticleCard(
            id=row.id,
            uri=uri_of(unit, row.id),
            url=f"/actualites/{row.id}",
            title=row.title,
            summary=row.summary,
            theme=row.theme,
            published_at=row.published_at or row.publish_at or row.updated_at,
            edited_at=row.edited_at,
            has_film=bool(row.film or row.film_link),
            picture=service.draft_of(row).picture,
            state=row.state,
        )
        for row in rows
    )


def neighbour_card(row: Neighbour) -> ArticleCard:
    return ArticleCard(
        id=row.id,
        uri=row.uri,
        url=row.url,
        title=row.title,
        summary=row.summary,
        theme=row.theme,
        published_at=row.published_at,
        edited_at=row.updated_at if row.updated_at > row.published_at else None,
        peer_name=row.peer_name,
    )
