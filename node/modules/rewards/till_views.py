"""The till's pages: read a card, charge, see what happened, undo, refund. Plain forms: any phone will do. Where scripts
run, `static/till.js` keeps what is typed without network and sends it later (`queue_views`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError, NotFound
from node.core.ids import new_id
from node.core.node import Node
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import asking
from node.honour import public as honour
from node.modules.rewards import catalogue, partnerships, refunds, rules, till
from node.modules.rewards.forms import RefundInput, TillInput
from node.modules.rewards.reading_cards import card_host, count_reading, words_of
from node.organisations import public as organisations
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import keep_offline, redirect, render, static_url

SCRIPTS = ("rewards/till.js", "rewards/queue.js", "js/scan.js", "vendor/qr/decode.js", "vendor/qr/index.js")
"""What the till's page loads itself or asks for later: kept with it for when there is no network."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What the till's page needs: whose till, what it sells, whose cards it takes, whether it charges any sum."""

    organisation: organisations.Organisation
    offers: tuple[catalogue.OfferShown, ...]
    communes: tuple[honour.AcceptedCommune, ...]
    own_amounts: bool


async def counter_of(node: Node, slug: str) -> Counter:
    """Raises NotFound."""

    def read(unit: Unit) -> Counter:
        organisation = organisations.by_slug(unit, slug)
        found = [offer for offer in catalogue.of_partner(unit, organisation.id) if offer.state == "published"]
        sold = tuple(sorted(found, key=lambda offer: offer.booking == "slots"))  # what needs no booking first
        own_amounts = organisation.kind != "partner" or partnerships.of(unit, organisation.id).own_amounts
        return Counter(organisation, sold, honour.accepted_communes(unit), own_amounts)

    return await node.read(read)


def operator_of(request: aio.Request, organisation_id: str) -> Viewer:
    """The person asking, who must belong to the partner; somebody anonymous is led to the sign-in page."""
    viewer = require_login(request)
    rules.require_operator(viewer, organisation_id)
    return viewer


async def show(request: aio.Request) -> aio.Response:
    """The till; opens without network too, once it was opened with it."""
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    operator_of(request, counter.organisation.id)
    prefilled = {"payment_id": new_id(), "offer_id": counter.offers[0].id if counter.offers else ""}
    page = _page(request, blank(request, TillInput, prefilled), counter)
    return keep_offline(page, *(static_url(request, name) for name in SCRIPTS))


def _page(request: aio.Request, form: Form[TillInput], counter: Counter, seen: till.Seen | None = None) -> aio.Response:
    values = {
        "form": form,
        "counter": counter,
        "seen": seen,
        "communes": [(commune.host, commune.name) for commune in counter.communes],
        "sold": [(offer.id, _label(request, offer)) for offer in counter.offers],
        "prices": {offer.id: offer.price for offer in counter.offers},
        "script": static_url(request, SCRIPTS[0]),
    }
    return render(request, "rewards/till.html", values, status=form.status)


def _label(request: aio.Request, offer: catalogue.OfferShown) -> str:
    """What the cashier chooses: title, price, the age to look at."""
    text = f"{offer.title} – {offer.price}"
    if offer.cls == "gold":
        text += f" {gettext(request, rules.CLASSES['gold'])}"
    if offer.minimum_age and not offer.maximum_age:
        return f"{text} · {gettext(request, N_('dès {low} ans'), low=offer.minimum_age)}"
    return f"{text} · {gettext(request, N_('{ages} ans'), ages=offer.ages)}" if offer.ages else text


async def submit(request: aio.Request) -> aio.Response:
    """Look at a card, or charge it. Sent again with the same payment it shows the same result."""
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    viewer = operator_of(request, counter.organisation.id)
    form = await bind(request, TillInput)
    if not form.valid:
        return _page(request, form, counter)
    value = form.value
    try:
        await node.write(count_reading, viewer)
        host = card_host(node, value.card, value.host)
        if value.step == "charge":
            paid = await node.write(till.charge, viewer, _charge(counter, value, host))
            return redirect(request, "rewards.payment", slug=counter.organisation.slug, id=paid.id)
        seen = await look(request, viewer, counter, value, host)
    except DomainError as error:
        if error.field == "code":  # what other parts call what this page calls a card
            error.field = "card"
        form.refuse(request, error)
        return _page(request, form, counter)
    return _page(request, form, counter, seen)


def _charge(counter: Counter, value: TillInput, host: str) -> till.Charge:
    return till.Charge(
        value.payment_id, counter.organisation.id, value.card, host, value.offer_id or None,
        counter.organisation.name, value.price or 0,
    )  # fmt: skip


async def look(request: aio.Request, viewer: Viewer, counter: Counter, value: TillInput, host: str) -> till.Seen:
    """First name and covered or not, here or at the neighbour's. Raises DomainError."""
    node, organisation = node_of(request), counter.organisation
    offer = next((offer for offer in counter.offers if offer.id == value.offer_id), None)
    price = offer.price if offer else value.price or 0
    if not price and rules.booking_code(value.card) is None:
        raise DomainError("rewards.price", field="price", status=422)
    if not host:
        return await node.read(till.look, viewer, organisation.id, value.card, price, offer.cls if offer else "token")
    quote = await asking.quote(node, host, value.card, price, organisation.slug, till_id=organisation.id)
    if quote.code is not None and not quote.first_name:
        raise DomainError("rewards.refused", field="card", words=gettext(request, quote.words))
    return till.Seen(quote.first_name, quote.covered)


async def payment(request: aio.Request) -> aio.Response:
    """What happened: paid, refused, or what it waits for. The page asks again by itself while it waits."""
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    viewer = operator_of(request, counter.organisation.id)
    return await _payment_page(request, viewer, counter, None)


async def _payment_page(
    request: aio.Request, viewer: Viewer, counter: Counter, form: Form[RefundInput] | None
) -> aio.Response:
    shown = await node_of(request).read(till.get, viewer, request.match_info["id"])
    if shown.organisation_id != counter.organisation.id:
        raise NotFound("rewards.payment-unknown")
    left = shown.price - shown.refunded
    form = form or blank(request, RefundInput, {"refund_id": new_id(), "amount": left})
    may_refund = shown.may_refund and viewer.manages(counter.organisation.id)
    values: dict[str, Any] = {"payment": shown, "counter": counter, "words": words_of(request, shown), "form": form}
    return render(request, "rewards/payment.html", {**values, "may_refund": may_refund}, status=form.status)


async def undo(request: aio.Request) -> aio.Response:
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    viewer = operator_of(request, counter.organisation.id)
    shown = await node.write(till.undo, viewer, request.match_info["id"])
    if shown.state == "undone":
        flash(request, gettext(request, N_("Le paiement est annulé, les jetons sont rendus.")))
    else:
        flash(request, gettext(request, N_("L’annulation est demandée à la commune voisine.")), "warn")
    return redirect(request, "rewards.payment", slug=counter.organisation.slug, id=shown.id)


async def refund(request: aio.Request) -> aio.Response:
    """Give tokens back later than the till may; by who manages the partner."""
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    viewer = operator_of(request, counter.organisation.id)
    form = await bind(request, RefundInput)
    if not form.valid:
        return await _payment_page(request, viewer, counter, form)
    value, payment_id = form.value, request.match_info["id"]
    try:
        shown = await node.write(refunds.refund, viewer, payment_id, value.refund_id, value.amount, value.reason)
    except DomainError as error:
        form.refuse(request, error)
        return await _payment_page(request, viewer, counter, form)
    words = N_("Le remboursement est demandé à la commune voisine.") if shown.host else N_("Les jetons sont rendus.")
    flash(request, gettext(request, words))
    return redirect(request, "rewards.payment", slug=counter.organisation.slug, id=shown.id)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/caisse/{slug}", show, name="rewards.till"),
        aio.post("/caisse/{slug}", submit, name="rewards.charge"),
        aio.get("/caisse/{slug}/paiements/{id}", payment, name="rewards.payment"),
        aio.post("/caisse/{slug}/paiements/{id}/annuler", undo, name="rewards.undo"),
        aio.post("/caisse/{slug}/paiements/{id}/rembourser", refund, name="rewards.refund"),
    ]
