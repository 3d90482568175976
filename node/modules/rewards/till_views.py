"""The till's pages: read a card, charge, see what happened, undo, the day's sheet. Plain forms: any phone will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web as aio

from node.core import throttle
from node.core.errors import DomainError, NotFound
from node.core.ids import new_id
from node.core.node import Node
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import asking
from node.honour import public as honour
from node.modules.rewards import offers, rules, till
from node.modules.rewards.forms import TillInput
from node.modules.rewards.settings import Settings
from node.organisations import public as organisations
from web.dates import clock
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

HOUR_S = 3600
STATES = {"posted": N_("payé"), "pending": N_("en attente"), "failed": N_("refusé"), "undone": N_("annulé")}


@dataclass(frozen=True, slots=True)
class Counter:
    """What the till's page needs: whose till, what it sells, whose cards it takes."""

    organisation: organisations.Organisation
    offers: tuple[offers.OfferShown, ...]
    communes: tuple[honour.AcceptedCommune, ...]


async def counter_of(node: Node, slug: str) -> Counter:
    """Raises NotFound."""

    def read(unit: Unit) -> Counter:
        organisation = organisations.by_slug(unit, slug)
        sold = tuple(offer for offer in offers.of_partner(unit, organisation.id) if offer.state == "published")
        return Counter(organisation, sold, honour.accepted_communes(unit))

    return await node.read(read)


def operator_of(request: aio.Request, organisation_id: str) -> Viewer:
    """The person asking, who must belong to the partner; somebody anonymous is led to the sign-in page."""
    viewer = require_login(request)
    rules.require_operator(viewer, organisation_id)
    return viewer


async def show(request: aio.Request) -> aio.Response:
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    operator_of(request, counter.organisation.id)
    prefilled = {"payment_id": new_id(), "offer_id": counter.offers[0].id if counter.offers else ""}
    return _page(request, blank(request, TillInput, prefilled), counter)


def _page(request: aio.Request, form: Form[TillInput], counter: Counter, seen: Any = None) -> aio.Response:
    values = {
        "form": form,
        "counter": counter,
        "seen": seen,
        "communes": [(commune.host, commune.name) for commune in counter.communes],
        "sold": [(offer.id, f"{offer.title} – {offer.price}") for offer in counter.offers],
    }
    return render(request, "rewards/till.html", values, status=form.status)


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


def count_reading(unit: Unit, viewer: Viewer) -> None:
    """Codes are short: nobody tries them all. Raises DomainError `core.too-many`."""
    limit = unit.settings("rewards", Settings).reads_per_hour
    throttle.count(unit, f"till {viewer.account_id}", limit=limit, window_s=HOUR_S)


def card_host(node: Node, card: str, chosen: str) -> str:
    """The commune a card belongs to: what its QR code says, else what the cashier chose; empty for our own."""
    host = honour.host_of(card) or chosen.strip().lower()
    if host in node.facts.hosts and honour.is_pass(card):
        raise DomainError("rewards.pass-home", field="card", status=422)
    return "" if host in node.facts.hosts else host


def _charge(counter: Counter, value: TillInput, host: str) -> till.Charge:
    return till.Charge(
        value.payment_id, counter.organisation.id, value.card, host, value.offer_id or None,
        counter.organisation.name, value.price or 0,
    )  # fmt: skip


async def look(request: aio.Request, viewer: Viewer, counter: Counter, value: TillInput, host: str) -> till.Seen:
    """First name and covered or not, here or at the neighbour's. Raises DomainError."""
    node = node_of(request)
    price = next((offer.price for offer in counter.offers if offer.id == value.offer_id), value.price or 0)
    if not price:
        raise DomainError("rewards.price", field="price", status=422)
    if not host:
        return await node.read(till.look, viewer, counter.organisation.id, value.card, price)
    organisation = counter.organisation
    quote = await asking.quote(node, host, value.card, price, organisation.slug, till_id=organisation.id)
    if quote.code is not None and not quote.first_name:
        raise DomainError("rewards.refused", field="card", words=gettext(request, quote.words))
    return till.Seen(quote.first_name, quote.covered)


async def payment(request: aio.Request) -> aio.Response:
    """What happened: paid, refused, or what it waits for. The page asks again by itself while it waits."""
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    viewer = operator_of(request, counter.organisation.id)
    shown = await node.read(till.get, viewer, request.match_info["id"])
    if shown.organisation_id != counter.organisation.id:
        raise NotFound("rewards.payment-unknown")
    return render(request, "rewards/payment.html", {"payment": shown, "counter": counter})


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


async def sheet(request: aio.Request) -> aio.Response:
    """The day's sheet, to read and to print."""
    node = node_of(request)
    counter = await counter_of(node, request.match_info["slug"])
    viewer = operator_of(request, counter.organisation.id)
    try:
        chosen = date.fromisoformat(request.query.get("jour", ""))
    except ValueError:
        chosen = await node.read(lambda unit: unit.today)
    rows = await node.read(till.sheet, viewer, counter.organisation.id, chosen)
    paid = [row for row in rows if row.state == till.POSTED]
    lines = [
        {
            "time": clock(row.created_at),
            "title": {"text": row.title, "href": f"/caisse/{counter.organisation.slug}/paiements/{row.id}"},
            "host": row.host or node.name,
            "state": gettext(request, STATES[row.state]),
            "price": row.price,
        }
        for row in rows
    ]
    values = {"counter": counter, "lines": lines, "day": chosen, "paid": len(paid)}
    return render(request, "rewards/sheet.html", {**values, "total": sum(row.price for row in paid)})


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/caisse/{slug}", show, name="rewards.till"),
        aio.post("/caisse/{slug}", submit, name="rewards.charge"),
        aio.get("/caisse/{slug}/journee", sheet, name="rewards.sheet"),
        aio.get("/caisse/{slug}/paiements/{id}", payment, name="rewards.payment"),
        aio.post("/caisse/{slug}/paiements/{id}/annuler", undo, name="rewards.undo"),
    ]
