"""Pages of the wallet: the card, the printed card, the desk, the supply."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.requests import node_of, require_login, require_role
from node.ledger import public as ledger
from node.modules.wallet import STAFF, service
from node.modules.wallet.forms import LostInput, MintInput
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import keep_offline, redirect, render

ALREADY = N_("Cette carte était déjà remplacée. Voici celle qui marche.")


async def card(request: aio.Request) -> aio.Response:
    """My card and my tokens; stays readable without network."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    wallet = await node_of(request).write(service.show, viewer.account_id)
    return keep_offline(render(request, "wallet/card.html", {"wallet": wallet}))


async def printed(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    assert viewer.account_id is not None
    wallet = await node_of(request).write(service.show, viewer.account_id)
    return render(request, "wallet/print.html", {"wallet": wallet})


async def _card_shown(request: aio.Request) -> str:
    """The card that the page showed: a second click must not kill the new one."""
    form = await bind(request, LostInput)
    return form.value.card if form.valid else ""


async def phone_pass(request: aio.Request) -> aio.Response:
    """A code for one payment at a neighbour's till, signed with my key and good for a few minutes."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    made = await node_of(request).read(service.phone_pass, viewer.account_id)
    response = render(request, "wallet/pass.html", {"made": made})
    response.headers["Cache-Control"] = "no-store"
    return response


async def lost(request: aio.Request) -> aio.Response:
    """My card is lost: the old code is dead at once."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    card_id = await _card_shown(request)
    if await node_of(request).write(service.replace_card, viewer.account_id, viewer.account_id, card_id):
        flash(request, gettext(request, N_("Votre ancienne carte ne marche plus. Voici la nouvelle.")))
    else:
        flash(request, gettext(request, ALREADY), "warn")
    return redirect(request, "wallet.card")


async def desk_card(request: aio.Request) -> aio.Response:
    """The card of somebody without a phone, printed by an agent."""
    require_role(request, *STAFF)
    account_id = request.match_info["account_id"]
    wallet = await node_of(request).write(service.show, account_id)
    return render(request, "wallet/desk.html", {"wallet": wallet, "account_id": account_id})


async def desk_lost(request: aio.Request) -> aio.Response:
    viewer = require_role(request, *STAFF)
    assert viewer.account_id is not None
    account_id = request.match_info["account_id"]
    card_id = await _card_shown(request)
    if await node_of(request).write(service.replace_card, account_id, viewer.account_id, card_id):
        flash(request, gettext(request, N_("L’ancienne carte ne marche plus. Imprimez la nouvelle.")))
    else:
        flash(request, gettext(request, ALREADY), "warn")
    return redirect(request, "wallet.desk-card", account_id=account_id)


async def supply(request: aio.Request) -> aio.Response:
    """Where the commune's tokens are."""
    require_role(request, "administrator", "elected_member")
    return await _supply_page(request, blank(request, MintInput, {"decision_id": new_id()}))


async def _supply_page(request: aio.Request, form: Form[Any]) -> aio.Response:
    figures = await node_of(request).read(ledger.supply)
    return render(request, "wallet/supply.html", {"supply": figures, "form": form}, status=form.status)


async def mint(request: aio.Request) -> aio.Response:
    """A decision of the council becomes tokens."""
    viewer = require_role(request, "administrator")
    assert viewer.account_id is not None
    form = await bind(request, MintInput)
    if not form.valid:
        return await _supply_page(request, form)
    value = form.value
    try:
        await node_of(request).write(service.mint, value.decision_id, value.amount, value.decision, viewer.account_id)
    except DomainError as error:
        form.refuse(request, error)
        return await _supply_page(request, form)
    flash(request, gettext(request, N_("{count} jetons sont dans la réserve."), count=value.amount))
    return redirect(request, "wallet.supply")


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/carte", card, name="wallet.card"),
        aio.get("/carte/imprimer", printed, name="wallet.print"),
        aio.get("/carte/voisins", phone_pass, name="wallet.neighbours"),
        aio.post("/carte/perdue", lost, name="wallet.lost"),
        aio.get("/guichet/cartes/{account_id}", desk_card, name="wallet.desk-card"),
        aio.post("/guichet/cartes/{account_id}/perdue", desk_lost, name="wallet.desk-lost"),
        aio.get("/admin/jetons", supply, name="wallet.supply"),
        aio.post("/admin/jetons", mint, name="wallet.mint"),
    ]
