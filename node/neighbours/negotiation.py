"""One address for people and machines: a page of ours that also answers with the ActivityStreams object it shows."""

from __future__ import annotations

from aiohttp import web as aio

from federation import media
from federation import routes as wire
from node.core.errors import NotFound
from node.core.requests import node_of
from node.neighbours.services import federation_of
from node.neighbours.site import NodeSite
from web.tenants import host_name


def negotiated(page: wire.Handler, object_path: str) -> wire.Handler:
    """`page` for browsers; for who asks for `application/activity+json` the public object at `object_path` (a path of
    ours with the route's own placeholders, like `/ap/missions/{id}`): 200, 410 with its Tombstone, 404."""

    async def answer(request: aio.Request) -> aio.Response:
        site = site_for(request)
        object_id = site.base_url + object_path.format_map(request.match_info)
        return wire.answer_json(await site.object(object_id), media.ACTIVITY)

    return wire.negotiated(wire.guarded(answer), page)


def site_for(request: aio.Request) -> NodeSite:
    """The site of the node a machine asks, at its present address or a former one."""
    try:
        federation = federation_of(node_of(request))
        return federation.former.get(host_name(request), federation.site)
    except KeyError as error:
        raise NotFound("core.not-found") from error
