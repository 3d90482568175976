"""Writing an article: create, change, publish at once or at a date, withdraw. Only the town hall's people may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from node.accounts import public as accounts
from node.civic.search import folded
from node.core import audit
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.media import public as media
from node.modules.news import rules
from node.modules.news.events import ArticleChanged, ArticlePublished, ArticleWithdrawn
from node.modules.news.models import Article
from node.modules.news.rules import ArticleDraft, FilmDraft, PictureDraft


def create(unit: Unit, actor_id: str, draft: ArticleDraft) -> str:
    """A new draft; returns its id. Raises Forbidden, Invalid."""
    require_editor(unit, actor_id)
    rules.check_draft(draft)
    article = Article(
        id=new_id(), state="draft", version=1, created_by=actor_id, created_at=unit.now, updated_at=unit.now,
        publish_at=None, published_at=None, edited_at=None,
    )  # fmt: skip
    _write(article, draft)
    unit.session.add(article)
    unit.session.flush()
    _use_files(unit, article)
    return article.id


def edit(unit: Unit, actor_id: str, article_id: str, version: int, draft: ArticleDraft) -> int:
    """Replace what an article says; one that readers have seen is marked as changed. Returns the new version.

    `version` is that of the page the person filled in: Conflict `core.stale` when somebody was faster.
    """
    article = find_for_editor(unit, actor_id, article_id)
    if version != article.version:
        raise Conflict("core.stale")
    rules.check_draft(draft)
    article.state = rules.next_state(article.state, "edit")
    if draft == draft_of(article):
        return article.version
    _write(article, draft)
    _use_files(unit, article)
    _touch(unit, article)
    if article.state == "published":
        article.edited_at = unit.now
        unit.emit(ArticleChanged(article.id))
    return article.version


def publish(unit: Unit, actor_id: str, article_id: str, publish_at: datetime | None = None) -> str:
    """Show it to everybody, now or from `publish_at` on. Returns its state. Published twice, it stays published."""
    article = find_for_editor(unit, actor_id, article_id)
    if publish_at is not None and publish_at > unit.now:
        rules.check_publish_at(publish_at, unit.now)
        article.state = rules.next_state(article.state, "schedule")
        article.publish_at = publish_at
        _touch(unit, article)
        audit.record(unit, actor_id, "news.scheduled", article.id)
        return article.state
    if article.state != "published":
        _appear(unit, article)
        audit.record(unit, actor_id, "news.published", article.id)
    return article.state


def withdraw(unit: Unit, actor_id: str, article_id: str) -> str:
    """Take it off the news; one that was only scheduled is a draft again. Returns its state."""
    article = find_for_editor(unit, actor_id, article_id)
    if article.state == "withdrawn":
        return article.state
    was_shown = article.state == "published"
    article.state = rules.next_state(article.state, "withdraw")
    article.publish_at = None
    _touch(unit, article)
    audit.record(unit, actor_id, "news.withdrawn", article.id)
    if was_shown:
        unit.emit(ArticleWithdrawn(article.id))
    return article.state


def publish_due(unit: Unit, limit: int) -> int:
    """Let scheduled articles appear whose moment has come. Returns how many did."""
    query = select(Article).where(Article.state == "scheduled", Article.publish_at <= unit.now)
    rows = unit.session.scalars(query.order_by(Article.publish_at, Article.id).limit(limit).with_for_update()).all()
    for article in rows:
        _appear(unit, article)
    return len(rows)


def require_editor(unit: Unit, account_id: str) -> None:
    """Raises Forbidden `news.not-editor`."""
    if not accounts.viewer(unit, account_id).is_staff:
        raise Forbidden("news.not-editor")


def find(unit: Unit, article_id: str) -> Article:
    """The row. Raises NotFound."""
    article = unit.session.get(Article, article_id)
    if article is None:
        raise NotFound("news.unknown")
    return article


def find_for_editor(unit: Unit, actor_id: str, article_id: str) -> Article:
    """The row, for somebody who may change it. Raises NotFound or Forbidden."""
    require_editor(unit, actor_id)
    return find(unit, article_id)


def draft_of(article: Article) -> ArticleDraft:
    """The article as its form shows it."""
    picture = film = None
    if article.picture:
        picture = PictureDraft(
            article.picture, article.picture_small, article.picture_width, article.picture_height, article.picture_alt
        )
    if article.film or article.film_link:
        film = FilmDraft(article.film, article.film_link, article.captions, article.transcript)
    return ArticleDraft(article.title, article.summary, article.text, article.theme, picture, film)


def _appear(unit: Unit, article: Article) -> None:
    article.state = rules.next_state(article.state, "publish")
    article.published_at = article.published_at or unit.now
    article.publish_at = None
    _touch(unit, article)
    unit.emit(ArticlePublished(article.id))


def _write(article: Article, draft: ArticleDraft) -> None:
    picture, film = draft.picture, draft.film or FilmDraft()
    article.title = draft.title.strip()
    article.summary = draft.summary.strip()
    article.text = draft.text.strip()
    article.theme = draft.theme
    article.picture = picture.name if picture else ""
    article.picture_small = picture.small_name if picture else ""
    article.picture_width = picture.width if picture else 0
    article.picture_height = picture.height if picture else 0
    article.picture_alt = picture.alt.strip() if picture else ""
    article.film, article.film_link, article.captions = film.name, film.link, film.captions
    article.transcript = film.transcript.strip()
    article.search_text = folded(article.title, article.summary, article.text, article.transcript)


def _use_files(unit: Unit, article: Article) -> None:
    names = (article.picture, article.picture_small, article.film, article.captions)
    media.use(unit, f"news:{article.id}", names)


def _touch(unit: Unit, article: Article) -> None:
    article.version += 1
    article.updated_at = unit.now
    unit.session.flush()
