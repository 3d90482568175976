"""Pages everybody sees: the agenda, its months and archive, an event, its calendar file, registering and leaving."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.civic import themes
from node.core.errors import NotFound
from node.core.kept import read_for_everybody
from node.core.requests import node_of, viewer_of
from node.core.unit import Unit
from node.modules.events import (
    calendar,
    desk_views,
    door_views,
    elsewhere_views,
    months,
    people,
    reading,
    registrations,
)
from node.modules.events.forms import EVERY_WORDS, FilterInput, MonthInput, first_of, theme_options
from node.modules.events.months import Day
from node.modules.events.reading import EventCard, EventPage, Filters, Listing
from node.neighbours.negotiation import negotiated
from web.flash import flash
from web.forms import Form, bind_query
from web.i18n import N_, gettext
from web.render import redirect, render

PER_PAGE = 24
MOST_MINE = 5
SAID = {
    "registered": N_("Votre place est réservée. À bientôt !"),
    "waiting": N_("C’est complet pour l’instant : vous êtes n° {position} sur la liste d’attente."),
    "cancelled": N_("Votre place est libérée. Merci d’avoir prévenu."),
    "attended": N_("Votre arrivée est déjà notée."),
    "absent": N_("Vous étiez inscrit·e, l’équipe vous a noté·e absent·e."),
}


async def index(request: aio.Request) -> aio.Response:
    """What is to come, day by day, with its filters."""
    return await _list(request, past=False)


async def archive(request: aio.Request) -> aio.Response:
    """What is over, the latest first."""
    return await _list(request, past=True)


async def _list(request: aio.Request, *, past: bool) -> aio.Response:
    form = bind_query(request, FilterInput)
    wanted = form.value if form.valid else FilterInput()
    viewer = viewer_of(request)
    found, days, mine = await node_of(request).read(_read, wanted, past, viewer.account_id)
    values = {
        **_shared(request, form),
        "found": found,
        "days": days,
        "mine": mine,
        "page": wanted.page,
        "pages": -(-found.total // PER_PAGE),
        "past": past,
    }
    return render(request, "events/list.html", values, status=form.status)


def _read(
    unit: Unit, wanted: FilterInput, past: bool, account_id: str | None
) -> tuple[Listing, tuple[Day, ...], tuple[EventCard, ...]]:
    found = reading.listing(unit, _filters(wanted, past), limit=PER_PAGE, offset=(wanted.page - 1) * PER_PAGE)
    earliest = months.FIRST if past else unit.today
    mine = reading.mine(unit, account_id, limit=MOST_MINE) if account_id and not past else ()
    days = months.by_day(unit, found.cards, earliest)
    return found, days[::-1] if past else days, mine


async def month(request: aio.Request) -> aio.Response:
    """One month as a calendar sheet, and the list that says the same."""
    form = bind_query(request, MonthInput)
    wanted = form.value if form.valid else MonthInput(month="")
    shown = await node_of(request).read(_read_month, wanted)
    form.raw["month"] = f"{shown.first:%Y-%m}"
    values = {**_shared(request, form), "month": shown, "today": _today(request)}
    return render(request, "events/month.html", values, status=form.status)


def _read_month(unit: Unit, wanted: MonthInput) -> months.Month:
    first = first_of(wanted.month) or unit.today.replace(day=1)
    return months.month(unit, first, _filters(wanted, past=False))


def _filters(wanted: FilterInput, past: bool) -> Filters:
    return Filters(
        theme=wanted.theme,
        text=wanted.text,
        place=wanted.place,
        origin=wanted.origin,
        day=wanted.day,
        past=past,
    )


def _shared(request: aio.Request, form: Form[Any]) -> dict[str, Any]:
    form.raw["origin"] = form.raw["origin"] or "all"
    kept = {name: value for name, value in form.raw.items() if name not in ("page", "month") and value}
    return {
        "form": form,
        "kept": {} if kept == {"origin": "all"} else kept,
        "theme_options": [(key, gettext(request, label)) for key, label in theme_options()],
        "themes": themes.BY_KEY,
        "may_organise": bool(viewer_of(request).is_staff or _own_organisations(request)),
    }


def _own_organisations(request: aio.Request) -> list[str]:
    return [m.organisation_id for m in viewer_of(request).memberships if m.kind != "partner"]


def _today(request: aio.Request) -> Any:
    node = node_of(request)
    return months.local_today(node.facts.timezone, node.runtime.clock())


async def show(request: aio.Request) -> aio.Response:
    page = await page_for(request)
    viewer = viewer_of(request)
    values = {
        "event": page,
        "themes": themes.BY_KEY,
        "every_words": EVERY_WORDS,
        "now": node_of(request).runtime.clock(),
        "may_organise": people.may_organise(viewer, page.organiser.id),
        "has_associations": node_of(request).has("associations"),
    }
    return render(request, "events/show.html", values)


async def page_for(request: aio.Request) -> EventPage:
    """The event of the address; a draft only for those who organise it. Raises NotFound."""
    viewer = viewer_of(request)
    node, event_id = node_of(request), request.match_info["id"]
    if viewer.is_anonymous:
        page = await read_for_everybody(node, ("events.page", event_id), reading.page, event_id, None)
    else:
        page = await node.read(reading.page, event_id, viewer.account_id)
    if page.published_at is None and not people.may_organise(viewer, page.organiser.id):
        raise NotFound("events.unknown")
    return page


async def to_calendar(request: aio.Request) -> aio.Response:
    page = await page_for(request)
    node = node_of(request)
    body = calendar.calendar(await node.read(calendar.one, page.id), node.runtime.clock())
    headers = {"Content-Disposition": 'attachment; filename="evenement.ics"'}
    return aio.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


async def feed(request: aio.Request) -> aio.Response:
    """The agenda for calendar programs, which ask again by themselves."""
    node, theme = node_of(request), request.query.get("theme", "")[:40]
    found = await read_for_everybody(node, ("events.feed", theme), calendar.feed, theme)
    name = gettext(request, N_("Agenda de {commune}"), commune=node.name)
    body = calendar.calendar(found, node.runtime.clock(), name)
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=900"}
    return aio.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


async def register(request: aio.Request) -> aio.Response:
    return await _answer(request, registrations.register)


async def leave(request: aio.Request) -> aio.Response:
    return await _answer(request, registrations.leave)


async def _answer(request: aio.Request, act: registrations.Act) -> aio.Response:
    """Carry it out; somebody anonymous signs in first and comes back to the event."""
    viewer, event_id = viewer_of(request), request.match_info["id"]
    if viewer.account_id is None:
        return redirect(request, "accounts.sign_in", query={"next": f"/evenements/{event_id}"})
    result = await node_of(request).write(act, viewer.account_id, event_id)
    good = result.state in {"registered", "cancelled", "attended"}
    flash(request, gettext(request, SAID[result.state], position=result.position), "good" if good else "warn")
    return redirect(request, "events.show", id=result.event_id)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/agenda", index, name="events.list"),
        aio.get("/agenda/mois", month, name="events.month"),
        aio.get("/agenda/archives", archive, name="events.archive"),
        aio.get("/agenda.ics", feed, name="events.feed"),
        *desk_views.routes(),
        *door_views.routes(),
        *elsewhere_views.routes(),
        aio.get("/evenements/{id}", negotiated(show, "/ap/events/{id}"), name="events.show"),
        aio.get("/evenements/{id}/agenda.ics", to_calendar, name="events.calendar"),
        aio.post("/evenements/{id}/venir", register, name="events.register"),
        aio.post("/evenements/{id}/liberer", leave, name="events.leave"),
    ]
