"""My household: its people, its purse, my children."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.households import child_views, guardians, invitations, membership, purse, reading
from node.households.forms import (
    AmountInput,
    ChildInput,
    CodeInput,
    GuardianCodeInput,
    MemberLimitInput,
    NameInput,
    PutInput,
)
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render


async def show(request: aio.Request) -> aio.Response:
    return await _page(request)


async def _page(request: aio.Request, code: str = "", **forms: Form[Any]) -> aio.Response:
    me = own_id(request)

    def read(unit: Unit) -> tuple[reading.HouseholdShown | None, tuple[guardians.Ward, ...]]:
        return reading.household_of(unit, me), guardians.wards_of(unit, me)

    household, wards = await node_of(request).read(read)
    values = {
        "household": household,
        "wards": wards,
        "me": me,
        "code": code,
        "years": await node_of(request).read(guardians.own_account_age),
        "name": blank(request, NameInput),
        "join": blank(request, CodeInput),
        "put": blank(request, PutInput, {"transfer_id": new_id()}),
        "take": blank(request, AmountInput, {"transfer_id": new_id()}),
        "child": blank(request, ChildInput),
        "guardian": blank(request, GuardianCodeInput),
        **forms,
    }
    status = max((form.status for form in forms.values()), default=200)
    response = render(request, "households/show.html", values, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def create(request: aio.Request) -> aio.Response:
    form = await bind(request, NameInput)
    if form.valid and await _done(request, form, membership.create, form.value.name):
        return _said(request, N_("Votre foyer est créé. Invitez les autres adultes avec un code."))
    return await _page(request, name=form)


async def invite(request: aio.Request) -> aio.Response:
    """A code, shown this once."""
    code = await node_of(request).write(membership.invite, own_id(request))
    return await _page(request, code=code)


async def join(request: aio.Request) -> aio.Response:
    form = await bind(request, CodeInput)
    if form.valid and await _done(request, form, membership.join, form.value.code, counted=True):
        return _said(request, N_("Vous êtes maintenant dans ce foyer."))
    return await _page(request, join=form)


async def put(request: aio.Request) -> aio.Response:
    form = await bind(request, PutInput)
    if form.valid:

        def act(unit: Unit, account_id: str, amount: int) -> object:
            return purse.put_in(unit, form.value.transfer_id, account_id, amount)

        if await _done(request, form, act, form.value.put_tokens):
            return _said(request, N_("Vos jetons sont dans la bourse. Ils gardent leur échéance."))
    return await _page(request, put=form)


async def take(request: aio.Request) -> aio.Response:
    form = await bind(request, AmountInput)
    if form.valid:

        def act(unit: Unit, account_id: str, amount: int) -> object:
            return purse.take(unit, form.value.transfer_id, account_id, amount)

        if await _done(request, form, act, form.value.amount):
            return _said(request, N_("Les jetons sont dans votre portefeuille."))
    return await _page(request, take=form)


async def limit(request: aio.Request) -> aio.Response:
    form = await bind(request, MemberLimitInput)
    if form.valid and await _done(request, form, membership.set_week_limit, form.value.account, form.value.tokens):
        return _said(request, N_("La limite est enregistrée."))
    flash(request, next(iter(form.errors.values())), "bad")
    return redirect(request, "households.show")


async def leave(request: aio.Request) -> aio.Response:
    await node_of(request).write(membership.leave, own_id(request))
    return _said(request, N_("Vous avez quitté le foyer."))


async def dissolve(request: aio.Request) -> aio.Response:
    await node_of(request).write(membership.dissolve, own_id(request))
    return _said(request, N_("Le foyer est dissous, la bourse est partagée."))


async def create_child(request: aio.Request) -> aio.Response:
    form = await bind(request, ChildInput)
    if form.valid:
        typed = form.value
        names = (typed.given_name, typed.family_name, typed.birth_date)
        if await _done(request, form, guardians.create_child, *names):
            return _said(request, N_("Le compte est créé. Sa carte est prête à imprimer."))
    return await _page(request, child=form)


async def accept_guardian(request: aio.Request) -> aio.Response:
    form = await bind(request, GuardianCodeInput)
    if form.valid and await _done(request, form, guardians.accept, form.value.guardian_code, counted=True):
        return _said(request, N_("Vous répondez maintenant de cet enfant, vous aussi."))
    return await _page(request, guardian=form)


async def _done(
    request: aio.Request, form: Form[Any], act: Callable[..., object], *values: object, counted: bool = False
) -> bool:
    """Carry out `act(unit, me, …)`; what it refuses stands in the form. `counted`: what could be guessed."""
    node, me = node_of(request), own_id(request)
    try:
        if counted:
            await node.write(invitations.count_try, me)
        await node.write(act, me, *values)
    except DomainError as error:
        form.refuse(request, error)
        return False
    return True


def _said(request: aio.Request, words: str) -> aio.Response:
    flash(request, gettext(request, words))
    return redirect(request, "households.show")


def own_id(request: aio.Request) -> str:
    viewer = require_login(request)
    assert viewer.account_id is not None
    return viewer.account_id


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/foyer", show, name="households.show"),
        aio.post("/foyer", create, name="households.create"),
        aio.post("/foyer/inviter", invite, name="households.invite"),
        aio.post("/foyer/rejoindre", join, name="households.join"),
        aio.post("/foyer/bourse/mettre", put, name="households.put"),
        aio.post("/foyer/bourse/prendre", take, name="households.take"),
        aio.post("/foyer/limites", limit, name="households.limit"),
        aio.post("/foyer/quitter", leave, name="households.leave"),
        aio.post("/foyer/dissoudre", dissolve, name="households.dissolve"),
        aio.post("/foyer/enfants", create_child, name="households.create_child"),
        aio.post("/foyer/enfants/rejoindre", accept_guardian, name="households.accept_guardian"),
        *child_views.routes(),
    ]
