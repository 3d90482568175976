"""All pages of this part."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts import account_views, leaving_views, people_views, sign_in_views


def routes() -> list[aio.RouteDef]:
    views = (sign_in_views, account_views, leaving_views, people_views)
    return [route for each in views for route in each.routes()]
