"""All pages of this part."""

from __future__ import annotations

from aiohttp import web as aio

from node.modules.rewards import booking_views, month_views, queue_views, sheet_views, till_views, views


def routes() -> list[aio.RouteDef]:
    return [
        route
        for pages in (views, booking_views, till_views, queue_views, sheet_views, month_views)
        for route in pages.routes()
    ]
