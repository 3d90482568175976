"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.api.describing import describe
from node.api.reading import groups
from node.core.requests import node_of
from web.i18n import N_, gettext
from web.json import json_response
from web.openapi import Document
from web.operations import operation
from web.render import render


def _document(request: aio.Request) -> Document:
    return describe(request.app, node_of(request), lambda text: gettext(request, text))


@operation(N_("Ce document OpenAPI"), response=dict[str, Any])
async def document(request: aio.Request) -> aio.Response:
    """The OpenAPI 3.1 document; readable from any origin, because it is public and makes tools work."""
    return json_response(_document(request), headers={"Access-Control-Allow-Origin": "*"})


async def page(request: aio.Request) -> aio.Response:
    """The same for people."""
    found = _document(request)
    return render(request, "api/page.html", {"document": found, "groups": groups(found)})


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api", page, name="api.page"),
        aio.get("/api/v1/openapi.json", document, name="api.document"),
    ]
