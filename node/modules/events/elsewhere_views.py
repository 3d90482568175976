"""Pages of events that neighbours announce, and asking them for a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web as aio

from node.civic import themes
from node.core.errors import DomainError
from node.core.requests import node_of, viewer_of
from node.modules.events import elsewhere
from node.sharing.public import KINDS, STATES, JoinInput
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render


@dataclass(frozen=True, slots=True)
class Slot:
    """The event itself, as the macros of `sharing` take what can be joined: without an address of its own."""

    starts_at: datetime
    ends_at: datetime
    places: int | None
    uri: str = ""


async def show(request: aio.Request) -> aio.Response:
    """A neighbour's event: where it comes from, the way to register."""
    return await _page(request, blank(request, JoinInput, {"name": viewer_of(request).given_name}))


async def _page(request: aio.Request, form: Form[JoinInput]) -> aio.Response:
    viewer, node = viewer_of(request), node_of(request)
    found = await node.read(elsewhere.page, request.match_info["id"], viewer.account_id, staff=viewer.is_staff)
    now = node.runtime.clock()
    asked = found.mine is not None and found.mine.live
    values: dict[str, Any] = {
        "event": found,
        "form": form,
        "slots": [Slot(found.starts_at, found.ends_at, found.places)],
        "may_ask": found.state == "live" and found.registration and found.ends_at > now and not asked,
        "now": now,
        "states": STATES,
        "kinds": KINDS,
        "themes": themes.BY_KEY,
    }
    return render(request, "events/elsewhere.html", values, status=form.status)


async def ask(request: aio.Request) -> aio.Response:
    """Ask the neighbour for a place; nothing is sent without the person's consent."""
    viewer, node = viewer_of(request), node_of(request)
    neighbour_id = request.match_info["id"]
    if viewer.account_id is None:
        return redirect(request, "accounts.sign_in", query={"next": f"/evenements/voisins/{neighbour_id}"})
    form = await bind(request, JoinInput)
    if form.valid and not form.value.consent:
        sentence = N_("Sans votre accord, rien n’est transmis : cochez la case pour vous inscrire.")
        form.add_error("consent", gettext(request, sentence))
    if form.valid:
        try:
            asked = await node.write(elsewhere.ask, viewer.account_id, neighbour_id, form.value.name)
        except DomainError as error:
            form.refuse(request, error)
        else:
            said = N_("Demande envoyée à {commune} : sa réponse arrive par e-mail et sur cette page.")
            flash(request, gettext(request, said, commune=asked.peer_name))
            return redirect(request, "sharing.participation", id=asked.id)
    return await _page(request, form)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/evenements/voisins/{id}", show, name="events.elsewhere"),
        aio.post("/evenements/voisins/{id}/venir", ask, name="events.ask-elsewhere"),
    ]
