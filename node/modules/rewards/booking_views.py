"""Pages of bookings: a resident books and cancels; a partner writes dates, sees who comes, books for somebody at the
counter and calls off."""

from __future__ import annotations

from aiohttp import web as aio

from node.cards import public as cards
from node.core.errors import DomainError, NotFound
from node.core.ids import new_id
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import booked, bookings, catalogue, slots
from node.modules.rewards.bookings import BookingAsked
from node.modules.rewards.forms import BookingInput, CounterBookingInput, ReasonInput, SlotInput
from node.modules.rewards.reading_cards import count_reading
from node.modules.rewards.views import WORDS, editor_of, offer_page, organisation_of
from node.organisations import public as organisations
from web.dates import clock
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext, ngettext
from web.render import keep_offline, redirect, render

STATES = {
    "booked": N_("Réservé"), "redeemed": N_("Utilisé"), "cancelled": N_("Annulé"), "expired": N_("Terminé"),
}  # fmt: skip


async def book(request: aio.Request) -> aio.Response:
    """The resident's own booking."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    form = await bind(request, BookingInput)
    if not form.valid:
        return await offer_page(request, form)
    value = form.value
    asked = BookingAsked(value.booking_id, request.match_info["id"], value.slot_id or None, value.age_said)
    try:
        booking_id = await node_of(request).write(bookings.book, viewer.account_id, asked)
    except DomainError as error:
        form.refuse(request, error)
        return await offer_page(request, form)
    flash(request, gettext(request, N_("C’est réservé : vos jetons sont mis de côté.")))
    return redirect(request, "rewards.booking", id=booking_id)


async def index(request: aio.Request) -> aio.Response:
    """My bookings."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    found = await node_of(request).read(booked.mine, viewer.account_id)
    coming = [each for each in found if each.state == "booked"]
    past = [each for each in found if each.state != "booked"]
    return render(request, "rewards/bookings.html", {"coming": coming, "past": past, "states": STATES})


async def show(request: aio.Request) -> aio.Response:
    """One booking with its code; stays readable without network."""
    viewer = require_login(request)
    found = await node_of(request).read(booked.get, viewer, request.match_info["id"])
    return keep_offline(render(request, "rewards/booking.html", {"booking": found, "states": STATES, **WORDS}))


async def cancel(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    booking_id = request.match_info["id"]
    await node_of(request).write(bookings.cancel, viewer, booking_id)
    flash(request, gettext(request, N_("Réservation annulée : vos jetons sont de nouveau disponibles.")))
    return redirect(request, "rewards.booking", id=booking_id)


async def dates(request: aio.Request) -> aio.Response:
    return await _dates_page(request, None)


async def _dates_page(request: aio.Request, form: Form[SlotInput] | None) -> aio.Response:
    """The dates of an offer, for who writes them."""
    node = node_of(request)
    offer = await node.read(catalogue.get, request.match_info["id"])
    editor_of(request, offer.organisation_id)
    found = await node.read(slots.coming, offer.id)
    form = form or blank(request, SlotInput, {"places": 10, "weeks": 1})
    return render(request, "rewards/slots.html", {"offer": offer, "slots": found, "form": form}, status=form.status)


async def add_dates(request: aio.Request) -> aio.Response:
    node = node_of(request)
    form = await bind(request, SlotInput)
    if not form.valid:
        return await _dates_page(request, form)
    try:
        viewer, offer_id = require_login(request), request.match_info["id"]
        made = await node.write(slots.add, viewer, offer_id, form.value.draft())
    except DomainError as error:
        form.refuse(request, error)
        return await _dates_page(request, form)
    flash(request, ngettext(request, "{num} créneau ajouté.", "{num} créneaux ajoutés.", len(made)))
    return redirect(request, "rewards.slots", id=offer_id)


async def call_off_date(request: aio.Request) -> aio.Response:
    """The partner cancels a date; everybody is told."""
    viewer, form = require_login(request), await bind(request, ReasonInput)
    reason = form.value.reason if form.valid else ""
    node = node_of(request)
    slot = await node.read(_offer_of_slot, request.match_info["id"])
    count = await node.write(bookings.call_off_slot, viewer, request.match_info["id"], reason)
    told = ngettext(
        request, "Créneau annulé, {num} personne prévenue.", "Créneau annulé, {num} personnes prévenues.", count
    )
    flash(request, told)
    return redirect(request, "rewards.slots", id=slot)


def _offer_of_slot(unit: Unit, slot_id: str) -> str:
    return slots.get(unit, slot_id).offer_id


async def of_partner(request: aio.Request) -> aio.Response:
    return await _counter_page(request, None)


async def _counter_page(request: aio.Request, form: Form[CounterBookingInput] | None) -> aio.Response:
    """Who has booked here; and a form to book for somebody who is at the counter."""
    node = node_of(request)
    organisation = await organisation_of(node, request)
    viewer = editor_of(request, organisation.id)
    found = await node.read(booked.of_partner, viewer, organisation.id)
    choices = await node.read(_choices, organisation)
    form = form or blank(request, CounterBookingInput, {"booking_id": new_id()})
    values = {"organisation": organisation, "bookings": found, "choices": choices, "form": form}
    return render(request, "rewards/counter.html", values, status=form.status)


def _choices(unit: Unit, organisation: organisations.Organisation) -> list[tuple[str, str]]:
    """What can be booked at a counter: an offer, or a date of one that has room."""
    found = []
    for offer in catalogue.of_partner(unit, organisation.id):
        if offer.state != "published" or offer.booking == "none":
            continue
        if offer.booking == "open":
            found.append((offer.id, f"{offer.title} – {offer.price}"))
        for slot in slots.coming(unit, offer.id) if offer.booking == "slots" else ():
            if slot.left and slot.state == "open" and slot.starts_at > unit.now:
                when = unit.local(slot.starts_at)
                found.append((f"{offer.id}:{slot.id}", f"{offer.title}, {when:%d/%m} {clock(slot.starts_at)}"))
    return found[:200]


async def book_at_counter(request: aio.Request) -> aio.Response:
    """By a card that is read there: people without a phone book too."""
    node = node_of(request)
    organisation = await organisation_of(node, request)
    viewer = editor_of(request, organisation.id)
    form = await bind(request, CounterBookingInput)
    if not form.valid:
        return await _counter_page(request, form)
    try:
        await node.write(count_reading, viewer)
        await node.write(_book_for, viewer, organisation.id, form.value)
    except DomainError as error:
        if error.field == "code":
            error.field = "card"
        form.refuse(request, error)
        return await _counter_page(request, form)
    flash(request, gettext(request, N_("C’est réservé, les jetons sont mis de côté.")))
    return redirect(request, "rewards.counter", slug=organisation.slug)


def _book_for(unit: Unit, viewer: Viewer, organisation_id: str, value: CounterBookingInput) -> str:
    account_id = cards.holder_of_code(unit, value.card)
    offer_id, _, slot_id = value.choice.partition(":")
    if catalogue.get(unit, offer_id).organisation_id != organisation_id:
        raise NotFound("rewards.unknown", field="choice")
    asked = BookingAsked(value.booking_id, offer_id, slot_id or None, value.age_said)
    return bookings.book(unit, account_id, asked, by=viewer.account_id)


async def call_off(request: aio.Request) -> aio.Response:
    viewer, form = require_login(request), await bind(request, ReasonInput)
    reason = form.value.reason if form.valid else ""
    await node_of(request).write(bookings.call_off, viewer, request.match_info["id"], reason)
    flash(request, gettext(request, N_("Réservation annulée, la personne est prévenue.")))
    return redirect(request, "rewards.counter", slug=request.match_info["slug"])


def routes() -> list[aio.RouteDef]:
    return [
        aio.post("/recompenses/{id}/reserver", book, name="rewards.book"),
        aio.get("/moi/reservations", index, name="rewards.bookings"),
        aio.get("/moi/reservations/{id}", show, name="rewards.booking"),
        aio.post("/moi/reservations/{id}/annuler", cancel, name="rewards.cancel"),
        aio.get("/recompenses/{id}/creneaux", dates, name="rewards.slots"),
        aio.post("/recompenses/{id}/creneaux", add_dates, name="rewards.add-slots"),
        aio.post("/creneaux/{id}/annuler", call_off_date, name="rewards.call-off-slot"),
        aio.get("/partenaires/{slug}/reservations", of_partner, name="rewards.counter"),
        aio.post("/partenaires/{slug}/reservations", book_at_counter, name="rewards.counter-book"),
        aio.post("/partenaires/{slug}/reservations/{id}/annuler", call_off, name="rewards.call-off"),
    ]
