"""Pages of offers: what residents find, and what partners and the desk write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError, NotFound
from node.core.ids import new_id
from node.core.node import Node
from node.core.requests import node_of, require_login, viewer_of
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.ledger import public as ledger
from node.modules.rewards import catalogue, offers, partnerships, rules, slots
from node.modules.rewards.catalogue import OfferShown, Wanted
from node.modules.rewards.forms import BookingInput, CatalogueQuery, OfferInput
from node.modules.rewards.rules import BOOKINGS, CLASSES, KINDS, PERIODS, SORTS
from node.organisations import public as organisations
from web.flash import flash
from web.forms import Form, bind, bind_query, blank
from web.i18n import N_, gettext
from web.render import redirect, render

OPTIONS = {"kinds": KINDS, "classes": CLASSES, "bookings": BOOKINGS, "periods": PERIODS, "sorts": SORTS}
WORDS = {"kinds": KINDS, "classes": CLASSES, "bookings": BOOKINGS, "period_words": PERIODS}


def options_of(request: aio.Request, **only: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """What the fields with a choice offer, in the reader's language; `only`: fewer of them."""
    return {
        name: [(key, gettext(request, words[key])) for key in words if key in only.get(name, words)]
        for name, words in OPTIONS.items()
    }


async def index(request: aio.Request) -> aio.Response:
    """Everything tokens buy here, and where else they are taken."""
    node, viewer = node_of(request), viewer_of(request)
    form = bind_query(request, CatalogueQuery)
    asked = form.value if form.valid else CatalogueQuery()

    def read(unit: Unit) -> dict[str, Any]:
        wallet_id = ledger.wallet_of(unit, viewer.account_id) if viewer.account_id else None
        have = ledger.balance(unit, wallet_id).available if wallet_id else 0
        most = have if asked.covered and viewer.account_id else None
        return {
            "offers": catalogue.published(unit, Wanted(asked.q, asked.kind, asked.partner, most, asked.bookable)),
            "partners": [(each.slug, each.name) for each in partnerships.open_partners(unit).values()],
            "communes": honour.accepted_communes(unit),
            "filtered": asked != CatalogueQuery(),
        }

    return render(
        request, "rewards/list.html", {**WORDS, **await node.read(read), "form": form, "options": options_of(request)}
    )


async def show(request: aio.Request) -> aio.Response:
    return await offer_page(request, None)


async def offer_page(request: aio.Request, form: Form[BookingInput] | None) -> aio.Response:
    """An offer with its dates; the form books one of them."""
    node, viewer = node_of(request), viewer_of(request)

    def read(unit: Unit) -> tuple[OfferShown, tuple[slots.SlotShown, ...], bool]:
        offer = catalogue.get(unit, request.match_info["id"])
        dates = slots.coming(unit, offer.id) if offer.booking == "slots" else ()
        return offer, dates, offer.organisation_id in partnerships.open_partners(unit)

    offer, dates, is_open = await node.read(read)
    visible = offer.state == "published" and is_open
    if not visible and viewer.membership(offer.organisation_id) is None and not viewer.is_staff:
        raise NotFound("rewards.unknown")
    form = form or blank(request, BookingInput, {"booking_id": new_id()})
    values = {**WORDS, "offer": offer, "slots": dates, "form": form, "bookable": visible and offer.left != 0}
    return render(request, "rewards/show.html", values, status=form.status)


def editor_of(request: aio.Request, organisation_id: str) -> Viewer:
    """The person asking, who must belong to the partner or to the desk."""
    viewer = require_login(request)
    rules.require_editor(viewer, organisation_id)
    return viewer


async def partner(request: aio.Request) -> aio.Response:
    """The partner's own desk: the till first, then the offers."""
    node = node_of(request)
    organisation = await organisation_of(node, request)
    viewer = editor_of(request, organisation.id)
    found = await node.read(offers.of_partner, organisation.id)
    member = viewer.membership(organisation.id) is not None
    values = {**WORDS, "organisation": organisation, "offers": found, "member": member}
    return render(request, "rewards/partner.html", values)


async def organisation_of(node: Node, request: aio.Request) -> organisations.Organisation:
    return await node.read(organisations.by_slug, request.match_info["slug"])


async def new(request: aio.Request) -> aio.Response:
    organisation = await organisation_of(node_of(request), request)
    editor_of(request, organisation.id)
    prefilled = {"price": 6, "cancel_hours": 24, "offer_id": new_id()}
    return await _form_page(request, blank(request, OfferInput, prefilled), organisation, None)


async def _form_page(
    request: aio.Request, form: Form[OfferInput], organisation: organisations.Organisation, offer: OfferShown | None
) -> aio.Response:
    agreed = await node_of(request).read(partnerships.of, organisation.id)
    values = {
        **WORDS,
        "form": form,
        "organisation": organisation,
        "offer": offer,
        "options": options_of(request, kinds=agreed.kinds, classes=agreed.classes),
    }
    return render(request, "rewards/form.html", values, status=form.status)


async def create(request: aio.Request) -> aio.Response:
    node = node_of(request)
    organisation = await organisation_of(node, request)
    viewer = editor_of(request, organisation.id)
    form = await bind(request, OfferInput)
    if form.valid:
        try:
            offer_id = form.value.offer_id or new_id()
            await node.write(offers.put_online, viewer, organisation.id, form.value.draft(), offer_id)
            flash(request, gettext(request, N_("Votre offre est en ligne.")))
            return redirect(request, "rewards.partner", slug=organisation.slug)
        except DomainError as error:
            form.refuse(request, error)
    return await _form_page(request, form, organisation, None)


async def edit(request: aio.Request) -> aio.Response:
    node = node_of(request)
    offer = await node.read(offers.get, request.match_info["id"])
    viewer = editor_of(request, offer.organisation_id)
    organisation = await node.read(organisations.get, offer.organisation_id)
    if request.method in {"GET", "HEAD"}:
        prefilled = {name: getattr(offer, name) for name in OfferInput.model_fields if name != "offer_id"}
        prefilled = {name: value for name, value in prefilled.items() if value is not None}
        return await _form_page(request, blank(request, OfferInput, prefilled), organisation, offer)
    form = await bind(request, OfferInput)
    if form.valid:
        try:
            await node.write(offers.edit, viewer, offer.id, form.value.version, form.value.draft())
            flash(request, gettext(request, N_("Votre offre est enregistrée.")))
            return redirect(request, "rewards.partner", slug=organisation.slug)
        except DomainError as error:
            form.refuse(request, error)
    return await _form_page(request, form, organisation, offer)


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
    ]
