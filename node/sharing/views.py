"""Pages of sharing: one's own participation elsewhere, and what is not shown here."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts import public as accounts
from node.core.errors import NotFound
from node.core.requests import node_of, require_login, require_role
from node.core.unit import Unit
from node.sharing import joinable, moderation, public, requests
from node.sharing.forms import HideInput
from node.sharing.models import Request
from node.sharing.values import HiddenThing, Participation
from node.sharing.words import KINDS, STATES, reason_of
from web.flash import flash
from web.forms import bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

STAFF = ("agent", "administrator")
SCOPES = {
    "object": N_("Un rendez-vous"),
    "organisation": N_("Une association"),
    "peer": N_("Une commune"),
}


async def show(request: aio.Request) -> aio.Response:
    """One's own participation: where it stands, the code to show on the day, and how to give the place back."""
    viewer = require_login(request)
    found, page = await node_of(request).read(_own, viewer.account_id or "", request.match_info["id"])
    values = {
        "one": found,
        "page": page,
        "payload": f"YGOR:{found.peer_host}:{found.code}",
        "now": node_of(request).runtime.clock(),
        "states": STATES,
        "kinds": KINDS,
        "sentence": reason_of(found.reason),
    }
    return render(request, "sharing/participation.html", values)


def _own(unit: Unit, account_id: str, request_id: str) -> tuple[Participation, str]:
    row = unit.session.get(Request, request_id)
    if row is None or row.account_id != account_id:
        raise NotFound("sharing.unknown")
    door = joinable.of_kind(unit, row.kind)
    return requests.shown_of(row), door.page_of(row.local_id) if door is not None and row.local_id else ""


async def leave(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    done = await node_of(request).write(public.leave, viewer.account_id or "", request.match_info["id"])
    if done.state == "leaving":
        flash(
            request, gettext(request, N_("C’est transmis à {commune}. Merci d’avoir prévenu."), commune=done.peer_name)
        )
    return redirect(request, "sharing.participation", id=done.id)


async def hidden(request: aio.Request) -> aio.Response:
    """What an agent has hidden, and why."""
    require_role(request, *STAFF)
    rules, names = await node_of(request).read(_rules)
    values = {"rules": rules, "names": names, "scopes": SCOPES, "form": blank(request, HideInput)}
    return render(request, "sharing/hidden.html", values)


def _rules(unit: Unit) -> tuple[tuple[HiddenThing, ...], dict[str, str]]:
    found = moderation.rules(unit)
    return found, dict(accounts.names(unit, {rule.hidden_by for rule in found}))


async def hide(request: aio.Request) -> aio.Response:
    """Hide something; a mistake is said on the page of the rules."""
    viewer = require_role(request, *STAFF)
    form = await bind(request, HideInput)
    if not form.valid:
        rules, names = await node_of(request).read(_rules)
        values = {"rules": rules, "names": names, "scopes": SCOPES, "form": form}
        return render(request, "sharing/hidden.html", values, status=form.status)
    asked = form.value
    value = {"object": asked.uri, "organisation": asked.organisation, "peer": ""}[asked.scope]
    label = {"object": asked.label, "organisation": asked.organisation, "peer": asked.host}[asked.scope]
    await node_of(request).write(public.hide, viewer, asked.scope, asked.host, value, label, asked.reason)
    flash(request, gettext(request, N_("C’est masqué. Vous pouvez le montrer de nouveau ici.")))
    return redirect(request, "sharing.hidden")


async def show_again(request: aio.Request) -> aio.Response:
    viewer = require_role(request, *STAFF)
    await node_of(request).write(moderation.show_again, viewer, request.match_info["id"])
    flash(request, gettext(request, N_("C’est de nouveau montré.")))
    return redirect(request, "sharing.hidden")


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/participations/{id}", show, name="sharing.participation"),
        aio.post("/participations/{id}/quitter", leave, name="sharing.leave"),
        aio.get("/bureau/venu-d-ailleurs", hidden, name="sharing.hidden"),
        aio.post("/bureau/venu-d-ailleurs", hide, name="sharing.hide"),
        aio.post("/bureau/venu-d-ailleurs/{id}/montrer", show_again, name="sharing.show-again"),
    ]
