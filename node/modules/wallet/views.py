"""Pages of the wallet: the card, the printed card, the desk."""

from __future__ import annotations

import asyncio

from aiohttp import web as aio

from node.cards import public as cards
from node.core.requests import node_of, require_login, require_role
from node.modules.wallet import STAFF, reminder_views, reminders, service
from node.modules.wallet.forms import LostInput, MailInput
from web.flash import flash
from web.forms import bind
from web.i18n import N_, gettext
from web.render import keep_offline, redirect, render

ALREADY = N_("Cette carte était déjà remplacée. Voici celle qui marche.")


async def card(request: aio.Request) -> aio.Response:
    """My card and my tokens; stays readable without network."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    wallet = await node_of(request).write(service.show, viewer.account_id)
    by_mail = await node_of(request).read(reminders.by_mail, viewer.account_id)
    values = {"wallet": wallet, "by_mail": by_mail, "has_mail": viewer.email is not None}
    return keep_offline(render(request, "wallet/card.html", values))


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


async def card_pdf(request: aio.Request) -> aio.Response:
    """My card to cut out, as PDF."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    wallet = await node_of(request).write(service.show, viewer.account_id)
    section, host = node_of(request).config.node, node_of(request).facts.host
    printed = cards.PrintedCard(
        viewer.first_name, section.name, section.accent, host, wallet.card.grouped_code, wallet.card.payload,
        viewer.locale,
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="carte.pdf"', "Cache-Control": "no-store"}
    body = await asyncio.to_thread(cards.card_pdf, printed)
    return aio.Response(body=body, content_type="application/pdf", headers=headers)


async def block(request: aio.Request) -> aio.Response:
    """My card pays nothing until I unblock or replace it."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    await node_of(request).write(cards.block, viewer.account_id, viewer.account_id)
    flash(request, gettext(request, N_("Votre carte est bloquée : elle ne paie plus rien.")))
    return redirect(request, "wallet.card")


async def unblock(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    assert viewer.account_id is not None
    await node_of(request).write(cards.unblock, viewer.account_id, viewer.account_id)
    flash(request, gettext(request, N_("Votre carte marche à nouveau.")))
    return redirect(request, "wallet.card")


async def choose_mail(request: aio.Request) -> aio.Response:
    """Whether I am reminded by mail of tokens that end."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    form = await bind(request, MailInput)
    by_mail = form.valid and form.value.by_mail
    await node_of(request).write(reminders.choose, viewer.account_id, by_mail=by_mail)
    flash(request, gettext(request, N_("C’est noté.")))
    return redirect(request, "wallet.card")


async def desk_card(request: aio.Request) -> aio.Response:
    """The card of somebody without a phone, printed by an agent."""
    viewer = require_role(request, *STAFF)
    account_id = request.match_info["account_id"]
    wallet = await node_of(request).write(service.show_at_desk, viewer, account_id)
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


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/carte", card, name="wallet.card"),
        aio.get("/carte/carte.pdf", card_pdf, name="wallet.pdf"),
        aio.post("/carte/bloquer", block, name="wallet.block"),
        aio.post("/carte/debloquer", unblock, name="wallet.unblock"),
        aio.post("/carte/rappels", choose_mail, name="wallet.choose-mail"),
        *reminder_views.routes(),
        aio.get("/carte/imprimer", printed, name="wallet.print"),
        aio.get("/carte/voisins", phone_pass, name="wallet.neighbours"),
        aio.post("/carte/perdue", lost, name="wallet.lost"),
        aio.get("/guichet/cartes/{account_id}", desk_card, name="wallet.desk-card"),
        aio.post("/guichet/cartes/{account_id}/perdue", desk_lost, name="wallet.desk-lost"),
    ]
