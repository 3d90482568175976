"""The day's sheet, to read, to print and to take along as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from aiohttp import web as aio

from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.modules.rewards import rules, sheet
from node.modules.rewards.downloads import csv_response
from node.modules.rewards.payments import PaymentShown
from node.modules.rewards.reading_cards import words_of
from node.organisations import public as organisations
from web.dates import clock
from web.i18n import N_, gettext
from web.render import render, static_url

STATES = {"posted": N_("payé"), "pending": N_("en attente"), "failed": N_("refusé"), "undone": N_("annulé")}
HEAD = (
    N_("Heure"), N_("Saisi à"), N_("Ce qui est payé"), N_("Prénom"), N_("Commune de la carte"), N_("Caisse tenue par"),
    N_("État"), N_("Jetons"), N_("Rendus"), N_("Sorte"), N_("Identifiant"),
)  # fmt: skip


async def _sheet(request: aio.Request) -> sheet.Sheet:
    viewer, node = require_login(request), node_of(request)

    def read(unit: Unit) -> sheet.Sheet:
        organisation = organisations.by_slug(unit, request.match_info["slug"])
        try:
            day = date.fromisoformat(request.query.get("jour", ""))
        except ValueError:
            day = unit.today
        return sheet.of(unit, viewer, organisation.id, day)

    return await node.read(read)


async def show(request: aio.Request) -> aio.Response:
    """Totals first; the browser adds what still waits on this very device."""
    found = await _sheet(request)
    lines = [
        {
            "time": clock(each.created_at),
            "title": {"text": each.title, "href": f"/caisse/{found.organisation.slug}/paiements/{each.id}"},
            "host": each.host or node_of(request).name,
            "cashier": found.cashiers.get(each.operator_id, "–"),
            "state": _state(request, each),
            "price": each.price,
        }
        for each in found.payments
    ]
    totals = [
        {"title": row.title, "cls": gettext(request, rules.CLASSES[row.cls]), "count": row.count}
        | {"charged": row.charged, "refunded": row.refunded, "net": row.net}
        for row in found.totals
    ]
    values = {"sheet": found, "lines": lines, "totals": totals, "classes": rules.CLASSES}
    values["script"] = static_url(request, "rewards/till.js")
    return render(request, "rewards/sheet.html", values)


def _state(request: aio.Request, each: PaymentShown) -> str:
    words = gettext(request, STATES[each.state])
    why = words_of(request, each) if each.state == "failed" else ""
    return f"{words} : {why}" if why else words


async def download(request: aio.Request) -> aio.Response:
    found = await _sheet(request)
    name = f"caisse-{found.organisation.slug}-{found.day.isoformat()}.csv"
    return csv_response(name, [[gettext(request, word) for word in HEAD], *_rows(request, found)])


def _rows(request: aio.Request, found: sheet.Sheet) -> Iterator[Sequence[object]]:
    for each in found.payments:
        entered = clock(each.entered_at) if each.entered_at else ""
        cashier = found.cashiers.get(each.operator_id, "")
        yield (
            clock(each.created_at), entered, each.title, each.first_name, each.host or node_of(request).name, cashier,
            _state(request, each), each.price, each.refunded, gettext(request, rules.CLASSES[each.cls]), each.id,
        )  # fmt: skip


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/caisse/{slug}/journee", show, name="rewards.sheet"),
        aio.get("/caisse/{slug}/journee.csv", download, name="rewards.sheet-file"),
    ]
