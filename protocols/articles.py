"""An article of the town hall on the wire: an ActivityStreams `Article` that any follower can show.

The clauses cited are those of specs/events.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocols import fields
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.origins import same_origin
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject
from protocols.vocabulary import PUBLIC

SUMMARY_LENGTH = 2_000
ALT_LENGTH = 1_500
MAX_SIDE = 20_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the text that says what it shows; `width` and `height` in pixels."""

    url: str
    media_type: str
    alt: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article. `summary` is plain text in ours; it and `content` are HTML of unknown harmlessness from a peer.
    `updated` is None for one that was never changed."""

    id: str
    attributed_to: str
    name: str
    published: datetime
    updated: datetime | None = None
    summary: str | None = None
    content: str | None = None
    url: str | None = None
    theme: str | None = None
    picture: Picture | None = None


def build_article(article: Article, *, to: tuple[str, ...] = (PUBLIC,), cc: tuple[str, ...] = ()) -> JsonObject:
    """The Article, without `@context`. Times have whole seconds. Raises LocalProtocolError when a peer could not read
    it back."""
    picture = None if article.picture is None else _build_picture(article.picture)
    optional: dict[str, Json] = {
        "updated": None if article.updated is None else rfc3339(article.updated),
        "summary": article.summary,
        "content": article.content,
        "url": article.url,
        "ygor:theme": article.theme,
        # `image` is what blogs read, `attachment` what Mastodon shows.
        "image": picture,
        "attachment": None if picture is None else [picture],
    }
    document: JsonObject = {
        "id": article.id,
        "type": "Article",
        "attributedTo": article.attributed_to,
        "name": article.name,
        "published": rfc3339(article.published),
        "to": list[Json](to),
        "cc": list[Json](cc),
        **{name: value for name, value in optional.items() if value is not None},
    }
    try:
        parse_article(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our article is malformed: {error}") from error
    return document


def parse_article(document: JsonObject) -> Article:
    """Read an Article; raises RemoteProtocolError. Its owner must share its origin."""
    if fields.type_of(document) != "Article":
        raise RemoteProtocolError("Not an Article")
    article_id = fields.identifier(document)
    owner = fields.identifier(document, "attributedTo")
    if not same_origin(article_id, owner):
        raise RemoteProtocolError("The article and its owner have different origins", code="cross-origin")
    return Article(
        id=article_id,
        attributed_to=owner,
        name=fields.text(document, "name"),
        published=fields.moment(document, "published"),
        updated=fields.optional_moment(document, "updated"),
        summary=fields.optional_text(document, "summary", max_length=SUMMARY_LENGTH),
        content=fields.optional_text(document, "content", max_length=fields.HTML_LENGTH),
        url=fields.optional_link(document, "url"),
        theme=fields.optional_text(document, "ygor:theme", max_length=40),
        picture=_parse_picture(document),
    )


def _build_picture(picture: Picture) -> JsonObject:
    optional: dict[str, Json] = {"width": picture.width, "height": picture.height}
    return {
        "type": "Image",
        "mediaType": picture.media_type,
        "url": picture.url,
        "name": picture.alt,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _parse_picture(document: JsonObject) -> Picture | None:
    """The `image`, if it is one picture of one address; other shapes are passed over, a picture is never needed."""
    image = document.get("image")
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        return None
    return Picture(
        url=fields.check_link(image.get("url"), "url"),
        media_type=fields.optional_text(image, "mediaType", max_length=100) or "image/webp",
        alt=fields.optional_text(image, "name", max_length=ALT_LENGTH) or "",
        width=fields.optional_integer(image, "width", maximum=MAX_SIDE),
        height=fields.optional_integer(image, "height", maximum=MAX_SIDE),
    )
