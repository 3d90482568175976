"""The news for machines, open to everybody."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import NotFound
from node.core.requests import node_of
from node.media import public as media
from node.modules.news import reading
from node.modules.news.forms import ApiFilter, ArticleDetailOut, ArticleOut, ArticlesOut
from node.modules.news.reading import ArticleCard, Filters
from web.forms import bind_query
from web.i18n import N_
from web.json import json_response
from web.operations import operation
from web.problems import Problem, problem_response


@operation(N_("Les actualités, d’ici ou des communes voisines"), query=ApiFilter, response=ArticlesOut)
async def index(request: aio.Request) -> aio.Response:
    """Articles, the latest first."""
    form = bind_query(request, ApiFilter)
    if not form.valid:
        return problem_response(request, Problem(422, "json.invalid-value", errors=form.errors))
    asked = form.value
    filters = Filters(theme=asked.theme, text=asked.text, origin=asked.origin)
    offset = (asked.page - 1) * asked.limit
    found = await node_of(request).read(reading.listing, filters, limit=asked.limit, offset=offset)
    base = node_of(request).base_url
    cards = [_card(card, base) for card in found.cards]
    return json_response(ArticlesOut(total=found.total, page=asked.page, articles=cards))


@operation(N_("Un article d’ici"), response=ArticleDetailOut)
async def show(request: aio.Request) -> aio.Response:
    """One of our articles."""
    node = node_of(request)
    page = await node.read(reading.page, request.match_info["id"])
    if page.state != "published" or page.published_at is None:
        raise NotFound("news.unknown")
    film = page.film
    answer = ArticleDetailOut(
        id=page.id,
        url=f"{node.base_url}/actualites/{page.id}",
        title=page.title,
        summary=page.summary,
        text=page.text,
        theme=page.theme,
        picture=node.base_url + media.path(page.picture.name) if page.picture else None,
        picture_alt=page.picture.alt if page.picture else "",
        film=(film.link or node.base_url + media.path(film.name)) if film else None,
        captions=node.base_url + media.path(film.captions) if film and film.captions else None,
        transcript=film.transcript if film else "",
        published_at=page.published_at,
        edited_at=page.edited_at,
    )
    return json_response(answer)


def _card(card: ArticleCard, base_url: str) -> ArticleOut:
    return ArticleOut(
        id=card.id,
        uri=card.uri,
        url=card.url if card.is_neighbour else base_url + card.url,
        title=card.title,
        summary=card.summary,
        theme=card.theme,
        published_at=card.published_at,
        edited_at=card.edited_at,
        picture=base_url + media.path(card.picture.name) if card.picture else None,
        picture_alt=card.picture.alt if card.picture else "",
        peer=card.peer_name,
    )


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api/v1/articles", index, name="news.api-list"),
        aio.get("/api/v1/articles/{id}", show, name="news.api-show"),
    ]
