"""Pages of offers: what residents see, and what partners write."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError, NotFound
from node.core.ids import new_id
from node.core.node import Node
from node.core.requests import node_of, require_login, viewer_of
from node.honour import public as honour
from node.modules.rewards import offers, till_views
from node.modules.rewards.forms import OfferInput
from node.modules.rewards.rules import KINDS
from node.organisations import public as organisations
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render


async def index(request: aio.Request) -> aio.Response:
    """Everything tokens buy here, and where else they are taken."""
    node = node_of(request)
    found = await node.read(offers.published)
    communes = await node.read(honour.accepted_communes)
    return render(request, "rewards/list.html", {"offers": found, "communes": communes, "kinds": KINDS})


async def show(request: aio.Request) -> aio.Response:
    node, viewer = node_of(request), viewer_of(request)
    offer = await node.read(offers.get, request.match_info["id"])
    if offer.state != "published" and viewer.membership(offer.organisation_id) is None:
        raise NotFound("rewards.unknown")
    return render(request, "rewards/show.html", {"offer": offer, "kinds": KINDS})


async def partner(request: aio.Request) -> aio.Response:
    """The partner's own desk: the till first, then the offers."""
    node = node_of(request)
    organisation = await _organisation(node, request)
    till_views.operator_of(request, organisation.id)
    found = await node.read(offers.of_partner, organisation.id)
    values = {"organisation": organisation, "offers": found, "kinds": KINDS}
    return render(request, "rewards/partner.html", values)


async def _organisation(node: Node, request: aio.Request) -> organisations.Organisation:
    return await node.read(organisations.by_slug, request.match_info["slug"])


async def new(request: aio.Request) -> aio.Response:
    organisation = await _organisation(node_of(request), request)
    till_views.operator_of(request, organisation.id)
    return _form_page(request, blank(request, OfferInput, {"price": 6, "offer_id": new_id()}), organisation, None)


def _form_page(
    request: aio.Request, form: Form[OfferInput], organisation: organisations.Organisation, offer: Any
) -> aio.Response:
    values = {"form": form, "organisation": organisation, "offer": offer, "kinds": KINDS}
    return render(request, "rewards/form.html", values, status=form.status)


async def create(request: aio.Request) -> aio.Response:
    node = node_of(request)
    organisation = await _organisation(node, request)
    viewer = till_views.operator_of(request, organisation.id)
    form = await bind(request, OfferInput)
    if form.valid:
        try:
            offer_id = form.value.offer_id or new_id()
            await node.write(offers.put_online, viewer, organisation.id, form.value.draft(), offer_id)
            flash(request, gettext(request, N_("Votre offre est en ligne.")))
            return redirect(request, "rewards.partner", slug=organisation.slug)
        except DomainError as error:
            form.refuse(request, error)
    return _form_page(request, form, organisation, None)


async def edit(request: aio.Request) -> aio.Response:
    node = node_of(request)
    offer = await node.read(offers.get, request.match_info["id"])
    till_views.operator_of(request, offer.organisation_id)
    organisation = await node.read(organisations.get, offer.organisation_id)
    if request.method in {"GET", "HEAD"}:
        prefilled = {name: getattr(offer, name) for name in OfferInput.model_fields if name != "offer_id"}
        return _form_page(request, blank(request, OfferInput, prefilled), organisation, offer)
    form = await bind(request, OfferInput)
    if form.valid:
        try:
            await node.write(offers.edit, viewer_of(request), offer.id, form.value.version, form.value.draft())
            flash(request, gettext(request, N_("Votre offre est enregistrée.")))
            return redirect(request, "rewards.partner", slug=organisation.slug)
        except DomainError as error:
            form.refuse(request, error)
    return _form_page(request, form, organisation, offer)


async def change_state(request: aio.Request) -> aio.Response:
    """Publish or withdraw."""
    viewer = require_login(request)
    node, event = node_of(request), request.match_info["event"]
    offer = await node.read(offers.get, request.match_info["id"])
    await node.write(offers.change_state, viewer, offer.id, {"publier": "publish", "retirer": "withdraw"}[event])
    flash(request, gettext(request, N_("C’est fait.")))
    return redirect(request, "rewards.partner", slug=offer.organisation_slug)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/recompenses", index, name="rewards.list"),
        aio.get("/recompenses/{id}", show, name="rewards.show"),
        aio.get("/partenaires/{slug}/espace", partner, name="rewards.partner"),
        aio.get("/partenaires/{slug}/offres/nouvelle", new, name="rewards.new"),
        aio.post("/partenaires/{slug}/offres", create, name="rewards.create"),
        aio.get("/recompenses/{id}/modifier", edit, name="rewards.edit"),
        aio.post("/recompenses/{id}/modifier", edit, name="rewards.update"),
        aio.post("/recompenses/{id}/{event:publier|retirer}", change_state, name="rewards.change-state"),
        *till_views.routes(),
    ]
