"""The till's queue on the way here: charges that waited in the cashier's browser, one call each, under the id they were
given there. Called by `static/queue.js`, with the session of whoever is signed in by now."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import Conflict, DomainError
from node.core.node import Node
from node.core.requests import node_of, viewer_of
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import rules, till
from node.modules.rewards.api_forms import WaitingIn, WaitingOut
from node.modules.rewards.reading_cards import card_host, count_reading, words_of
from node.organisations import public as organisations
from web.csrf import token
from web.errors import described
from web.i18n import gettext
from web.json import json_body, json_response

REFUSALS = frozenset({404, 409, 422})
"""What is an answer to the charge itself; anything else says that it cannot be sent now, or not by this person."""


async def _operator(request: aio.Request) -> tuple[Node, organisations.Organisation, Viewer]:
    """Raises 401, which the queue answers with a link to sign in, Forbidden, NotFound."""
    viewer, node = viewer_of(request), node_of(request)
    if viewer.is_anonymous:
        raise aio.HTTPUnauthorized
    organisation = await node.read(organisations.by_slug, request.match_info["slug"])
    rules.require_operator(viewer, organisation.id)
    return node, organisation, viewer


async def state(request: aio.Request) -> aio.Response:
    """Whether this till may send, and a token for it: a page kept for when there is no network has an old one."""
    await _operator(request)
    response = json_response({"csrf": token(request)})
    response.headers["Cache-Control"] = "no-store"
    return response


async def send(request: aio.Request) -> aio.Response:
    """One charge. One that waited gets an answer for ever, be it a refusal; sent again it is answered the same."""
    node, organisation, viewer = await _operator(request)
    body = await json_body(request, WaitingIn)
    await node.write(count_reading, viewer)
    try:
        paid = await node.write(_charge, viewer, organisation, body, node)
    except DomainError as error:
        if error.status not in REFUSALS:
            raise
        return json_response(_refused(request, body, organisation, error))
    return json_response(
        WaitingOut(
            id=paid.id,
            state=paid.state,
            title=paid.title,
            price=paid.price,
            first_name=paid.first_name,
            words=words_of(request, paid),
        )
    )


def _refused(
    request: aio.Request, body: WaitingIn, organisation: organisations.Organisation, error: DomainError
) -> WaitingOut:
    """The answer to one that did not wait: nothing is written down."""
    said = described(request, error)
    words = gettext(request, said.text, **said.params)
    price = body.price or body.price_seen or 0
    return WaitingOut(id=body.id, state="failed", title=organisation.name, price=price, first_name="", words=words)


def _charge(
    unit: Unit, viewer: Viewer, organisation: organisations.Organisation, body: WaitingIn, node: Node
) -> till.PaymentShown:
    entered_at = min(body.entered_at, unit.now) if body.waited else None
    host = ""
    try:
        host = card_host(node, body.card, body.host)
    except DomainError:
        if entered_at is None:
            raise
        host = body.host.strip().lower()
    if not body.offer_id and body.price is None and rules.booking_code(body.card) is None:
        raise Conflict("rewards.price", field="price")
    asked = till.Charge(
        body.id, organisation.id, body.card, host, body.offer_id or None, organisation.name, body.price or 0,
        entered_at, body.price_seen,
    )  # fmt: skip
    return till.charge(unit, viewer, asked)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/caisse/{slug}/etat", state, name="rewards.queue-state"),
        aio.post("/caisse/{slug}/envoi", send, name="rewards.queue-send"),
    ]
