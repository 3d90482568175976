"""The page of whoever stands before the agent, and what is done on it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web as aio

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import DomainError, Forbidden
from node.core.requests import node_of, require_role
from node.core.viewer import Viewer
from node.desk import STAFF, operations, visits
from node.desk.forms import CardInput, CorrectInput, GuardianInput, HouseholdInput, SureInput
from web.flash import Kind, flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

PATH = "/guichet/personnes/{id}"


def _who(request: aio.Request) -> tuple[Viewer, str]:
    return require_role(request, *STAFF), request.match_info["id"]


async def show(request: aio.Request) -> aio.Response:
    try:
        return await _page(request)
    except Forbidden as error:
        if error.key != "desk.no-visit":
            raise
        flash(request, gettext(request, N_("Cherchez d’abord la personne et dites pourquoi.")), "warn")
        return redirect(request, "desk.search")


async def _page(request: aio.Request, **forms: Form[Any]) -> aio.Response:
    viewer, account_id = _who(request)
    person = await node_of(request).write(operations.show, viewer, account_id)
    born = person.birth_date.isoformat() if person.birth_date else ""
    values = {
        "person": person,
        "correct": blank(
            request,
            CorrectInput,
            {"given_name": person.given_name, "family_name": person.family_name, "birth_date": born},
        ),
        "guardian": blank(request, GuardianInput),
        "household": blank(request, HouseholdInput),
        "sure": blank(request, SureInput),
        **forms,
    }
    status = max((form.status for form in forms.values()), default=200)
    response = render(request, "desk/person.html", values, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def correct(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    form = await bind(request, CorrectInput)
    if form.valid:
        typed = form.value
        values = (typed.given_name, typed.family_name, typed.birth_date)
        try:
            await node_of(request).write(operations.correct, viewer, account_id, *values)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _said(request, N_("La fiche est corrigée."))
    return await _page(request, correct=form)


async def replace_card(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    form = await bind(request, CardInput)
    shown = form.value.card if form.valid else ""
    if await node_of(request).write(operations.replace_card, viewer, account_id, shown):
        return _said(request, N_("L’ancienne carte ne marche plus. Imprimez la nouvelle."))
    return _said(request, N_("Cette carte était déjà remplacée. Voici celle qui marche."), "warn")


async def block_card(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    blocked = request.match_info["step"] == "bloquer"
    await node_of(request).write(operations.block_card, viewer, account_id, blocked=blocked)
    return _said(request, N_("La carte est bloquée.") if blocked else N_("La carte marche à nouveau."))


async def print_card(request: aio.Request) -> aio.Response:
    """Posted, because it is written down; a browser opens what it gets."""
    viewer, account_id = _who(request)
    person, card = await node_of(request).write(operations.card_to_print, viewer, account_id)
    return pdf(await asyncio.to_thread(cards.card_pdf, printed(request, person, card)), "carte.pdf")


async def welcome(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    try:
        person, card, code = await node_of(request).write(operations.welcome, viewer, account_id)
    except DomainError as error:
        if isinstance(error, Forbidden):
            raise
        form = blank(request, SureInput)
        form.refuse(request, error)
        return _said(request, next(iter(form.errors.values())), "bad")
    return pdf(await asyncio.to_thread(cards.welcome_pdf, printed(request, person, card), code), "accueil.pdf")


async def add_guardian(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    form = await bind(request, GuardianInput)
    if form.valid:
        try:
            await node_of(request).write(operations.add_guardian, viewer, account_id, form.value.guardian_card)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _said(request, N_("Cette personne répond maintenant de l’enfant."))
    return await _page(request, guardian=form)


async def join_household(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    form = await bind(request, HouseholdInput)
    if form.valid:
        try:
            await node_of(request).write(operations.join_household, viewer, account_id, form.value.code)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _said(request, N_("La personne est maintenant dans ce foyer."))
    return await _page(request, household=form)


async def give_data(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    node = node_of(request)
    exporters = accounts.exporters(node.runtime.registry)
    found = await node.write(operations.give_data, viewer, account_id, exporters)
    headers = {"Content-Disposition": 'attachment; filename="donnees.zip"', "Cache-Control": "no-store"}
    return aio.Response(body=accounts.packed(found), content_type="application/zip", headers=headers)


async def close(request: aio.Request) -> aio.Response:
    viewer, account_id = _who(request)
    node = node_of(request)
    form = await bind(request, SureInput)
    if form.valid and not form.value.sure:
        form.add_error("sure", gettext(request, N_("Cochez la case pour confirmer.")))
    if form.valid:
        try:
            erasers = accounts.erasers(node.runtime.registry)
            await node.write(operations.close, viewer, account_id, erasers)
        except DomainError as error:
            form.refuse(request, error)
        else:
            await node.write(visits.close_visit, viewer)
            flash(request, gettext(request, N_("Le compte est fermé.")))
            return redirect(request, "desk.search")
    return await _page(request, sure=form)


def printed(request: aio.Request, person: accounts.AccountSummary, card: cards.CardShown) -> cards.PrintedCard:
    """What stands on the paper: a first name, no family name."""
    section = node_of(request).config.node
    host = node_of(request).facts.host
    return cards.PrintedCard(
        person.given_name, section.name, section.accent, host, card.grouped_code, card.payload, person.locale
    )


def pdf(body: bytes, name: str) -> aio.Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return aio.Response(body=body, content_type="application/pdf", headers=headers)


def _said(request: aio.Request, words: str, kind: Kind = "good") -> aio.Response:
    flash(request, gettext(request, words), kind)
    return redirect(request, "desk.person", id=request.match_info["id"])


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(PATH, show, name="desk.person"),
        aio.post(PATH + "/corriger", correct, name="desk.correct"),
        aio.post(PATH + "/carte-perdue", replace_card, name="desk.replace_card"),
        aio.post(PATH + "/carte/{step:bloquer|debloquer}", block_card, name="desk.block_card"),
        aio.post(PATH + "/carte.pdf", print_card, name="desk.print_card"),
        aio.post(PATH + "/accueil.pdf", welcome, name="desk.welcome"),
        aio.post(PATH + "/responsable", add_guardian, name="desk.add_guardian"),
        aio.post(PATH + "/foyer", join_household, name="desk.join_household"),
        aio.post(PATH + "/donnees.zip", give_data, name="desk.give_data"),
        aio.post(PATH + "/fermer", close, name="desk.close"),
    ]
