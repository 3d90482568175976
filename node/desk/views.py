"""The desk: find whoever is standing there, say why, begin a visit; make an account; what was done, for the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_login, require_role
from node.core.viewer import Viewer
from node.desk import STAFF, operations, person_views, visits
from node.desk.forms import CreateInput, OpenInput, SearchInput
from node.desk.visits import Found
from node.desk.words import PURPOSE_WORDS
from node.households import public as households
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

CHOSEN = tuple(purpose for purpose in PURPOSE_WORDS if purpose not in ("reminder", "new"))


def staff(request: aio.Request) -> Viewer:
    return require_role(request, *STAFF)


async def search_page(request: aio.Request) -> aio.Response:
    staff(request)
    return await _search_page(request, blank(request, SearchInput))


async def search(request: aio.Request) -> aio.Response:
    """Posted, so that nobody's name stands in an address or a log of requests."""
    viewer, node = staff(request), node_of(request)
    form = await bind(request, SearchInput)
    found: Sequence[Found] | None = None
    if form.valid:
        typed = form.value
        try:
            await node.write(visits.count_search, viewer)
            found = await node.write(visits.search, viewer, typed.q, typed.birth_date, typed.card, typed.purpose)
        except DomainError as error:
            form.refuse(request, error)
    return await _search_page(request, form, found)


async def _search_page(request: aio.Request, form: Form[Any], found: Sequence[Found] | None = None) -> aio.Response:
    values = {
        "form": form,
        "found": found,
        "purposes": [(key, gettext(request, PURPOSE_WORDS[key])) for key in CHOSEN],
        "grown": await node_of(request).read(households.waiting_to_take_over),
        "years": await node_of(request).read(households.own_account_age),
    }
    response = render(request, "desk/search.html", values, status=form.status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def begin(request: aio.Request) -> aio.Response:
    """The person has been recognised: their page opens, for half an hour."""
    viewer = staff(request)
    form = await bind(request, OpenInput)
    if not form.valid:
        return redirect(request, "desk.search")
    await node_of(request).write(visits.open_visit, viewer, form.value.account, form.value.purpose)
    return redirect(request, "desk.person", id=form.value.account)


async def finish(request: aio.Request) -> aio.Response:
    await node_of(request).write(visits.close_visit, staff(request))
    flash(request, gettext(request, N_("La fiche est refermée.")))
    return redirect(request, "desk.search")


async def new(request: aio.Request) -> aio.Response:
    staff(request)
    return await _new_page(request, blank(request, CreateInput))


async def create(request: aio.Request) -> aio.Response:
    """An account for somebody without e-mail; for a child the card of a guardian is read too."""
    viewer = staff(request)
    form = await bind(request, CreateInput)
    if form.valid:
        typed = form.value
        values = (typed.given_name, typed.family_name, typed.birth_date, typed.card)
        try:
            account_id = await node_of(request).write(operations.create, viewer, *values)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Le compte est créé. Imprimez la feuille d’accueil et la carte.")))
            return redirect(request, "desk.person", id=account_id)
    return await _new_page(request, form)


async def _new_page(request: aio.Request, form: Form[Any]) -> aio.Response:
    years = await node_of(request).read(households.own_account_age)
    return render(request, "desk/new.html", {"form": form, "years": years}, status=form.status)


async def done_for_me(request: aio.Request) -> aio.Response:
    """What was done for me at the desk: when, by whom, why."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    acts = await node_of(request).read(visits.done_for, viewer.account_id)
    return render(request, "desk/done.html", {"acts": acts})


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/guichet", search_page, name="desk.search"),
        aio.post("/guichet", search, name="desk.find"),
        aio.post("/guichet/ouvrir", begin, name="desk.open"),
        aio.post("/guichet/refermer", finish, name="desk.close_visit"),
        aio.get("/guichet/nouvelle-personne", new, name="desk.new"),
        aio.post("/guichet/nouvelle-personne", create, name="desk.create"),
        aio.get("/moi/guichet", done_for_me, name="desk.done_for_me"),
        *person_views.routes(),
    ]
