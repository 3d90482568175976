"""A child's page, for those who answer for the child."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web as aio

from node.cards import public as cards
from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from node.households import guardians, membership, purse, reading
from node.households.forms import AmountInput, CardInput, LimitsInput
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

PATH = "/foyer/enfants/{id}"


async def show(request: aio.Request) -> aio.Response:
    return await _page(request)


async def _page(request: aio.Request, code: str = "", **forms: Form[Any]) -> aio.Response:
    me, child_id = _ids(request)
    shown = await node_of(request).write(reading.child_of, me, child_id)
    values = {
        "child": shown,
        "years": await node_of(request).read(guardians.own_account_age),
        "code": code,
        "limits": blank(
            request,
            LimitsInput,
            {"day_tokens": shown.limits.day_tokens, "week_tokens": shown.limits.week_tokens},
        ),
        "take": blank(request, AmountInput, {"transfer_id": new_id()}),
        **forms,
    }
    status = max((form.status for form in forms.values()), default=200)
    response = render(request, "households/child.html", values, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def set_limits(request: aio.Request) -> aio.Response:
    me, child_id = _ids(request)
    form = await bind(request, LimitsInput)
    if form.valid:
        try:
            typed = form.value
            await node_of(request).write(guardians.set_limits, me, child_id, typed.day_tokens, typed.week_tokens)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _said(request, N_("Les limites sont enregistrées."))
    return await _page(request, limits=form)


async def take(request: aio.Request) -> aio.Response:
    """Tokens of the purse for the child."""
    me, child_id = _ids(request)
    form = await bind(request, AmountInput)
    if form.valid:
        try:
            await node_of(request).write(_take, me, child_id, form.value.transfer_id, form.value.amount)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _said(request, N_("Les jetons sont dans le portefeuille de l’enfant."))
    return await _page(request, take=form)


def _take(unit: Unit, guardian_id: str, child_id: str, transfer_id: str, amount: int) -> None:
    guardians.require_guardian(unit, guardian_id, child_id)
    purse.take(unit, transfer_id, child_id, amount)


async def block(request: aio.Request) -> aio.Response:
    await node_of(request).write(_block, *_ids(request), blocked=True)
    return _said(request, N_("La carte est bloquée : elle ne paie plus rien."))


async def unblock(request: aio.Request) -> aio.Response:
    await node_of(request).write(_block, *_ids(request), blocked=False)
    return _said(request, N_("La carte marche à nouveau."))


def _block(unit: Unit, guardian_id: str, child_id: str, *, blocked: bool) -> None:
    guardians.require_guardian(unit, guardian_id, child_id)
    (cards.block if blocked else cards.unblock)(unit, child_id, guardian_id)


async def replace(request: aio.Request) -> aio.Response:
    """The child's card is lost."""
    form = await bind(request, CardInput)
    await node_of(request).write(_replace, *_ids(request), form.value.card if form.valid else "")
    return _said(request, N_("L’ancienne carte ne marche plus. Imprimez la nouvelle."))


def _replace(unit: Unit, guardian_id: str, child_id: str, card_id: str) -> None:
    guardians.require_guardian(unit, guardian_id, child_id)
    cards.report_lost(unit, child_id, guardian_id, card_id)


async def print_card(request: aio.Request) -> aio.Response:
    me, child_id = _ids(request)
    shown = await node_of(request).write(reading.child_of, me, child_id)
    section, facts = node_of(request).config.node, node_of(request).facts
    printed = cards.PrintedCard(
        shown.ward.given_name, section.name, section.accent, facts.host, shown.card.grouped_code, shown.card.payload,
        require_login(request).locale,
    )  # fmt: skip
    body = await asyncio.to_thread(cards.card_pdf, printed)
    return cards_response(body, "carte.pdf")


def cards_response(body: bytes, name: str) -> aio.Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return aio.Response(body=body, content_type="application/pdf", headers=headers)


async def invite(request: aio.Request) -> aio.Response:
    """A code for the second guardian, shown this once."""
    code = await node_of(request).write(guardians.invite, *_ids(request))
    return await _page(request, code=code)


async def bring(request: aio.Request) -> aio.Response:
    await node_of(request).write(membership.bring_child, *_ids(request))
    return _said(request, N_("L’enfant est maintenant dans votre foyer."))


async def take_out(request: aio.Request) -> aio.Response:
    await node_of(request).write(membership.take_child_out, *_ids(request))
    return _said(request, N_("L’enfant n’est plus dans votre foyer."))


async def step_down(request: aio.Request) -> aio.Response:
    await node_of(request).write(guardians.step_down, *_ids(request))
    flash(request, gettext(request, N_("Vous ne répondez plus de cet enfant.")))
    return redirect(request, "households.show")


def _said(request: aio.Request, words: str) -> aio.Response:
    flash(request, gettext(request, words))
    return redirect(request, "households.child", id=request.match_info["id"])


def _ids(request: aio.Request) -> tuple[str, str]:
    viewer = require_login(request)
    assert viewer.account_id is not None
    return viewer.account_id, request.match_info["id"]


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(PATH, show, name="households.child"),
        aio.post(PATH + "/limites", set_limits, name="households.child_limits"),
        aio.post(PATH + "/prendre", take, name="households.child_take"),
        aio.post(PATH + "/bloquer", block, name="households.child_block"),
        aio.post(PATH + "/debloquer", unblock, name="households.child_unblock"),
        aio.post(PATH + "/carte-perdue", replace, name="households.child_replace"),
        aio.get(PATH + "/carte.pdf", print_card, name="households.child_card"),
        aio.post(PATH + "/inviter", invite, name="households.child_invite"),
        aio.post(PATH + "/foyer", bring, name="households.child_bring"),
        aio.post(PATH + "/hors-du-foyer", take_out, name="households.child_take_out"),
        aio.post(PATH + "/ne-plus-repondre", step_down, name="households.child_step_down"),
    ]
