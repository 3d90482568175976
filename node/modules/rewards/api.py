"""Offers, bookings and tills for machines: `/api/v1/offers` for everybody, `/api/v1/bookings` with the scopes
`rewards:read` and `rewards:book`, `/api/v1/payments` with `rewards:write`."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts.bearer import api_viewer
from node.core.errors import DomainError, NotFound
from node.core.requests import node_of
from node.core.unit import Unit
from node.modules.rewards import booked, bookings, catalogue, refunds, rules, slots, till
from node.modules.rewards.api_forms import (
    BookingIn,
    BookingOut,
    ChargeIn,
    OfferDetailOut,
    OfferOut,
    OfferQuery,
    PaymentOut,
    RefundIn,
    SlotOut,
)
from node.modules.rewards.reading_cards import card_host, count_reading, words_of
from node.organisations import public as organisations
from web.forms import bind_query
from web.i18n import N_
from web.json import json_body, json_response
from web.marks import csrf_exempt
from web.operations import operation
from web.problems import Problem, problem_response


@operation(N_("Ce qu’on peut avoir avec des jetons"), response=list[OfferOut], query=OfferQuery)
async def listing(request: aio.Request) -> aio.Response:
    """What can be had for tokens."""
    asked = bind_query(request, OfferQuery)
    if not asked.valid:
        return problem_response(request, Problem(422, "json.invalid-value", errors=asked.errors))
    value = asked.value
    kind = "" if value.kind == "all" else value.kind
    wanted = catalogue.Wanted(value.q, kind, value.partner, None, value.bookable == "yes")
    found = await node_of(request).read(catalogue.published, wanted)
    return json_response([OfferOut(**_offer(offer)) for offer in found])


@operation(N_("Une offre avec ses créneaux"), response=OfferDetailOut)
async def detail(request: aio.Request) -> aio.Response:
    def read(unit: Unit) -> tuple[catalogue.OfferShown, tuple[slots.SlotShown, ...]]:
        offer = catalogue.get(unit, request.match_info["id"])
        return offer, slots.coming(unit, offer.id) if offer.booking == "slots" else ()

    offer, dates = await node_of(request).read(read)
    if offer.state != "published":
        raise NotFound("rewards.unknown")
    names = SlotOut.model_fields
    shown = [SlotOut(**{name: getattr(each, name) for name in names}) for each in dates]
    return json_response(OfferDetailOut(**_offer(offer), conditions=offer.conditions, slots=shown))


def _offer(offer: catalogue.OfferShown) -> dict[str, object]:
    found = {name: getattr(offer, name) for name in OfferOut.model_fields if name != "partner"}
    return {**found, "partner": offer.organisation_slug}


@operation(N_("Mes réservations"), response=list[BookingOut], scope="rewards:read")
@csrf_exempt
async def my_bookings(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:read")
    assert viewer.account_id is not None
    found = await node_of(request).read(booked.mine, viewer.account_id)
    return json_response([_booking(each) for each in found])


@operation(N_("Réserver"), request=BookingIn, response=BookingOut, status=201, scope="rewards:book", errors=(404, 409))
@csrf_exempt
async def book(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:book")
    assert viewer.account_id is not None
    body, node = await json_body(request, BookingIn), node_of(request)
    asked = bookings.BookingAsked(body.id, body.offer_id, body.slot_id or None, body.age_said)
    booking_id = await node.write(bookings.book, viewer.account_id, asked)
    return json_response(_booking(await node.read(booked.get, viewer, booking_id)), status=201)


@operation(N_("Annuler ma réservation"), response=BookingOut, scope="rewards:book", errors=(409,))
@csrf_exempt
async def cancel(request: aio.Request) -> aio.Response:
    viewer, node = await api_viewer(request, "rewards:book"), node_of(request)
    booking_id = request.match_info["id"]
    await node.write(bookings.cancel, viewer, booking_id)
    return json_response(_booking(await node.read(booked.get, viewer, booking_id)))


def _booking(each: booked.BookingShown) -> BookingOut:
    found = {name: getattr(each, name) for name in BookingOut.model_fields if name != "partner"}
    return BookingOut(**found, partner=each.organisation_slug)


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
    if not body.offer_id and body.price is None and rules.booking_code(body.card) is None:
        raise DomainError("rewards.price", field="price", status=422)
    asked = till.Charge(
        body.id, organisation.id, body.card, card_host(node, body.card, body.host), body.offer_id or None,
        organisation.name, body.price or 0, body.entered_at,
    )  # fmt: skip
    paid = await node.write(till.charge, viewer, asked)
    return json_response(_payment(request, paid), status=202 if paid.state == till.PENDING else 201)


@operation(N_("Un paiement de ma caisse"), response=PaymentOut, scope="rewards:write")
@csrf_exempt
async def show(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:write")
    paid = await node_of(request).read(till.get, viewer, request.match_info["id"])
    return json_response(_payment(request, paid))


@operation(N_("Annuler un paiement de ma caisse"), response=PaymentOut, scope="rewards:write", errors=(409,))
@csrf_exempt
async def undo(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:write")
    paid = await node_of(request).write(till.undo, viewer, request.match_info["id"])
    return json_response(_payment(request, paid))


@operation(
    N_("Rembourser un paiement, en tout ou partie"), request=RefundIn, response=PaymentOut, scope="rewards:write",
    errors=(409,),
)  # fmt: skip
@csrf_exempt
async def refund(request: aio.Request) -> aio.Response:
    viewer = await api_viewer(request, "rewards:write")
    body = await json_body(request, RefundIn)
    payment_id = request.match_info["id"]
    paid = await node_of(request).write(refunds.refund, viewer, payment_id, body.id, body.amount, body.reason)
    return json_response(_payment(request, paid))


def _payment(request: aio.Request, paid: till.PaymentShown) -> PaymentOut:
    return PaymentOut(
        id=paid.id,
        state=paid.state,
        price=paid.price,
        first_name=paid.first_name,
        reason=paid.reason,
        words=words_of(request, paid),
        refunded=paid.refunded,
    )


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api/v1/offers", listing, name="rewards.api-offers"),
        aio.get("/api/v1/offers/{id}", detail, name="rewards.api-offer"),
        aio.get("/api/v1/bookings", my_bookings, name="rewards.api-bookings"),
        aio.post("/api/v1/bookings", book, name="rewards.api-book"),
        aio.post("/api/v1/bookings/{id}/cancel", cancel, name="rewards.api-cancel"),
        aio.post("/api/v1/payments", charge, name="rewards.api-charge"),
        aio.get("/api/v1/payments/{id}", show, name="rewards.api-payment"),
        aio.post("/api/v1/payments/{id}/undo", undo, name="rewards.api-undo"),
        aio.post("/api/v1/payments/{id}/refunds", refund, name="rewards.api-refund"),
    ]
