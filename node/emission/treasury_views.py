"""The books as a page: open to everybody, and in detail for the town hall."""

from __future__ import annotations

from aiohttp import web as aio

from node.civic import themes
from node.core.requests import node_of, require_role
from node.emission import OFFICE, acts, audits, scale, treasury, words
from node.emission.settings import Settings
from web.i18n import gettext
from web.render import render


async def open_books(request: aio.Request) -> aio.Response:
    """What everybody may know of the commune's tokens."""
    node = node_of(request)
    values = {
        "books": await node.read(treasury.books),
        "acts": await node.read(lambda unit: acts.listing(unit, confirmed_only=True)[:10]),
        "lines": await node.read(scale.lines),
        "draws": await node.read(audits.draws),
        "settings": await node.read(lambda unit: unit.settings("emission", Settings)),
        "labels": {theme.key: gettext(request, theme.label) for theme in themes.THEMES},
        "words": words,
    }
    return render(request, "emission/open.html", values)


async def detail(request: aio.Request) -> aio.Response:
    """The same for the town hall, the services one by one."""
    require_role(request, *OFFICE)
    node = node_of(request)
    values = {
        "books": await node.read(treasury.books),
        "services": await node.read(treasury.by_service),
        "words": words,
    }
    return render(request, "emission/treasury.html", values)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/jetons", open_books, name="emission.open"),
        aio.get("/admin/jetons", detail, name="emission.treasury"),
    ]
