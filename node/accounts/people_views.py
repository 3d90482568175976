"""The desk's pages about people: find somebody, enter somebody, give and take roles."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts import public, roles, rules, service
from node.accounts.forms import NameInput, PeopleFilter, RoleInput
from node.accounts.service import PAGE, AccountSummary
from node.accounts.words import ROLE_WORDS
from node.core.errors import DomainError, NotFound
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.core.viewer import Viewer
from web.flash import flash
from web.forms import Form, bind, bind_query, blank
from web.i18n import gettext
from web.render import redirect, render

STAFF = ("agent", "administrator")


async def people(request: aio.Request) -> aio.StreamResponse:
    return await _list(request, blank(request, NameInput))


async def create_at_desk(request: aio.Request) -> aio.StreamResponse:
    """Enter somebody who has no e-mail address."""
    viewer = require_role(request, *STAFF)
    form = await bind(request, NameInput)
    if form.valid:
        names = (form.value.given_name, form.value.family_name)
        try:
            made = await node_of(request).write(service.create_account_at_desk, viewer, *names)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, "{name} a maintenant un compte.", name=made.full_name))
            return redirect(request, "accounts.person", id=made.id)
    return await _list(request, form)


async def person(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, *STAFF)
    shown, seen = await node_of(request).read(_person, request.match_info["id"])
    held = seen.roles
    context = {
        "person": shown,
        "held": [gettext(request, ROLE_WORDS[role]) for role in rules.ROLES if role in held],
        "memberships": seen.memberships,
        "can_grant": viewer.has("administrator") and shown.email is not None and shown.state == "active",
        "granted": [(role, gettext(request, ROLE_WORDS[role]), role in held) for role in rules.GRANTED_ROLES],
    }
    return render(request, "accounts/person.html", context)


async def grant_role(request: aio.Request) -> aio.StreamResponse:
    return await _change_role(request, give=True)


async def revoke_role(request: aio.Request) -> aio.StreamResponse:
    return await _change_role(request, give=False)


async def _change_role(request: aio.Request, *, give: bool) -> aio.StreamResponse:
    viewer = require_role(request, "administrator")
    account_id = request.match_info["id"]
    form = await bind(request, RoleInput)
    role = form.value.role if form.valid else ""
    change = roles.grant if give else roles.revoke
    try:
        await node_of(request).write(change, viewer, account_id, role)
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(request, error)
        flash(request, next(iter(form.errors.values())), "bad")
    else:
        flash(request, gettext(request, "Le rôle est donné.") if give else gettext(request, "Le rôle est retiré."))
    return redirect(request, "accounts.person", id=account_id)


def _person(unit: Unit, account_id: str) -> tuple[AccountSummary, Viewer]:
    found = public.account_summary(unit, account_id)
    if found is None:
        raise NotFound("accounts.unknown")
    return found, public.viewer(unit, account_id)


async def _list(request: aio.Request, form: Form[NameInput]) -> aio.StreamResponse:
    viewer = require_role(request, *STAFF)
    filters = bind_query(request, PeopleFilter)
    wanted = filters.value if filters.valid else PeopleFilter()
    found, total = await node_of(request).read(
        service.search, viewer, wanted.q, role=wanted.role, page=wanted.page
    )  # fmt: skip
    context = {
        "form": form,
        "filters": filters,
        "people": found,
        "total": total,
        "page": wanted.page,
        "pages": max(1, -(-total // PAGE)),
        "query": {"q": wanted.q, "role": wanted.role},
        "role_words": {role: gettext(request, words) for role, words in ROLE_WORDS.items()},
        "role_options": [(role, gettext(request, ROLE_WORDS[role])) for role in rules.GRANTED_ROLES],
    }
    return render(request, "accounts/people.html", context, status=form.status)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/admin/personnes", people, name="accounts.people"),
        aio.post("/admin/personnes", create_at_desk, name="accounts.create_at_desk"),
        aio.get("/admin/personnes/{id}", person, name="accounts.person"),
        aio.post("/admin/personnes/{id}/donner", grant_role, name="accounts.grant_role"),
        aio.post("/admin/personnes/{id}/retirer", revoke_role, name="accounts.revoke_role"),
    ]
