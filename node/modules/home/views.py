"""The entrance page and the desk."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.kept import read_for_everybody
from node.core.module import HomeCard
from node.core.node import Node
from node.core.requests import node_of, require_login, viewer_of
from node.core.viewer import Viewer
from node.modules.home.service import Ask, desk_cards, home_cards
from web.render import render


def _asks(node: Node, field: str) -> list[Ask]:
    references = [(part, getattr(part.module, field)) for part in node.parts]
    return [part.load(reference) for part, reference in references if reference]


async def _cards(node: Node, viewer: Viewer) -> tuple[HomeCard, ...]:
    """The cards of the entrance; somebody anonymous gets everybody's."""
    asks = _asks(node, "home_cards")
    if viewer.is_anonymous:
        return await read_for_everybody(node, "home.cards", home_cards, viewer, asks)
    return await node.read(home_cards, viewer, asks)


async def show(request: aio.Request) -> aio.Response:
    """What is going on here, and what you can do about it. Readable without an account."""
    node, viewer = node_of(request), viewer_of(request)
    cards = await _cards(node, viewer)
    spaces = {space: [card for card in cards if card.space == space] for space in ("decide", "act", "me", "territory")}
    return render(request, "home/show.html", {"spaces": spaces})


async def desk(request: aio.Request) -> aio.Response:
    """What waits for me."""
    viewer = require_login(request)
    node = node_of(request)
    cards = await node.read(desk_cards, viewer, _asks(node, "desk_cards"))
    return render(request, "home/desk.html", {"cards": cards})


async def accessibility(request: aio.Request) -> aio.Response:
    """The declaration that the law asks for (RGAA): where we stand, whom to write to, whom to turn to."""
    return render(request, "home/accessibility.html", {"contact": node_of(request).config.node.contact})


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/", show, name="home.show"),
        aio.get("/bureau", desk, name="home.desk"),
        aio.get("/accessibilite", accessibility, name="home.accessibility"),
    ]
