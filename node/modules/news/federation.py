"""News between nodes: ours told to followers as ActivityStreams Articles, theirs taken in with their origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select

from node.civic.writing import html_of
from node.core.unit import Unit
from node.media import public as media
from node.modules.news import neighbours, reading, service
from node.modules.news.events import ArticleChanged, ArticlePublished, ArticleWithdrawn
from node.modules.news.models import Article
from node.neighbours import public as federation
from node.neighbours.events import FollowerJoined, FollowingEnded
from node.neighbours.public import Incoming
from protocols import activities, fields, readable
from protocols import articles as wire
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC

MOST_AT_FIRST = 20


def document_of(unit: Unit, article: Article) -> JsonObject:
    """One of our articles as an Article, without `@context`."""
    actor = federation.own_actor(unit)
    picture = None
    if article.picture:
        picture = wire.Picture(
            url=unit.node.url(media.path(article.picture)),
            media_type=media.TYPES["webp"],
            alt=article.picture_alt,
            width=article.picture_width,
            height=article.picture_height,
        )
    page = unit.node.url(f"/actualites/{article.id}")
    # As people on other servers read it (specs/federation.md §11).
    told = readable.Readable(article.title, page, (), article.summary, html_of(article.text or article.summary))
    value = wire.Article(
        id=reading.uri_of(unit, article.id),
        attributed_to=actor,
        name=article.title,
        published=article.published_at or article.updated_at,
        # Every state that is sent bears its moment: one published again must count as later than its withdrawal.
        updated=article.updated_at,
        summary=told.summary,
        content=told.content,
        url=page,
        theme=article.theme,
        picture=picture,
    )
    return wire.build_article(value, to=(PUBLIC,), cc=(f"{actor}/followers",))


def tell_published(unit: Unit, event: ArticlePublished) -> None:
    federation.publish_created(unit, document_of(unit, service.find(unit, event.article_id)))


def tell_changed(unit: Unit, event: ArticleChanged) -> None:
    federation.publish_updated(unit, document_of(unit, service.find(unit, event.article_id)))


def tell_withdrawn(unit: Unit, event: ArticleWithdrawn) -> None:
    federation.publish_deleted(unit, reading.uri_of(unit, event.article_id), former_type="Article")


def greet_follower(unit: Unit, event: FollowerJoined) -> None:
    """A new follower gets the latest articles, the oldest of them first, as if they had been published now."""
    peer = federation.peer(unit, event.actor_id)
    assert peer is not None
    latest = (
        select(Article).where(Article.state == "published").order_by(Article.published_at.desc(), Article.id.desc())
    )
    for row in reversed(unit.session.scalars(latest.limit(MOST_AT_FIRST)).all()):
        create = activities.build_create(
            federation.new_activity_id(unit),
            actor=federation.own_actor(unit),
            created=document_of(unit, row),
            to=(PUBLIC,),
            cc=(event.actor_id,),
            published=unit.now,
        )
        federation.send(unit, create, peer)


def forget_peer(unit: Unit, event: FollowingEnded) -> None:
    neighbours.forget_peer(unit, event.host)


def heard_article(unit: Unit, incoming: Incoming) -> str:
    """An article was published or changed by somebody we follow; from others it is passed over."""
    peer, document = incoming.peer, incoming.activity.object
    if peer is None or peer.we_follow != "accepted":
        return "not followed"
    if document is None:
        return federation.PASSED_OVER
    article = wire.parse_article(document)
    return "kept" if neighbours.receive(unit, incoming.host, peer.name, article) else "already known"


def heard_withdrawal(unit: Unit, incoming: Incoming) -> str:
    """An article is gone; only its own host may say so, and of those there only whom we follow. The moment is that of
    the sender's clock: an article published again since then must come back, however late this arrived."""
    peer, uri = incoming.peer, incoming.activity.object_id
    if peer is None or peer.we_follow != "accepted" or not uri:
        return federation.PASSED_OVER
    stone = incoming.activity.document.get("object")
    said = fields.optional_moment(stone, "deleted") if isinstance(stone, dict) else None
    at = said or incoming.activity.published or incoming.received_at
    return "withdrawn" if neighbours.withdraw(unit, incoming.host, uri, at) else federation.PASSED_OVER


HANDLERS: Final[Mapping[tuple[str, str], Callable[[Unit, Incoming], str]]] = {
    ("Create", "Article"): heard_article,
    ("Update", "Article"): heard_article,
    ("Delete", ""): heard_withdrawal,
}
SUBSCRIPTIONS: Final[tuple[tuple[type, Callable[[Unit, Any], None]], ...]] = (
    (ArticlePublished, tell_published),
    (ArticleChanged, tell_changed),
    (ArticleWithdrawn, tell_withdrawn),
    (FollowerJoined, greet_follower),
    (FollowingEnded, forget_peer),
)
