"""Pages of awards: one's own, those that wait for a second signature, all of them for agents."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError, Forbidden
from node.core.requests import node_of, require_login, require_role
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import STAFF, awarding, districts, reading, revoking, scale, words
from node.emission.forms import DistrictInput, NoteInput, SearchInput
from web.flash import flash
from web.forms import Form, bind, bind_query, blank
from web.i18n import N_, gettext
from web.render import redirect, render


async def mine(request: aio.Request) -> aio.Response:
    """What I was awarded, and why it was less, and my district."""
    require_login(request)
    return await _mine(request, None)


async def _mine(request: aio.Request, form: Form[Any] | None) -> aio.Response:
    viewer = require_login(request)
    facts = await node_of(request).read(_my_facts, viewer.account_id or "")
    form = form or blank(request, DistrictInput, {"district": facts["district"]})
    return render(request, "emission/mine.html", {**facts, "form": form, "words": words}, status=form.status)


def _my_facts(unit: Unit, account_id: str) -> dict[str, Any]:
    return {
        "awards": reading.mine(unit, account_id),
        "caps": reading.caps(unit, account_id),
        "districts": [(name, name) for name in districts.names(unit)],
        "district": districts.of(unit, account_id),
    }


async def choose_district(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    form = await bind(request, DistrictInput)
    if form.valid:
        try:
            await node_of(request).write(districts.choose, viewer.account_id or "", form.value.district)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("C’est noté.")))
            return redirect(request, "emission.mine")
    return await _mine(request, form)


async def waiting(request: aio.Request) -> aio.Response:
    """What waits for a second signature."""
    viewer = _signer(request)
    return await _waiting(request, viewer, blank(request, NoteInput))


def _signer(request: aio.Request) -> Viewer:
    viewer = require_login(request)
    if not viewer.roles & STAFF and not any(m.kind != "partner" for m in viewer.memberships):
        raise Forbidden("core.forbidden")
    return viewer


async def _waiting(request: aio.Request, viewer: Viewer, form: Form[Any], refused: str = "") -> aio.Response:
    found, budgets = await node_of(request).read(_waiting_facts, viewer)
    texts = node_of(request).runtime.registry.errors
    values = {"awards": found, "budgets": budgets, "form": form, "refused": refused, "texts": texts, "words": words}
    return render(request, "emission/waiting.html", values, status=form.status)


def _waiting_facts(unit: Unit, viewer: Viewer) -> tuple[tuple[reading.AwardShown, ...], tuple[scale.BudgetShown, ...]]:
    own = tuple(m.organisation_id for m in viewer.memberships)
    return reading.waiting(unit, viewer), scale.budgets(unit, own)


async def sign(request: aio.Request) -> aio.Response:
    viewer = _signer(request)
    form = blank(request, NoteInput)
    try:
        await node_of(request).write(awarding.sign, viewer, request.match_info["id"])
    except DomainError as error:
        form.refuse(request, error)
        return await _waiting(request, viewer, form)
    flash(request, gettext(request, N_("C’est signé : les jetons sont versés.")))
    return redirect(request, "emission.waiting")


async def refuse(request: aio.Request) -> aio.Response:
    viewer = _signer(request)
    form = await bind(request, NoteInput)
    award_id = request.match_info["id"]
    if form.valid:
        try:
            await node_of(request).write(awarding.refuse, viewer, award_id, form.value.note)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("C’est noté : rien n’est versé, la personne est prévenue.")))
            return redirect(request, "emission.waiting")
    return await _waiting(request, viewer, form, award_id)


async def listing(request: aio.Request) -> aio.Response:
    """All awards, to look something up."""
    require_role(request, *STAFF)
    filters = bind_query(request, SearchInput)
    wanted = filters.value if filters.valid else SearchInput.model_validate({})
    found, total = await node_of(request).read(lambda unit: reading.listing(unit, words=wanted.q, page=wanted.page))
    values = {
        "filters": filters,
        "awards": found,
        "total": total,
        "page": wanted.page,
        "pages": max(1, -(-total // reading.PAGE)),
        "query": {"q": wanted.q} if wanted.q else {},
        "words": words,
    }
    return render(request, "emission/awards.html", values)


async def show(request: aio.Request) -> aio.Response:
    require_role(request, *STAFF)
    return await _award(request, blank(request, NoteInput))


async def _award(request: aio.Request, form: Form[Any]) -> aio.Response:
    viewer = require_role(request, *STAFF)
    award = await node_of(request).read(reading.get, request.match_info["id"], viewer)
    return render(request, "emission/award.html", {"award": award, "form": form, "words": words}, status=form.status)


async def revoke(request: aio.Request) -> aio.Response:
    """The action did not stand: a correcting entry."""
    viewer = require_role(request, *STAFF)
    form = await bind(request, NoteInput)
    award_id = request.match_info["id"]
    if form.valid:
        try:
            done = await node_of(request).write(revoking.revoke, viewer, award_id, form.value.note)
        except DomainError as error:
            form.refuse(request, error)
        else:
            said = N_("{taken} jetons repris, {lost} déjà dépensés et pris en charge par la commune.")
            flash(request, gettext(request, said, taken=done.taken, lost=done.lost))
            return redirect(request, "emission.award", id=award_id)
    return await _award(request, form)


def routes() -> list[aio.RouteDef]:
    award = "{id:[A-Za-z0-9._:~-]{1,64}}"
    return [
        aio.get("/moi/attributions", mine, name="emission.mine"),
        aio.post("/moi/attributions/quartier", choose_district, name="emission.choose_district"),
        aio.get("/certifications", waiting, name="emission.waiting"),
        aio.post(f"/certifications/{award}/signer", sign, name="emission.sign"),
        aio.post(f"/certifications/{award}/refuser", refuse, name="emission.refuse"),
        aio.get("/admin/attributions", listing, name="emission.awards"),
        aio.get(f"/admin/attributions/{award}", show, name="emission.award"),
        aio.post(f"/admin/attributions/{award}/annuler", revoke, name="emission.revoke"),
    ]
