"""Looking after one organisation: what is said about it, and who acts for it. For its managers and for staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError, NotFound
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.organisations import membership, public, service
from node.organisations.forms import InvitationInput, MemberInput, OrganisationInput, RoleInput
from node.organisations.membership import MemberRow
from node.organisations.public import Organisation
from node.organisations.service import Draft
from node.organisations.words import KIND_WORDS, MEMBER_WORDS, STATE_WORDS
from web.flash import flash
from web.forms import bind, blank
from web.i18n import gettext
from web.render import redirect, render

PATH = "/organisations/{slug}/equipe"


async def care(request: aio.Request) -> aio.StreamResponse:
    return await _page(request)


async def update(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    form = await bind(request, OrganisationInput)
    if form.valid:
        typed = form.value
        draft = Draft(
            name=typed.name,
            summary=typed.summary,
            description=typed.description,
            email=typed.email,
            website=typed.website,
            address=typed.address,
        )
        try:
            await node_of(request).write(_update, viewer, request.match_info["slug"], draft)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _back(request, gettext(request, "C’est noté."))
    return await _page(request, form=form)


async def approve(request: aio.Request) -> aio.StreamResponse:
    return await _decide(request, service.approve, gettext(request, "La demande est acceptée."))


async def refuse(request: aio.Request) -> aio.StreamResponse:
    return await _decide(request, service.refuse, gettext(request, "La demande est refusée."))


async def close(request: aio.Request) -> aio.StreamResponse:
    return await _decide(request, service.close, gettext(request, "L’organisation est fermée."))


async def add_member(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    form = await bind(request, MemberInput)
    if form.valid:
        typed = form.value
        try:
            joined = await node_of(request).write(
                _add, viewer, request.match_info["slug"], typed.member_email, typed.role
            )
        except DomainError as error:
            if error.field == "email":
                error.field = "member_email"
            form.refuse(request, error)
        else:
            said = gettext(request, "Cette personne agit maintenant avec vous.")
            invited = gettext(request, "L’invitation est partie par e-mail.")
            return _back(request, said if joined else invited)
    return await _page(request, member=form)


async def change_role(request: aio.Request) -> aio.StreamResponse:
    form = await bind(request, RoleInput)
    role = form.value.role if form.valid else ""
    account_id = request.match_info["account_id"]
    return await _do(request, membership.change_role, gettext(request, "C’est noté."), account_id, role)


async def remove_member(request: aio.Request) -> aio.StreamResponse:
    account_id = request.match_info["account_id"]
    return await _do(request, membership.remove, gettext(request, "Cette personne n’en fait plus partie."), account_id)


async def withdraw(request: aio.Request) -> aio.StreamResponse:
    form = await bind(request, InvitationInput)
    email = form.value.email if form.valid else ""
    return await _do(request, membership.withdraw_invitation, gettext(request, "L’invitation est retirée."), email)


async def _do(request: aio.Request, act: Callable[..., None], said: str, *args: str) -> aio.StreamResponse:
    viewer = require_login(request)
    leaves = act is membership.remove and args == (viewer.account_id,)
    form = blank(request, MemberInput)
    try:
        await node_of(request).write(_by_slug, act, viewer, request.match_info["slug"], *args)
    except NotFound:
        raise
    except DomainError as error:
        if error.status == 403:
            raise
        form.refuse(request, error)
        flash(request, next(iter(form.errors.values())), "bad")
        return redirect(request, "organisations.care", slug=request.match_info["slug"])
    if leaves and not viewer.is_staff:
        flash(request, said)
        return redirect(request, "organisations.mine")
    return _back(request, said)


async def _decide(request: aio.Request, decide: Callable[..., Any], said: str) -> aio.StreamResponse:
    viewer = require_login(request)
    await node_of(request).write(_by_slug, decide, viewer, request.match_info["slug"])
    flash(request, said)
    return redirect(request, "organisations.index")


def _by_slug(unit: Unit, act: Callable[..., Any], viewer: Viewer, slug: str, *args: str) -> None:
    act(unit, viewer, public.by_slug(unit, slug).id, *args)


def _update(unit: Unit, viewer: Viewer, slug: str, draft: Draft) -> None:
    service.update(unit, viewer, public.by_slug(unit, slug).id, draft)


def _add(unit: Unit, viewer: Viewer, slug: str, email: str, role: str) -> bool:
    return membership.add_by_email(unit, viewer, public.by_slug(unit, slug).id, email, role)


def _read(unit: Unit, viewer: Viewer, slug: str) -> tuple[Organisation, tuple[MemberRow, ...]]:
    found = public.by_slug(unit, slug)
    return found, membership.listed(unit, viewer, found.id)


async def _page(request: aio.Request, **forms: Any) -> aio.StreamResponse:
    viewer = require_login(request)
    found, members = await node_of(request).read(_read, viewer, request.match_info["slug"])
    fields = {name: getattr(found, name) for name in OrganisationInput.model_fields}
    context = {
        "organisation": found,
        "members": members,
        "staff": viewer.is_staff,
        "me": viewer.account_id,
        "kind": gettext(request, KIND_WORDS[found.kind]),
        "state": gettext(request, STATE_WORDS[found.state]),
        "role_options": [(role, gettext(request, words)) for role, words in MEMBER_WORDS.items()],
        "role_words": {role: gettext(request, words) for role, words in MEMBER_WORDS.items()},
        "form": blank(request, OrganisationInput, fields),
        "member": blank(request, MemberInput),
        **forms,
    }
    status = max((form.status for form in forms.values()), default=200)
    return render(request, "organisations/care.html", context, status=status)


def _back(request: aio.Request, said: str) -> aio.Response:
    flash(request, said)
    return redirect(request, "organisations.care", slug=request.match_info["slug"])


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(PATH, care, name="organisations.care"),
        aio.post(PATH, update, name="organisations.update"),
        aio.post(PATH + "/accepter", approve, name="organisations.approve"),
        aio.post(PATH + "/refuser", refuse, name="organisations.refuse"),
        aio.post(PATH + "/fermer", close, name="organisations.close"),
        aio.post(PATH + "/membres", add_member, name="organisations.add_member"),
        aio.post(PATH + "/membres/{account_id}/role", change_role, name="organisations.change_role"),
        aio.post(PATH + "/membres/{account_id}/retirer", remove_member, name="organisations.remove_member"),
        aio.post(PATH + "/invitations/retirer", withdraw, name="organisations.withdraw_invitation"),
    ]
