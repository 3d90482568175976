"""Offers and tills for machines: `/api/v1/offers` for everybody, `/api/v1/payments` with the scope `rewards:write`."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts.bearer import api_viewer
from node.core.errors import DomainError
from node.core.requests import node_of
from node.modules.rewards import offers, till
from node.modules.rewards.forms import ChargeIn, OfferOut, PaymentOut
from node.modules.rewards.till_views import card_host, count_reading
from node.organisations import public as organisations
from web.i18n import N_
from web.json import json_body, json_response
from web.marks import csrf_exempt
from web.operations import operation


@operation(N_("Ce qu’on peut avoir avec des jetons"), response=list[OfferOut])
async def listing(request: aio.Request) -> aio.Response:
    """What can be had for tokens."""
    found = await node_of(request).read(offers.published)
    return json_response([_offer(offer) for offer in found])


def _offer(offer: offers.OfferShown) -> OfferOut:
    return OfferOut(
        id=offer.id,
        title=offer.title,
        summary=offer.summary,
        kind=offer.kind,
        price=offer.price,
        partner=offer.organisation_slug,
    )


@operation(
    N_("Encaisser des jetons ; 202 tant que la commune voisine n’a pas répondu"),
    request=ChargeIn,
    response=PaymentOut,
    status=201,
    also={202: PaymentOut},
    scope="rewards:write",
    errors=(404, 409),
)
@csrf_exempt
async def charge(request: aio.Request) -> aio.Response:
    """Charge a card at a partner's till; 202 while a neighbour has not answered."""
    viewer = await api_viewer(request, "rewards:write")
    body = await json_body(request, ChargeIn)
    node = node_of(request)
    organisation = await node.read(organisations.by_slug, body.partner)
    await node.write(count_reading, viewer)
    if not body.offer_id and body.price is None:
        raise DomainError("rewards.price", field="price", status=422)
    asked = till.Charge(
        body.id, organisation.id, body.card, card_host(node, body.card, body.host), body.offer_id or None,
        organisation.name, body.price or 0,
    )  # fmt: skip
    paid = await node.write(till.charge, viewer, asked)
    return json_response(_payment(paid), status=202 if paid.state == till.PENDING else 201)


@operation(N_("Un paiement de ma caisse"), response=PaymentOut, scope="rewards:write")
@csrf_exempt
async def show(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:write")
    paid = await node_of(request).read(till.get, viewer, request.match_info["id"])
    return json_response(_payment(paid))


@operation(N_("Annuler un paiement de ma caisse"), response=PaymentOut, scope="rewards:write", errors=(409,))
@csrf_exempt
async def undo(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:write")
    paid = await node_of(request).write(till.undo, viewer, request.match_info["id"])
    return json_response(_payment(paid))


def _payment(paid: till.PaymentShown) -> PaymentOut:
    return PaymentOut(
        id=paid.id,
        state=paid.state,
        price=paid.price,
        first_name=paid.first_name,
        reason=paid.reason,
        words=paid.words,
    )


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api/v1/offers", listing, name="rewards.api-offers"),
        aio.post("/api/v1/payments", charge, name="rewards.api-charge"),
        aio.get("/api/v1/payments/{id}", show, name="rewards.api-payment"),
        aio.post("/api/v1/payments/{id}/undo", undo, name="rewards.api-undo"),
    ]
