"""Articles of other nodes: what a peer sent is bounded, cleaned and kept only if it is the peer's own to say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from node.civic import foreign, themes
from node.civic.search import folded
from node.core.errors import Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.news.models import Neighbour
from protocols import readable
from protocols.articles import Article as WireArticle

MOST_PER_PEER = 300
FOREIGN = "news.foreign-uri"


def receive(unit: Unit, peer_host: str, peer_name: str, article: WireArticle) -> bool:
    """Keep or bring up to date an article that `peer_host` (authority, as in a Host header) sent.

    Returns whether anything changed: what is older than what we have is passed over. Raises Forbidden
    `news.foreign-uri` for an address that is not the peer's, Invalid without a title. A moment that lies ahead of our
    clock counts as now, so that a peer whose clock is wrong can still correct itself.
    """
    foreign.check_owner(peer_host, article.id, FOREIGN)
    title = foreign.plain(article.name, 140)
    if not title:
        raise Invalid("news.required", field="title")
    published_at = min(article.published, unit.now)
    updated_at = min(article.updated or article.published, unit.now)
    row = unit.session.scalars(select(Neighbour).where(Neighbour.uri == article.id)).one_or_none()
    if row is not None and _is_older(updated_at, row):
        return False
    if row is None:
        _make_room(unit, peer_host)
        row = Neighbour(id=new_id(), uri=article.id)
        unit.session.add(row)
    row.peer_host, row.peer_name = peer_host, foreign.plain(peer_name, 120) or peer_host
    row.url = article.url if article.url and foreign.is_own(peer_host, article.url) else article.id
    row.title = title
    row.summary = _teaser(article)
    row.theme = themes.theme(article.theme or "other").key
    row.search_text = folded(row.title, row.summary, row.peer_name)
    row.published_at, row.updated_at, row.received_at, row.state = published_at, updated_at, unit.now, "live"
    unit.session.flush()
    return True


def _teaser(article: WireArticle) -> str:
    """What a list says of it; who writes no summary is quoted with the beginning."""
    content = article.content or ""
    said = foreign.plain(readable.teaser_in(article.summary or "", content), 400)
    return said or foreign.plain(readable.html_in(content), 400)


def withdraw(unit: Unit, peer_host: str, uri: str, at: datetime) -> bool:
    """A peer took its article back at a moment of its own clock.

    Returns whether we had it. Raises Forbidden for another node's article.
    """
    foreign.check_owner(peer_host, uri, FOREIGN)
    row = unit.session.scalars(select(Neighbour).where(Neighbour.uri == uri)).one_or_none()
    if row is None or row.state == "withdrawn":
        return False
    row.state, row.received_at, row.summary = "withdrawn", unit.now, ""
    row.updated_at = max(row.updated_at, min(at, unit.now))
    unit.session.flush()
    return True


def forget_peer(unit: Unit, peer_host: str) -> int:
    """We no longer follow this peer: its articles are gone from our list. Returns how many were."""
    rows = unit.session.scalars(select(Neighbour).where(Neighbour.peer_host == peer_host)).all()
    for row in rows:
        unit.session.delete(row)
    return len(rows)


def _is_older(updated_at: datetime, row: Neighbour) -> bool:
    """Times on the wire have whole seconds: two changes of one second both count, but nothing of the second in which
    it was withdrawn brings an article back."""
    return updated_at < row.updated_at or (row.state == "withdrawn" and updated_at == row.updated_at)


def _make_room(unit: Unit, peer_host: str) -> None:
    """At most `MOST_PER_PEER` rows of one peer: the oldest goes first."""
    query = select(Neighbour).where(Neighbour.peer_host == peer_host).order_by(Neighbour.published_at, Neighbour.id)
    rows = unit.session.scalars(query.limit(MOST_PER_PEER + 1)).all()
    for row in rows[: max(0, len(rows) - MOST_PER_PEER + 1)]:
        unit.session.delete(row)
