"""The page of the scale, the caps and the budgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web as aio

from node.civic import themes
from node.core.errors import DomainError
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.emission import OFFICE, scale, words
from node.emission.forms import BudgetInput, LineInput
from node.emission.settings import Settings
from node.organisations import public as organisations
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render


async def show(request: aio.Request) -> aio.Response:
    require_role(request, *OFFICE)
    return await _page(request, _blank_line(request), _blank_budget(request))


def _blank_line(request: aio.Request) -> Form[Any]:
    return blank(request, LineInput, {"kind": "mission", "basis": "hour"})


def _blank_budget(request: aio.Request) -> Form[Any]:
    return blank(request, BudgetInput, {"period": "month"})


def _facts(unit: Unit) -> dict[str, Any]:
    groups = [group for group in organisations.listing(unit) if group.kind != "partner"]
    return {
        "lines": scale.lines(unit),
        "budgets": scale.budgets(unit),
        "settings": unit.settings("emission", Settings),
        "groups": [(group.id, group.name) for group in groups],
    }


async def _page(request: aio.Request, line: Form[Any], budget: Form[Any]) -> aio.Response:
    facts = await node_of(request).read(_facts)
    names = [(theme.key, gettext(request, theme.label)) for theme in themes.THEMES]
    values = {**facts, "line": line, "budget": budget, "themes": names, "words": words, "labels": dict(names)}
    return render(request, "emission/scale.html", values, status=max(line.status, budget.status))


async def change_line(request: aio.Request) -> aio.Response:
    viewer = require_role(request, "administrator")
    form: Form[Any] = await bind(request, LineInput)
    if form.valid and await _write(request, form, lambda unit: scale.change_line(unit, viewer, form.value.line())):
        return redirect(request, "emission.scale")
    return await _page(request, form, _blank_budget(request))


async def change_budget(request: aio.Request) -> aio.Response:
    viewer = require_role(request, "administrator")
    form: Form[Any] = await bind(request, BudgetInput)

    def change(unit: Unit) -> None:
        scale.change_budget(unit, viewer, form.value.organisation_id, form.value.period, form.value.budget)

    if form.valid and await _write(request, form, change):
        return redirect(request, "emission.scale")
    return await _page(request, _blank_line(request), form)


async def _write(request: aio.Request, form: Form[Any], change: Callable[[Unit], None]) -> bool:
    try:
        await node_of(request).write(change)
    except DomainError as error:
        form.refuse(request, error)
        return False
    flash(request, gettext(request, N_("C’est enregistré.")))
    return True


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/admin/bareme", show, name="emission.scale"),
        aio.post("/admin/bareme", change_line, name="emission.change_line"),
        aio.post("/admin/bareme/budgets", change_budget, name="emission.change_budget"),
    ]
