"""Pages of those who organise: their events, writing one, publishing, withdrawing, cancelling."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError, Forbidden, NotFound
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.modules.events import people, reading, service
from node.modules.events.forms import (
    EVERY_WORDS,
    EventInput,
    StepInput,
    draft_of,
    filled,
    recurrence_of,
    theme_options,
)
from node.modules.events.people import Organiser
from node.modules.events.reading import EventPage
from node.modules.events.recurring import Recurrence
from node.modules.events.rules import EventDraft
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render
from web.scope import current

TOWN_HALL = "mairie"
"""The town hall in an address, where an organisation's id stands else."""
MOST_ON_BOARD = 200
DONE = {
    "publier": N_("C’est publié."),
    "retirer": N_("L’événement n’est plus à l’agenda. Les personnes inscrites gardent leur place."),
    "annuler": N_("L’événement est annulé, les personnes inscrites sont prévenues."),
}


async def board(request: aio.Request) -> aio.Response:
    """All events of those this person organises for."""
    viewer = require_login(request)
    organisers = await node_of(request).read(people.organisers_for, viewer)
    if not organisers:
        raise Forbidden("core.forbidden")
    cards = await node_of(request).read(reading.board, viewer, limit=MOST_ON_BOARD)
    now = node_of(request).runtime.clock()
    values = {
        "organisers": organisers,
        "town_hall": TOWN_HALL,
        "drafts": [card for card in cards if card.state == "draft"],
        "coming": [card for card in cards if card.state != "draft" and card.ends_at > now],
        "over": [card for card in cards if card.state != "draft" and card.ends_at <= now],
    }
    return render(request, "events/board.html", values)


async def new(request: aio.Request) -> aio.Response:
    """An empty form, for one of those this person may organise for."""
    organiser = await _organiser(request)
    return await _form_page(request, blank(request, EventInput), organiser)


async def create(request: aio.Request) -> aio.Response:
    organiser = await _organiser(request)
    viewer = require_login(request)
    form = await bind(request, EventInput)
    written = _written(request, form)
    if written is not None:
        publish = await _wants_published(request)
        try:
            event_id = await node_of(request).write(_create, viewer.account_id or "", organiser.id, *written, publish)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _saved(request, event_id, publish)
    return await _form_page(request, form, organiser)


async def edit(request: aio.Request) -> aio.Response:
    viewer, node = require_login(request), node_of(request)
    page = await node.read(reading.page, request.match_info["id"])
    if not people.may_organise(viewer, page.organiser.id):
        raise Forbidden("core.forbidden")
    if request.method == "GET":
        draft = await node.read(_stored_draft, page.id)
        form = blank(request, EventInput, filled(draft, page.version, current().timezone))
        return await _form_page(request, form, page.organiser, page)
    form = await bind(request, EventInput)
    written = _written(request, form, again=True)
    if written is not None:
        publish = await _wants_published(request)
        following, version = form.value.scope == "following", form.value.version
        try:
            await node.write(_edit, viewer.account_id or "", page.id, version, written[0], following, publish)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _saved(request, page.id, publish)
    return await _form_page(request, form, page.organiser, page)


async def duplicate(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    event_id = await node_of(request).write(service.duplicate, viewer.account_id or "", request.match_info["id"])
    flash(request, gettext(request, N_("Voici une copie, une semaine plus tard : ajustez sa date.")))
    return redirect(request, "events.edit", id=event_id)


async def change_state(request: aio.Request) -> aio.Response:
    """Publish, withdraw or cancel."""
    viewer = require_login(request)
    event_id, step = request.match_info["id"], request.match_info["step"]
    form = await bind(request, StepInput)
    if not form.valid:
        flash(request, next(iter(form.errors.values())), "bad")
        return redirect(request, "events.show", id=event_id)
    following = form.value.scope == "following"
    await node_of(request).write(_step, viewer.account_id or "", event_id, step, form.value.reason, following)
    flash(request, gettext(request, DONE[step]))
    return redirect(request, "events.show", id=event_id)


def _step(unit: Unit, actor_id: str, event_id: str, step: str, reason: str, following: bool) -> None:
    if step == "annuler":
        service.cancel(unit, actor_id, event_id, reason, following=following)
    elif step == "publier":
        service.publish(unit, actor_id, event_id, following=following)
    else:
        service.withdraw(unit, actor_id, event_id, following=following)


async def _organiser(request: aio.Request) -> Organiser:
    """For whom to write: the one asked for, else the only one there is. Raises NotFound or Forbidden."""
    viewer = require_login(request)
    organisers = await node_of(request).read(people.organisers_for, viewer)
    asked = request.query.get("pour", "")
    if not organisers:
        raise Forbidden("core.forbidden")
    if not asked and len(organisers) == 1:
        return organisers[0]
    wanted = None if asked == TOWN_HALL else asked
    found = next((organiser for organiser in organisers if organiser.id == wanted), None)
    if found is None:
        raise NotFound("core.not-found")
    return found


def _written(
    request: aio.Request, form: Form[EventInput], *, again: bool = False
) -> tuple[EventDraft, Recurrence | None] | None:
    """What a form says, None when it must be shown again. An event that exists keeps its dates: `again`."""
    if not form.valid:
        return None
    draft = draft_of(request, form, current().timezone)
    recurrence = None if again or form.errors else recurrence_of(request, form)
    return None if draft is None or form.errors else (draft, recurrence)


async def _wants_published(request: aio.Request) -> bool:
    return (await request.post()).get("action") == "publish"


def _saved(request: aio.Request, event_id: str, published: bool) -> aio.Response:
    flash(request, gettext(request, DONE["publier"] if published else N_("C’est enregistré.")))
    return redirect(request, "events.show", id=event_id)


async def _form_page(
    request: aio.Request, form: Form[Any], organiser: Organiser, page: EventPage | None = None
) -> aio.Response:
    values = {
        "form": form,
        "organiser": organiser,
        "event": page,
        "state": page.state if page else "draft",
        "town_hall": TOWN_HALL,
        "theme_options": [(key, gettext(request, label)) for key, label in theme_options()],
        "every_options": [(key, gettext(request, label)) for key, label in EVERY_WORDS.items()],
    }
    return render(request, "events/form.html", values, status=form.status)


def _stored_draft(unit: Unit, event_id: str) -> EventDraft:
    return service.draft_of(service.find(unit, event_id))


def _create(
    unit: Unit,
    actor_id: str,
    organisation_id: str | None,
    draft: EventDraft,
    recurrence: Recurrence | None,
    publish: bool,
) -> str:
    event_id = service.create(unit, actor_id, organisation_id, draft, recurrence)
    if publish:
        service.publish(unit, actor_id, event_id, following=True)
    return event_id


def _edit(
    unit: Unit, actor_id: str, event_id: str, version: int, draft: EventDraft, following: bool, publish: bool
) -> None:
    service.edit(unit, actor_id, event_id, version, draft, following=following)
    if publish:
        service.publish(unit, actor_id, event_id, following=following)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/evenements/bureau", board, name="events.board"),
        aio.get("/evenements/nouveau", new, name="events.new"),
        aio.post("/evenements/nouveau", create, name="events.create"),
        aio.get("/evenements/{id}/modifier", edit, name="events.edit"),
        aio.post("/evenements/{id}/modifier", edit, name="events.update"),
        aio.post("/evenements/{id}/dupliquer", duplicate, name="events.duplicate"),
        aio.post("/evenements/{id}/{step:publier|retirer|annuler}", change_state, name="events.change-state"),
    ]
