"""The document of one node: the operations of the parts that are on, in a person's language."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from aiohttp import web as aio

from node.accounts.bearer import SCOPE_WORDS
from node.core.node import Node
from web.i18n import N_
from web.openapi import About, Document, document, endpoints

PREFIX = "/api/v1/"
DESCRIPTION = N_(
    "L’API JSON d’un service Ygor. Ce qui est public se lit sans jeton ; le reste demande un jeton d’accès personnel, "
    "créé sur la page de son compte, et ne permet rien de plus que ce que la personne peut faire elle-même."
)


def describe(app: aio.Application, node: Node, translate: Callable[[str], str]) -> Document:
    """The OpenAPI document of `node`."""
    found = [endpoint for endpoint in endpoints(app, PREFIX) if node.has(endpoint.group)]
    about = About(
        title=f"Ygor – {node.name}",
        version=version("ygor"),
        description=translate(DESCRIPTION),
        base_url=node.base_url,
        scopes=SCOPE_WORDS,
        groups={part.name: part.module.title for part in node.parts},
    )
    return document(found, about, translate)
