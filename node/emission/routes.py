"""All addresses of this part."""

from __future__ import annotations

from aiohttp import web as aio

from node.emission import act_views, award_views, data_views, scale_views, treasury_views, watch_views


def routes() -> list[aio.RouteDef]:
    return [
        *treasury_views.routes(),
        *act_views.routes(),
        *scale_views.routes(),
        *award_views.routes(),
        *watch_views.routes(),
        *data_views.routes(),
    ]
