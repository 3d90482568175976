"""Pages everybody sees: the articles, the neighbours', one article, the feed."""

from __future__ import annotations

from aiohttp import web as aio

from node.civic import themes
from node.core.errors import NotFound
from node.core.kept import read_for_everybody
from node.core.requests import node_of, viewer_of
from node.media import public as media
from node.modules.news import desk_views, feed, reading
from node.modules.news.forms import FilterInput, theme_options
from node.modules.news.reading import Filters
from node.neighbours.negotiation import negotiated
from web.forms import bind_query
from web.i18n import N_, gettext
from web.render import render

PER_PAGE = 18


async def index(request: aio.Request) -> aio.Response:
    """Our articles, or what the neighbours publish."""
    form = bind_query(request, FilterInput)
    wanted = form.value if form.valid else FilterInput()
    filters = Filters(theme=wanted.theme, text=wanted.text, origin=wanted.origin)
    offset = (wanted.page - 1) * PER_PAGE
    found = await node_of(request).read(reading.listing, filters, limit=PER_PAGE, offset=offset)
    values = {
        "form": form,
        "found": found,
        "origin": wanted.origin,
        "page": wanted.page,
        "pages": -(-found.total // PER_PAGE),
        "kept": {name: value for name, value in form.raw.items() if name != "page" and value},
        "themes": themes.BY_KEY,
        "theme_options": [(key, gettext(request, label)) for key, label in theme_options()],
        "may_write": viewer_of(request).is_staff,
        "media_path": media.path,
    }
    return render(request, "news/list.html", values, status=form.status)


async def show(request: aio.Request) -> aio.Response:
    """One article; what is not published is for those who write."""
    node, viewer = node_of(request), viewer_of(request)
    article_id = request.match_info["id"]
    page = await read_for_everybody(node, ("news.page", article_id), reading.page, article_id)
    if page.state != "published" and not viewer.is_staff:
        raise NotFound("news.unknown")
    values = {
        "article": page,
        "theme": themes.BY_KEY.get(page.theme),
        "may_write": viewer.is_staff,
        "media_path": media.path,
    }
    return render(request, "news/show.html", values)


async def atom(request: aio.Request) -> aio.Response:
    """The feed; with ?theme=… only what is about that."""
    node = node_of(request)
    theme = request.query.get("theme", "")
    theme = theme if theme in themes.BY_KEY else ""
    found = await read_for_everybody(node, ("news.feed", theme), feed.entries, theme)
    own = node.facts.url("/actualites.atom") + (f"?theme={theme}" if theme else "")
    title = gettext(request, N_("Actualités de {commune}"), commune=node.name)
    body = feed.document(title, node.name, own, node.facts.url("/actualites"), found)
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=900"}
    return aio.Response(body=body, content_type="application/atom+xml", charset="utf-8", headers=headers)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/actualites", index, name="news.list"),
        aio.get("/actualites.atom", atom, name="news.feed"),
        *desk_views.routes(),
        aio.get("/actualites/{id}", negotiated(show, "/ap/articles/{id}"), name="news.show"),
    ]
