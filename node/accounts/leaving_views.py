"""Taking one's data along, closing one's account, taking over an account that the desk or a guardian kept."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.accounts import closing, takeover
from node.accounts.forms import CloseInput, TakeoverInput
from node.accounts.sign_in import caller_of
from node.core.errors import DomainError
from node.core.requests import node_of, require_login
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import gettext
from web.render import redirect, render
from web.session import end


async def take_along(request: aio.Request) -> aio.StreamResponse:
    """Everything the commune knows of me, as a ZIP of JSON files."""
    viewer, node = require_login(request), node_of(request)
    assert viewer.account_id is not None
    found = await node.read(closing.export, viewer.account_id, closing.exporters(node.runtime.registry))
    headers = {"Content-Disposition": 'attachment; filename="mes-donnees.zip"', "Cache-Control": "no-store"}
    return aio.Response(body=closing.packed(found), content_type="application/zip", headers=headers)


async def ask_close(request: aio.Request) -> aio.StreamResponse:
    require_login(request)
    return _close_page(request, blank(request, CloseInput))


async def close(request: aio.Request) -> aio.StreamResponse:
    """Close my account: said once more on the page before it happens."""
    viewer, node = require_login(request), node_of(request)
    assert viewer.account_id is not None
    form = await bind(request, CloseInput)
    if form.valid and not form.value.sure:
        form.add_error("sure", gettext(request, "Cochez la case pour confirmer."))
    if form.valid:
        try:
            erasers = closing.erasers(node.runtime.registry)
            await node.write(closing.close, viewer.account_id, viewer.account_id, erasers)
        except DomainError as error:
            form.refuse(request, error)
        else:
            end(request)
            flash(request, gettext(request, "Votre compte est fermé. Merci pour tout ce que vous avez fait ici."))
            return redirect(request, "/")
    return _close_page(request, form)


def _close_page(request: aio.Request, form: Form[Any]) -> aio.StreamResponse:
    return render(request, "accounts/close.html", {"form": form}, status=form.status)


async def takeover_page(request: aio.Request) -> aio.StreamResponse:
    """For somebody who was given a printed code."""
    return render(request, "accounts/takeover.html", {"form": blank(request, TakeoverInput)})


async def take_over(request: aio.Request) -> aio.StreamResponse:
    """A good code and an address: a link is on its way."""
    form = await bind(request, TakeoverInput)
    if form.valid:
        node = node_of(request)
        try:
            await node.write(takeover.count_try, caller_of(request))
            await node.write(takeover.begin, form.value.code, form.value.email)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return redirect(request, "accounts.link_sent")
    return render(request, "accounts/takeover.html", {"form": form}, status=form.status)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/moi/compte/donnees.zip", take_along, name="accounts.take_along"),
        aio.get("/moi/compte/fermer", ask_close, name="accounts.ask_close"),
        aio.post("/moi/compte/fermer", close, name="accounts.close"),
        aio.get("/connexion/code", takeover_page, name="accounts.takeover"),
        aio.post("/connexion/code", take_over, name="accounts.take_over"),
    ]
