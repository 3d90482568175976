"""The desk's list of people without a mailbox whose tokens end: told in person, or by a letter."""

from __future__ import annotations

import asyncio

from aiohttp import web as aio

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.modules.wallet import STAFF, letters, reminders
from node.modules.wallet.forms import RemindedInput
from web.flash import flash
from web.forms import bind
from web.i18n import N_, gettext
from web.render import redirect, render


async def to_tell(request: aio.Request) -> aio.Response:
    require_role(request, *STAFF)
    found = await node_of(request).read(reminders.to_tell)
    return render(request, "wallet/reminders.html", {"people": found})


async def told(request: aio.Request) -> aio.Response:
    """The agent has told them."""
    viewer = require_role(request, *STAFF)
    form = await bind(request, RemindedInput)
    if form.valid:
        await node_of(request).write(reminders.told_at_desk, viewer, form.value.account)
        flash(request, gettext(request, N_("C’est noté.")))
    return redirect(request, "wallet.reminders")


async def on_paper(request: aio.Request) -> aio.Response:
    """One letter a page."""
    require_role(request, *STAFF)
    section = node_of(request).config.node
    written = await node_of(request).read(_letters, section.accent)
    body = await asyncio.to_thread(cards.letters_pdf, written)
    headers = {"Content-Disposition": 'inline; filename="rappels.pdf"', "Cache-Control": "no-store"}
    return aio.Response(body=body, content_type="application/pdf", headers=headers)


def _letters(unit: Unit, accent: str) -> list[cards.PrintedLetter]:
    found = []
    for person in reminders.to_tell(unit):
        known = accounts.account_summary(unit, person.account_id)
        locale = known.locale if known else "fr"
        title, lines = letters.paper(locale, person.lots)
        day = letters.long_day(locale, unit.today)
        found.append(cards.PrintedLetter(person.name, unit.node.name, accent, day, title, lines))
    return found


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/guichet/rappels", to_tell, name="wallet.reminders"),
        aio.post("/guichet/rappels", told, name="wallet.reminded"),
        aio.get("/guichet/rappels/lettres.pdf", on_paper, name="wallet.reminder-letters"),
    ]
