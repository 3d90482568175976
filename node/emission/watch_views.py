"""Pages of alerts and audits, for agents."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_role
from node.emission import STAFF, audits, watching, words
from node.emission.forms import FindingInput, NoteInput
from node.emission.settings import Settings
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render


async def alerts(request: aio.Request) -> aio.Response:
    return await _alerts(request, blank(request, NoteInput))


async def _alerts(request: aio.Request, form: Form[Any], about: str = "") -> aio.Response:
    viewer = require_role(request, *STAFF)
    node = node_of(request)
    found = await node.read(watching.listing, viewer.account_id or "")
    settings = await node.read(lambda unit: unit.settings("emission", Settings))
    values = {"alerts": found, "settings": settings, "form": form, "about": about}
    return render(request, "emission/alerts.html", values, status=form.status)


async def close(request: aio.Request) -> aio.Response:
    """An agent looked into it."""
    viewer = require_role(request, *STAFF)
    form = await bind(request, NoteInput)
    alert_id = request.match_info["id"]
    if form.valid:
        try:
            await node_of(request).write(watching.close, viewer, alert_id, form.value.note)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("L’alerte est classée.")))
            return redirect(request, "emission.alerts")
    return await _alerts(request, form, alert_id)


async def show_audits(request: aio.Request) -> aio.Response:
    return await _audits(request, blank(request, FindingInput))


async def _audits(request: aio.Request, form: Form[Any], about: str = "") -> aio.Response:
    viewer = require_role(request, *STAFF)
    node = node_of(request)
    found = await node.read(audits.listing, viewer.account_id or "")
    draws = await node.read(audits.draws)
    settings = await node.read(lambda unit: unit.settings("emission", Settings))
    values = {"audits": found, "draws": draws, "settings": settings, "form": form, "about": about, "words": words}
    return render(request, "emission/audits.html", values, status=form.status)


async def record(request: aio.Request) -> aio.Response:
    """What the auditor found."""
    viewer = require_role(request, *STAFF)
    form = await bind(request, FindingInput)
    award_id = request.match_info["id"]
    if form.valid:
        value = form.value
        try:
            await node_of(request).write(audits.record, viewer, award_id, value.finding, value.note)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Le constat est consigné.")))
            if value.finding == "false":
                return redirect(request, "emission.award", id=award_id)
            return redirect(request, "emission.audits")
    return await _audits(request, form, award_id)


def routes() -> list[aio.RouteDef]:
    award = "{id:[A-Za-z0-9._:~-]{1,64}}"
    return [
        aio.get("/admin/alertes", alerts, name="emission.alerts"),
        aio.post("/admin/alertes/{id:[0-9A-Z]{26}}/classer", close, name="emission.close_alert"),
        aio.get("/admin/controles", show_audits, name="emission.audits"),
        aio.post(f"/admin/controles/{award}", record, name="emission.record_audit"),
    ]
