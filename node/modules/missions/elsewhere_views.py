"""Pages of missions that neighbours offer, and of everything one has signed up for."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.civic import skills, themes
from node.core.errors import DomainError
from node.core.requests import node_of, require_login, viewer_of
from node.modules.missions import elsewhere
from node.sharing.public import KINDS, STATES, JoinInput
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

MY_STATES = {
    **STATES,
    "registered": N_("Vous venez"),
    "waiting": N_("Liste d’attente"),
    "cancelled": N_("Place rendue ou annulée"),
    "attended": N_("Présence validée"),
    "revoked": N_("Présence annulée"),
}


async def show(request: aio.Request) -> aio.Response:
    """A neighbour's mission: where it comes from, what it earns here, the way to sign up."""
    viewer = viewer_of(request)
    return await _page(request, blank(request, JoinInput, {"name": viewer.given_name}))


async def _page(request: aio.Request, form: Form[JoinInput]) -> aio.Response:
    viewer, node = viewer_of(request), node_of(request)
    found = await node.read(
        elsewhere.page, request.match_info["id"], viewer.account_id, staff=viewer.is_staff
    )  # fmt: skip
    now = node.runtime.clock()
    open_slots = [slot for slot in found.slots if slot.ends_at > now and not (slot.mine and slot.mine.live)]
    values: dict[str, Any] = {
        "mission": found,
        "form": form,
        "open_slots": open_slots,
        "my_slots": [slot for slot in found.slots if slot.mine],
        "now": now,
        "states": STATES,
        "kinds": KINDS,
        "themes": themes.BY_KEY,
        "skills": skills.BY_KEY,
    }
    return render(request, "missions/elsewhere.html", values, status=form.status)


async def ask(request: aio.Request) -> aio.Response:
    """Ask the neighbour for a place; nothing is sent without the person's consent."""
    viewer, node = viewer_of(request), node_of(request)
    neighbour_id = request.match_info["id"]
    if viewer.account_id is None:
        return redirect(request, "accounts.sign_in", query={"next": f"/missions/voisines/{neighbour_id}"})
    form = await bind(request, JoinInput)
    if form.valid and not form.value.consent:
        sentence = N_("Sans votre accord, rien n’est transmis : cochez la case pour vous inscrire.")
        form.add_error("consent", gettext(request, sentence))
    if form.valid:
        try:
            asked = await node.write(
                elsewhere.ask, viewer.account_id, neighbour_id, form.value.slot, form.value.name
            )  # fmt: skip
        except DomainError as error:
            form.refuse(request, error)
        else:
            said = N_("Demande envoyée à {commune} : sa réponse arrive par e-mail et sur cette page.")
            flash(request, gettext(request, said, commune=asked.peer_name))
            return redirect(request, "sharing.participation", id=asked.id)
    return await _page(request, form)


async def mine(request: aio.Request) -> aio.Response:
    """Everything one has signed up for, here and at neighbours', to come and past."""
    viewer = require_login(request)
    found = await node_of(request).read(elsewhere.mine, viewer.account_id or "")
    now = node_of(request).runtime.clock()
    coming = [one for one in reversed(found) if one.ends_at > now]
    values = {
        "coming": coming,
        "past": [one for one in found if one.ends_at <= now],
        "states": MY_STATES,
        "kinds": KINDS,
    }
    return render(request, "missions/mine.html", values)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/moi/missions", mine, name="missions.mine"),
        aio.get("/missions/voisines/{id}", show, name="missions.elsewhere"),
        aio.post("/missions/voisines/{id}/venir", ask, name="missions.ask-elsewhere"),
    ]
