"""The door on the day: the list to tick, a field for cards."""

from __future__ import annotations

from aiohttp import web as aio

from node.core import throttle
from node.core.errors import DomainError
from node.core.requests import node_of, require_login
from node.modules.events import checking
from node.modules.events.checking import Arrived, DoorList
from node.modules.events.forms import CardInput, ListInput
from node.modules.events.rules import Method
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext, ngettext
from web.render import redirect, render

CARDS_PER_HOUR = 1_200


async def door(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    found = await node_of(request).read(checking.door_list, viewer.account_id or "", request.match_info["id"])
    return _page(request, found, blank(request, CardInput))


async def by_list(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    form = await bind(request, ListInput)
    node, event_id, account_id = node_of(request), request.match_info["id"], viewer.account_id or ""
    ticked = form.value.registration if form.valid else []
    if not ticked:
        flash(request, gettext(request, N_("Cochez d’abord des personnes.")), "warn")
    elif (await request.post()).get("action") == "absent":
        await node.write(checking.mark_absent, account_id, event_id, ticked)
        flash(request, gettext(request, N_("C’est noté.")))
    else:
        done = await node.write(checking.check_in, account_id, event_id, ticked)
        new_ones = [one for one in done if not one.already]
        flash(request, ngettext(request, "{num} arrivée notée.", "{num} arrivées notées.", len(new_ones)))
    return redirect(request, "events.door", id=event_id)


async def by_card(request: aio.Request) -> aio.Response:
    """A card was typed or scanned: say who has come."""
    viewer = require_login(request)
    node, event_id, account_id = node_of(request), request.match_info["id"], viewer.account_id or ""
    await node.read(checking.door_list, account_id, event_id)
    form = await bind(request, CardInput)
    done: Arrived | None = None
    if form.valid:
        code = form.value.code
        method: Method = "card" if code.upper().startswith("YGOR:") else "code"
        try:
            # Counted first and apart, so that a code that fails is counted too.
            await node.write(throttle.count, f"events.card:{account_id}", limit=CARDS_PER_HOUR, window_s=3600)
            done = await node.write(checking.check_in_card, account_id, event_id, code, method=method)
        except DomainError as error:
            form.refuse(request, error)
            if "" in form.errors:  # what is wrong is wrong with the card
                form.add_error("code", form.errors.pop(""))
        else:
            form = blank(request, CardInput)
    found = await node.read(checking.door_list, account_id, event_id)
    return _page(request, found, form, done)


def _page(request: aio.Request, found: DoorList, form: Form[CardInput], done: Arrived | None = None) -> aio.Response:
    texts = node_of(request).runtime.registry.errors
    values = {"door": found, "form": form, "done": done, "texts": texts}
    return render(request, "events/door.html", values, status=form.status)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/evenements/{id}/arrivees", door, name="events.door"),
        aio.post("/evenements/{id}/arrivees/carte", by_card, name="events.arrive-card"),
        aio.post("/evenements/{id}/arrivees/liste", by_list, name="events.arrive-list"),
    ]
