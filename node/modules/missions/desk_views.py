"""Pages of an association's members: write a mission, publish it, say who came."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core import throttle
from node.core.errors import DomainError, NotFound
from node.core.requests import node_of, require_login, require_member
from node.core.unit import Unit
from node.modules.missions import certifying, people, presence, reading, service
from node.modules.missions.certifying import Certified
from node.modules.missions.forms import (
    CardInput,
    ListInput,
    MissionForm,
    ReasonInput,
    filled,
    rows_shown,
    shifts_of,
    skill_options,
    theme_options,
)
from node.modules.missions.presence import Attendance
from node.modules.missions.rules import Method, MissionDraft
from node.modules.missions.settings import Settings
from node.organisations.public import Organisation
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext, ngettext
from web.render import redirect, render
from web.scope import current

CARDS_PER_HOUR = 600
SAID_ON_THE_PAGE = ("emission.budget", "emission.sole", "ledger.treasury")
"""Refusals that a certifier meets while doing everything right: said above the list, not on a page of their own."""
DONE = {
    "publier": N_("Votre mission est publiée."),
    "retirer": N_("Votre mission n’est plus proposée. Les personnes inscrites gardent leur place."),
    "annuler": N_("Votre mission est annulée, les personnes inscrites sont prévenues."),
}


async def new(request: aio.Request) -> aio.Response:
    """An empty form, for one of the viewer's associations."""
    organisation = await _organisation(request, request.query.get("association", ""))
    return await _form_page(request, blank(request, MissionForm, {"tokens": 5}), organisation)


async def create(request: aio.Request) -> aio.Response:
    organisation = await _organisation(request, request.query.get("association", ""))
    form = await bind(request, MissionForm)
    draft = await _draft(request, form)
    if draft is not None:
        viewer = require_login(request)
        try:
            mission_id = await node_of(request).write(
                _create, viewer.account_id or "", organisation.id, draft, await _wants_published(request)
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            return await _saved(request, mission_id)
    return await _form_page(request, form, organisation)


async def edit(request: aio.Request) -> aio.Response:
    node = node_of(request)
    page = await node.read(reading.page, request.match_info["id"])
    require_member(request, page.organisation_id)
    organisation = await node.read(people.organisation, page.organisation_id)
    if request.method == "GET":
        draft = await node.read(_stored_draft, page.id)
        form = blank(request, MissionForm, filled(draft, page.version, current().timezone))
        return await _form_page(request, form, organisation, page.id, page.state)
    form = await bind(request, MissionForm)
    written = await _draft(request, form)
    if written is not None:
        viewer = require_login(request)
        publish = await _wants_published(request)
        try:
            await node.write(_edit, viewer.account_id or "", page.id, form.value.version, written, publish)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return await _saved(request, page.id)
    return await _form_page(request, form, organisation, page.id, page.state)


async def duplicate(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    mission_id = await node_of(request).write(service.duplicate, viewer.account_id or "", request.match_info["id"])
    flash(request, gettext(request, N_("Voici une copie : donnez-lui ses dates.")))
    return redirect(request, "missions.edit", id=mission_id)


async def change_state(request: aio.Request) -> aio.Response:
    """Publish, withdraw or cancel."""
    viewer = require_login(request)
    node, mission_id, step = node_of(request), request.match_info["id"], request.match_info["step"]
    if step == "annuler":
        form = await bind(request, ReasonInput)
        await node.write(service.cancel, viewer.account_id or "", mission_id, form.text("reason"))
    else:
        act = service.publish if step == "publier" else service.withdraw
        await node.write(act, viewer.account_id or "", mission_id)
    flash(request, gettext(request, DONE[step]))
    return redirect(request, "missions.show", id=mission_id)


async def attendance(request: aio.Request) -> aio.Response:
    """The day page: lists with boxes to tick, a field for cards."""
    viewer = require_login(request)
    found = await node_of(request).read(presence.attendance, viewer.account_id or "", request.match_info["id"])
    return _attendance_page(request, found, blank(request, CardInput, {"shift_id": _chosen(request, found)}))


async def certify_list(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    form = await bind(request, ListInput)
    node, mission_id, shift_id = node_of(request), request.match_info["id"], request.match_info["shift"]
    ticked = form.value.signup if form.valid else []
    if not ticked:
        flash(request, gettext(request, N_("Cochez d’abord les personnes qui sont venues.")), "warn")
    else:
        act = (await request.post()).get("action")
        if act == "absent":
            await node.write(_mark_absent, viewer.account_id or "", shift_id, ticked)
            flash(request, gettext(request, N_("C’est noté.")))
        else:
            try:
                done = await node.write(certifying.certify_signups, viewer.account_id or "", shift_id, ticked)
            except DomainError as error:
                if not error.key.startswith(SAID_ON_THE_PAGE):
                    raise
                form.refuse(request, error)
                flash(request, next(iter(form.errors.values())), "bad")
                return redirect(request, "missions.presence", query={"creneau": shift_id}, id=mission_id)
            new_ones = [one for one in done if not one.already]
            said = ngettext(request, "{num} présence validée.", "{num} présences validées.", len(new_ones))
            flash(request, said)
            _say_less(request, new_ones)
    return redirect(request, "missions.presence", query={"creneau": shift_id}, id=mission_id)


def _say_less(request: aio.Request, done: list[Certified]) -> None:
    """What was not awarded in full, or not yet, is said: nobody finds out by counting."""
    reduced = sum(bool(one.reason) for one in done)
    if reduced:
        said = ngettext(request, "{num} attribution réduite.", "{num} attributions réduites.", reduced)
        flash(request, said, "warn")
    waiting = sum(one.waiting for one in done)
    if waiting:
        said = ngettext(request, "{num} seconde signature à donner.", "{num} secondes signatures à donner.", waiting)
        flash(request, said, "warn")


async def certify_card(request: aio.Request) -> aio.Response:
    """A card was typed or scanned: say who it was, what for, and how many tokens."""
    viewer = require_login(request)
    node, account_id = node_of(request), viewer.account_id or ""
    found = await node.read(presence.attendance, account_id, request.match_info["id"])
    form = await bind(request, CardInput)
    done: Certified | None = None
    if form.valid:
        scanned = form.value.code.upper().startswith("YGOR:")
        try:
            # Counted first and apart, so that a code that fails is counted too.
            await node.write(throttle.count, f"missions.card:{account_id}", limit=CARDS_PER_HOUR, window_s=3600)
            shift_id = _chosen(request, found, form.value.shift_id)
            method: Method = "card" if scanned else "code"
            done = await node.write(certifying.certify_card, account_id, shift_id, form.value.code, method=method)
        except DomainError as error:
            form.refuse(request, error)
        else:
            found = await node.read(presence.attendance, account_id, request.match_info["id"])
            form = blank(request, CardInput, {"shift_id": shift_id})
    return _attendance_page(request, found, form, done)


def _attendance_page(
    request: aio.Request, found: Attendance, form: Form[CardInput], done: Certified | None = None
) -> aio.Response:
    texts = node_of(request).runtime.registry.errors
    values = {"attendance": found, "form": form, "done": done, "texts": texts}
    return render(request, "missions/presence.html", values, status=form.status)


def _chosen(request: aio.Request, found: Attendance, wanted: str = "") -> str:
    """The slot a card is for: the one asked for, else the one that is on now."""
    wanted = wanted or request.query.get("creneau", "")
    if wanted in {roll.shift_id for roll in found.rolls}:
        return wanted
    if found.current is not None:
        return found.current.shift_id
    return found.rolls[0].shift_id if found.rolls else ""


async def _organisation(request: aio.Request, organisation_id: str) -> Organisation:
    """The association to write for: the one asked for, else the viewer's only one."""
    viewer = require_login(request)
    own = [membership for membership in viewer.memberships if membership.kind != "partner"]
    if not organisation_id and len(own) == 1:
        organisation_id = own[0].organisation_id
    if not organisation_id:
        raise NotFound("core.not-found")
    require_member(request, organisation_id)
    return await node_of(request).read(people.organisation, organisation_id)


async def _draft(request: aio.Request, form: Form[Any]) -> MissionDraft | None:
    """The mission as written; None when the form must be shown again (errors, or one more row of slots wanted)."""
    if (await request.post()).get("action") == "more":
        form.errors.clear()
        return None
    if not form.valid:
        return None
    shifts = shifts_of(request, form)
    if form.errors:
        return None
    draft: MissionDraft = form.value.draft(shifts)
    return draft


async def _wants_published(request: aio.Request) -> bool:
    return (await request.post()).get("action") == "publish"


async def _saved(request: aio.Request, mission_id: str) -> aio.Response:
    published = await _wants_published(request)
    flash(request, gettext(request, DONE["publier"] if published else N_("Votre mission est enregistrée.")))
    return redirect(request, "missions.show", id=mission_id)


async def _form_page(
    request: aio.Request, form: Form[Any], organisation: Organisation, mission_id: str = "", state: str = "draft"
) -> aio.Response:
    more = request.method == "POST" and (await request.post()).get("action") == "more"
    most_tokens = await node_of(request).read(lambda unit: unit.settings("missions", Settings).most_tokens)
    values = {
        "form": form,
        "organisation": organisation,
        "mission_id": mission_id,
        "state": state,
        "rows": rows_shown(form, more=more),
        "most_tokens": most_tokens,
        "theme_options": [(key, gettext(request, label)) for key, label in theme_options()],
        "skill_options": [(key, gettext(request, label)) for key, label in skill_options()],
    }
    return render(request, "missions/form.html", values, status=form.status)


def _stored_draft(unit: Unit, mission_id: str) -> MissionDraft:
    return service.draft_of(service.find(unit, mission_id), service.live_shifts(unit, mission_id))


def _create(unit: Unit, actor_id: str, organisation_id: str, draft: MissionDraft, publish: bool) -> str:
    mission_id = service.create(unit, actor_id, organisation_id, draft)
    if publish:
        service.publish(unit, actor_id, mission_id)
    return mission_id


def _edit(unit: Unit, actor_id: str, mission_id: str, version: int, draft: MissionDraft, publish: bool) -> None:
    service.edit(unit, actor_id, mission_id, version, draft)
    if publish:
        service.publish(unit, actor_id, mission_id)


def _mark_absent(unit: Unit, certifier_id: str, shift_id: str, signup_ids: list[str]) -> None:
    for signup_id in signup_ids:
        certifying.mark_absent(unit, certifier_id, shift_id, signup_id)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/missions/nouvelle", new, name="missions.new"),
        aio.post("/missions/nouvelle", create, name="missions.create"),
        aio.get("/missions/{id}/modifier", edit, name="missions.edit"),
        aio.post("/missions/{id}/modifier", edit, name="missions.update"),
        aio.post("/missions/{id}/dupliquer", duplicate, name="missions.duplicate"),
        aio.post("/missions/{id}/{step:publier|retirer|annuler}", change_state, name="missions.change-state"),
        aio.get("/missions/{id}/presence", attendance, name="missions.presence"),
        aio.post("/missions/{id}/presence/carte", certify_card, name="missions.certify-card"),
        aio.post("/missions/{id}/presence/{shift}", certify_list, name="missions.certify-list"),
    ]
