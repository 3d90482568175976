"""What a handler asks about its request: which node, which person, and whether they may."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web as aio

from node.core.errors import Forbidden
from node.core.node import Node
from node.core.viewer import ANONYMOUS, Viewer
from web.keys import TENANT

VIEWER = aio.RequestKey("viewer", Viewer)
NODES: aio.AppKey[tuple[Node, ...]] = aio.AppKey("nodes", tuple)
"""All nodes that the process serves."""
FACTS: aio.RequestKey[dict[str, Any]] = aio.RequestKey("page_facts", dict)


def node_of(request: aio.Request) -> Node:
    """The node this request is for."""
    tenant: Any = request[TENANT]
    assert isinstance(tenant, Node)
    return tenant


def viewer_of(request: aio.Request) -> Viewer:
    """The person asking; `ANONYMOUS` for somebody who has not signed in."""
    found: Viewer = request.get(VIEWER, ANONYMOUS)
    return found


def require_login(request: aio.Request) -> Viewer:
    """The person asking; somebody anonymous is led to the sign-in page and back."""
    viewer = viewer_of(request)
    if viewer.is_anonymous:
        back = request.rel_url.path_qs if request.method in {"GET", "HEAD"} else "/"
        raise aio.HTTPSeeOther(f"/connexion?{urlencode({'next': back})}")
    return viewer


def require_role(request: aio.Request, *roles: str) -> Viewer:
    """The person asking, who must have one of the roles. Raises Forbidden."""
    viewer = require_login(request)
    if not any(viewer.has(role) for role in roles):
        raise Forbidden("core.forbidden")
    return viewer


def require_member(request: aio.Request, organisation_id: str) -> Viewer:
    """The person asking, who must belong to the organisation. Raises Forbidden."""
    viewer = require_login(request)
    if organisation_id not in {membership.organisation_id for membership in viewer.memberships}:
        raise Forbidden("core.forbidden")
    return viewer
