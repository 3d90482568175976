"""The latest articles as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

from sqlalchemy import select

from node.civic.writing import html_of
from node.core.unit import Unit
from node.media import public as media
from node.modules.news import reading
from node.modules.news.models import Article
from node.modules.news.settings import Settings
from protocols.timestamps import rfc3339

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article. `picture` is an address, empty for none."""

    uri: str
    url: str
    title: str
    summary: str
    html: str
    theme: str
    picture: str
    published_at: datetime
    updated_at: datetime


def entries(unit: Unit, theme: str = "") -> tuple[Entry, ...]:
    """Our latest articles, with all their text."""
    query = select(Article).where(Article.state == "published")
    if theme:
        query = query.where(Article.theme == theme)
    query = query.order_by(Article.published_at.desc(), Article.id.desc())
    rows = unit.session.scalars(query.limit(unit.settings("news", Settings).feed_length))
    return tuple(
        Entry(
            uri=reading.uri_of(unit, row.id),
            url=unit.node.url(f"/actualites/{row.id}"),
            title=row.title,
            summary=row.summary,
            html=html_of(row.text or row.summary),
            theme=row.theme,
            picture=unit.node.url(media.path(row.picture)) if row.picture else "",
            published_at=row.published_at or row.updated_at,
            updated_at=row.edited_at or row.published_at or row.updated_at,
        )
        for row in rows
    )


def document(title: str, author: str, own_url: str, page_url: str, found: Sequence[Entry]) -> bytes:
    """The feed. Characters that XML cannot hold are no part of an article: its rules refuse them."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _text(feed, "id", own_url)
    _text(feed, "title", title)
    _text(feed, "updated", rfc3339(max((e.updated_at for e in found), default=datetime(2000, 1, 1, tzinfo=UTC))))
    _link(feed, own_url, rel="self", type="application/atom+xml")
    _link(feed, page_url, rel="alternate", type="text/html")
    _text(ElementTree.SubElement(feed, f"{{{ATOM}}}author"), "name", author)
    for each in found:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        _text(entry, "id", each.uri)
        _text(entry, "title", each.title)
        _text(entry, "published", rfc3339(each.published_at))
        _text(entry, "updated", rfc3339(each.updated_at))
        _link(entry, each.url, rel="alternate", type="text/html")
        if each.picture:
            _link(entry, each.picture, rel="enclosure", type=media.TYPES["webp"])
        ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": each.theme})
        _text(entry, "summary", each.summary)
        _text(entry, "content", each.html).set("type", "html")
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = text
    return child


def _link(parent: ElementTree.Element, href: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", {"href": href, **attributes})
