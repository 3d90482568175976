"""Pages of the council's acts: enter, look, confirm."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.emission import OFFICE, acts, treasury, words
from node.emission.acts import ActShown
from node.emission.forms import ActInput, NoteInput
from node.ledger import public as ledger
from node.media import public as media
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.marks import body_limit
from web.render import redirect, render

LARGEST = 12 * 2**20


async def listing(request: aio.Request) -> aio.Response:
    """All acts, the latest first."""
    require_role(request, *OFFICE)
    node = node_of(request)
    found = await node.read(acts.listing)
    ceilings = await node.read(treasury.ceilings)
    return render(request, "emission/acts.html", {"acts": found, "ceilings": ceilings, "words": words})


async def new(request: aio.Request) -> aio.Response:
    require_role(request, "administrator")
    node = node_of(request)
    today = await node.read(lambda unit: unit.today)
    months = await node.read(lambda unit: unit.settings("ledger", ledger.Settings).validity_months)
    initial = {"act_id": new_id(), "effect": "issue", "cls": "token", "validity_months": months, "year": today.year}
    return await _form(request, blank(request, ActInput, initial))


async def _form(request: aio.Request, form: Form[Any]) -> aio.Response:
    found = await node_of(request).read(lambda unit: acts.listing(unit, confirmed_only=True))
    options = [(act.id, f"{act.number} · {act.title}") for act in found]
    return render(
        request, "emission/act_form.html", {"form": form, "acts": options, "words": words}, status=form.status
    )


@body_limit(LARGEST)
async def enter(request: aio.Request) -> aio.Response:
    """Write it down with its document; nothing is minted yet."""
    viewer = require_role(request, "administrator")
    form = await bind(request, ActInput)
    node = node_of(request)
    if form.valid:
        try:
            sent = form.files.get("document")
            document = await media.store_document(node, sent.body) if sent else ""
            act_id = await node.write(acts.enter, viewer, form.value.draft(document), form.value.act_id)
        except DomainError as error:
            if error.field == "document":
                form.add_error("document", gettext(request, node.runtime.registry.errors[error.key], **error.params))
            else:
                form.refuse(request, error)
        else:
            flash(
                request, gettext(request, N_("C’est saisi. Une autre personne de la mairie doit maintenant confirmer."))
            )
            return redirect(request, "emission.act", id=act_id)
    return await _form(request, form)


async def show(request: aio.Request) -> aio.Response:
    require_role(request, *OFFICE)
    return await _page(request, blank(request, NoteInput))


async def _page(request: aio.Request, form: Form[Any]) -> aio.Response:
    act, supply = await node_of(request).read(_act, request.match_info["id"])
    viewer = require_role(request, *OFFICE)
    values = {
        "act": act,
        "supply": supply,
        "form": form,
        "words": words,
        "own": act.entered_by_id == viewer.account_id,
        "media_path": media.path,
    }
    return render(request, "emission/act.html", values, status=form.status)


def _act(unit: Unit, act_id: str) -> tuple[ActShown, ledger.Supply]:
    act = acts.get(unit, act_id)
    return act, ledger.supply(unit, cls=act.cls)


async def confirm(request: aio.Request) -> aio.Response:
    """The second person's word."""
    viewer = require_role(request, *OFFICE)
    form = blank(request, NoteInput)
    act_id = request.match_info["id"]
    try:
        await node_of(request).write(acts.confirm, viewer, act_id)
    except DomainError as error:
        form.refuse(request, error)
        return await _page(request, form)
    flash(request, gettext(request, N_("C’est confirmé : la réserve est à jour.")))
    return redirect(request, "emission.act", id=act_id)


async def reject(request: aio.Request) -> aio.Response:
    viewer = require_role(request, *OFFICE)
    form = await bind(request, NoteInput)
    if form.valid:
        try:
            await node_of(request).write(acts.reject, viewer, request.match_info["id"], form.value.note)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Cette délibération est écartée.")))
            return redirect(request, "emission.acts")
    return await _page(request, form)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/admin/deliberations", listing, name="emission.acts"),
        aio.get("/admin/deliberations/nouvelle", new, name="emission.new_act"),
        aio.post("/admin/deliberations/nouvelle", enter, name="emission.enter_act"),
        aio.get("/admin/deliberations/{id:[0-9A-Z]{26}}", show, name="emission.act"),
        aio.post("/admin/deliberations/{id:[0-9A-Z]{26}}/confirmer", confirm, name="emission.confirm_act"),
        aio.post("/admin/deliberations/{id:[0-9A-Z]{26}}/ecarter", reject, name="emission.reject_act"),
    ]
