"""What is left at a node's former addresses: pages lead to the new one, machines find who the actor became."""

from __future__ import annotations

from aiohttp import web as aio
from aiohttp.typedefs import Handler

from federation.routes import wants_activity
from node.core.requests import node_of
from web.keys import TENANT
from web.tenants import host_name

KEPT = ("/ap/", "/ygor/")
"""Actors, inboxes and calls: peers that have not heard of the move yet are answered as before, under the old ids."""
FOR_ALL_HOSTS = ("/.well-known/ygor-arrival/", "/.well-known/acme-challenge/", "/health")


@aio.middleware
async def former_hosts(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """At a former host: 308 to the same path at the present address, but for what machines ask under its ids."""
    if request.get(TENANT) is None:
        return await handler(request)
    node = node_of(request)
    if host_name(request) not in node.former_hostnames or request.path.startswith((*KEPT, *FOR_ALL_HOSTS)):
        return await handler(request)
    if wants_activity(request) and request.method in ("GET", "HEAD"):
        return await handler(request)
    target = request.raw_path if request.raw_path.startswith("/") and not request.raw_path.startswith("//") else "/"
    raise aio.HTTPPermanentRedirect(node.base_url + target)
