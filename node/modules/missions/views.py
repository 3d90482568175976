"""Pages everybody sees: the list, a mission, its calendar file, signing up and leaving."""

from __future__ import annotations

from aiohttp import web as aio

from node.civic import skills, themes
from node.core.errors import DomainError, NotFound
from node.core.kept import read_for_everybody
from node.core.requests import node_of, require_login, viewer_of
from node.core.viewer import Viewer
from node.desk import public as desk
from node.desk.public import Acting
from node.modules.missions import desk_views, elsewhere_views, reading, signups
from node.modules.missions.calendar import calendar
from node.modules.missions.forms import FilterInput, ForInput, theme_options
from node.modules.missions.reading import Filters, MissionPage
from node.neighbours.negotiation import negotiated
from node.sharing import public as sharing
from web.flash import flash
from web.forms import bind, bind_query
from web.i18n import N_, gettext
from web.render import redirect, render

PER_PAGE = 24
DISTANCES_KM = (5, 10, 20, 50)
SAID = {
    "registered": N_("Votre place est réservée. À bientôt !"),
    "waiting": N_("C’est complet pour l’instant : vous êtes n° {position} sur la liste d’attente."),
    "cancelled": N_("Votre place est libérée. Merci d’avoir prévenu."),
    "attended": N_("Votre présence est déjà validée."),
    "revoked": N_("Votre présence a été annulée : voyez pourquoi sous « Mes attributions »."),
    "absent": N_("Vous étiez inscrit·e, l’association vous a noté·e absent·e."),
}


SAID_FOR = {
    "registered": N_("La place est réservée."),
    "waiting": N_("C’est complet pour l’instant : n° {position} sur la liste d’attente."),
    "cancelled": N_("La place est libérée."),
    "attended": N_("La présence est déjà validée."),
    "absent": N_("L’association a noté une absence."),
}


async def index(request: aio.Request) -> aio.Response:
    """The entrance list, with its filters."""
    form = bind_query(request, FilterInput)
    wanted = form.value if form.valid else FilterInput()
    filters = Filters(
        theme=wanted.theme, text=wanted.text, origin=wanted.origin, day=wanted.day, km=int(wanted.km or 0)
    )  # fmt: skip
    node = node_of(request)
    found = await node.read(reading.listing, filters, limit=PER_PAGE, offset=(wanted.page - 1) * PER_PAGE)
    form.raw["origin"] = form.raw["origin"] or "all"
    kept = {name: value for name, value in form.raw.items() if name != "page" and value}
    values = {
        "form": form,
        "has_position": await node.read(sharing.position) is not None,
        "distances": [(str(km), gettext(request, N_("À moins de {km} km"), km=km)) for km in DISTANCES_KM],
        "found": found,
        "page": wanted.page,
        "pages": -(-found.total // PER_PAGE),
        "kept": kept,
        "theme_options": [(key, gettext(request, label)) for key, label in theme_options()],
        "themes": themes.BY_KEY,
        "skills": skills.BY_KEY,
    }
    return render(request, "missions/list.html", values, status=form.status)


async def show(request: aio.Request) -> aio.Response:
    page = await page_for(request)
    viewer = viewer_of(request)
    values = {
        "mission": page,
        "themes": themes.BY_KEY,
        "skills": skills.BY_KEY,
        "now": node_of(request).runtime.clock(),
        "is_member": viewer.membership(page.organisation_id) is not None,
        "has_associations": node_of(request).has("associations"),
        "others": await _others(request, viewer, page),
    }
    return render(request, "missions/show.html", values)


async def _others(request: aio.Request, viewer: Viewer, page: MissionPage) -> dict[str, list[tuple[Acting, str]]]:
    """Slot → for whom the viewer may act, and where each of them stands in it."""
    if viewer.is_anonymous:
        return {}
    acting = await node_of(request).read(desk.acting_for, viewer)
    if not acting:
        return {}
    ids = [each.account_id for each in acting]
    states = await node_of(request).read(signups.states_of, [shift.id for shift in page.shifts], ids)
    return {shift.id: [(each, states.get((shift.id, each.account_id), "")) for each in acting] for shift in page.shifts}


async def page_for(request: aio.Request) -> MissionPage:
    """The mission of the address; a draft only for members of its organisation. Raises NotFound."""
    viewer = viewer_of(request)
    node, mission_id = node_of(request), request.match_info["id"]
    if viewer.is_anonymous:
        page = await read_for_everybody(node, ("missions.page", mission_id), reading.page, mission_id, None)
    else:
        page = await node.read(reading.page, mission_id, viewer.account_id)
    if not may_see(page, viewer):
        raise NotFound("missions.unknown")
    return page


def may_see(page: MissionPage, viewer: Viewer) -> bool:
    return page.published_at is not None or viewer.membership(page.organisation_id) is not None


async def to_calendar(request: aio.Request) -> aio.Response:
    page = await page_for(request)
    node = node_of(request)
    shift_id = request.query.get("creneau")
    if shift_id is not None and shift_id not in {shift.id for shift in page.shifts}:
        raise NotFound("missions.shift-unknown")
    body = calendar(page, shift_id, node.facts.url(f"/missions/{page.id}"), node.runtime.clock())
    headers = {"Content-Disposition": 'attachment; filename="mission.ics"'}
    return aio.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


async def sign_up(request: aio.Request) -> aio.Response:
    return await _answer(request, signups.sign_up)


async def leave(request: aio.Request) -> aio.Response:
    return await _answer(request, signups.leave)


async def sign_up_for(request: aio.Request) -> aio.Response:
    """For one's child, or for whoever stands at the desk."""
    viewer, form = require_login(request), await bind(request, ForInput)
    leaving, mission_id = request.match_info["step"] == "liberer-pour", request.match_info["id"]
    account_id = form.value.account if form.valid else ""
    try:
        result = await node_of(request).write(
            signups.act_for, viewer, account_id, request.match_info["shift"], leaving=leaving
        )
    except DomainError as error:
        form.refuse(request, error)
        flash(request, next(iter(form.errors.values())), "bad")
    else:
        good = result.state in {"registered", "cancelled", "attended"}
        said = gettext(request, SAID_FOR[result.state], position=result.position)
        flash(request, said, "good" if good else "warn")
    return redirect(request, "missions.show", id=mission_id)


async def _answer(request: aio.Request, act: signups.Act) -> aio.Response:
    """Carry it out; somebody anonymous signs in first and comes back to the mission."""
    viewer = viewer_of(request)
    back = f"/missions/{request.match_info['id']}"
    if viewer.account_id is None:
        return redirect(request, "accounts.sign_in", query={"next": back})
    result = await node_of(request).write(act, viewer.account_id, request.match_info["shift"])
    good = result.state in {"registered", "cancelled", "attended"}
    flash(request, gettext(request, SAID[result.state], position=result.position), "good" if good else "warn")
    return redirect(request, "missions.show", id=result.mission_id)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/agir", index, name="missions.list"),
        *desk_views.routes(),
        *elsewhere_views.routes(),
        aio.get("/missions/{id}", negotiated(show, "/ap/missions/{id}"), name="missions.show"),
        aio.get("/missions/{id}/agenda.ics", to_calendar, name="missions.calendar"),
        aio.post("/missions/{id}/creneaux/{shift}/venir", sign_up, name="missions.sign-up"),
        aio.post("/missions/{id}/creneaux/{shift}/liberer", leave, name="missions.leave"),
        aio.post("/missions/{id}/creneaux/{shift}/{step:venir-pour|liberer-pour}", sign_up_for, name="missions.others"),
    ]
