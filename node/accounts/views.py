"""All pages of this part."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts import account_views, people_views, sign_in_views


def routes() -> list[aio.RouteDef]:
    return [*sign_in_views.routes(), *account_views.routes(), *people_views.routes()]
