"""My account: names, language, address, password, devices, tokens for the API."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.accounts import links, passwords, public, rules, service, session_rows, tokens
from node.accounts.forms import ChangePasswordInput, EmailInput, ProfileInput, TokenInput
from node.accounts.service import AccountSummary
from node.accounts.session_rows import SessionView
from node.accounts.sign_in import caller_of, slowly
from node.accounts.tokens import TokenView
from node.accounts.words import LOCALE_WORDS, SCOPE_WORDS
from node.core.errors import DomainError, Invalid
from node.core.requests import node_of, require_login
from node.core.unit import Unit
from web.flash import flash
from web.forms import bind, blank
from web.i18n import gettext
from web.render import redirect, render
from web.session import end, session, session_key


async def account(request: aio.Request) -> aio.StreamResponse:
    return await _page(request)


async def change_profile(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    form = await bind(request, ProfileInput)
    if form.valid:
        typed = form.value
        try:
            await node_of(request).write(
                service.change_profile, _id(viewer.account_id), typed.given_name, typed.family_name, typed.locale
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            session(request)["lang"] = typed.locale
            flash(request, gettext(request, "C’est noté."))
            return redirect(request, "accounts.account")
    return await _page(request, profile=form)


async def change_email(request: aio.Request) -> aio.StreamResponse:
    """Send a link to the new address; nothing changes before it is opened."""
    viewer, node = require_login(request), node_of(request)
    form = await bind(request, EmailInput)
    if form.valid:
        try:
            await node.write(links.count_request, form.value.email, caller_of(request))
            await node.write(links.ask_email_change, _id(viewer.account_id), form.value.email)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, "Ouvrez le lien envoyé à votre nouvelle adresse pour la confirmer."))
            return redirect(request, "accounts.account")
    return await _page(request, address=form)


async def change_password(request: aio.Request) -> aio.StreamResponse:
    """Set or change the password; every other device is signed out."""
    viewer, node = require_login(request), node_of(request)
    form = await bind(request, ChangePasswordInput)
    if form.valid:
        typed, account_id = form.value, _id(viewer.account_id)
        try:
            known = await node.read(service.own_credentials, account_id)
            if known.password_hash is not None:
                await node.write(service.count_password_try, viewer.email or account_id, caller_of(request))
                right = await slowly(lambda: passwords.check_password(known.password_hash, typed.current))
                if not right:
                    raise Invalid("accounts.password-wrong", field="current")
            password = rules.normal_password(typed.password, viewer.email)
            hashed = await slowly(lambda: passwords.hash_password(password))
            await node.write(_new_password, account_id, hashed, known.password_hash, session_key(request))
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(
                request, gettext(request, "Votre mot de passe est enregistré. Vos autres appareils sont déconnectés.")
            )
            return redirect(request, "accounts.account")
    return await _page(request, password=form)


async def revoke_session(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    await node_of(request).write(session_rows.revoke, _id(viewer.account_id), request.match_info["id"])
    flash(request, gettext(request, "Cet appareil est déconnecté."))
    return redirect(request, "accounts.account")


async def sign_out_everywhere(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    await node_of(request).write(session_rows.revoke_all, _id(viewer.account_id))
    end(request)
    flash(request, gettext(request, "Tous vos appareils sont déconnectés."))
    return redirect(request, "accounts.sign_in")


async def create_token(request: aio.Request) -> aio.StreamResponse:
    """Make a token and show it, this once."""
    viewer = require_login(request)
    form = await bind(request, TokenInput)
    if form.valid:
        try:
            secret = await node_of(request).write(
                tokens.create, _id(viewer.account_id), form.value.name, form.value.scopes
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            return await _page(request, new_token=secret)
    return await _page(request, token=form)


async def revoke_token(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    await node_of(request).write(tokens.revoke, _id(viewer.account_id), request.match_info["id"])
    flash(request, gettext(request, "Ce jeton d’accès ne sert plus."))
    return redirect(request, "accounts.account")


def _new_password(unit: Unit, account_id: str, hashed: str, replaces: str | None, keep: str | None) -> None:
    service.set_password(unit, account_id, hashed, replaces=replaces)
    session_rows.revoke_all(unit, account_id, keep=keep)
    links.drop_links(unit, service.live(unit, account_id).email)


def _facts(
    unit: Unit, account_id: str, current: str | None
) -> tuple[AccountSummary | None, list[SessionView], list[TokenView]]:
    return (
        public.account_summary(unit, account_id),
        session_rows.sessions_of(unit, account_id, current),
        tokens.tokens_of(unit, account_id),
    )


async def _page(request: aio.Request, **forms: Any) -> aio.StreamResponse:
    viewer = require_login(request)
    own, devices, own_tokens = await node_of(request).read(_facts, _id(viewer.account_id), session_key(request))
    context = {
        "own": own,
        "devices": devices,
        "tokens": own_tokens,
        "languages": LOCALE_WORDS,
        "scopes": [(scope, gettext(request, words)) for scope, words in SCOPE_WORDS.items()],
        "new_token": None,
        "profile": blank(request, ProfileInput, _profile(own)),
        "address": blank(request, EmailInput),
        "password": blank(request, ChangePasswordInput),
        "token": blank(request, TokenInput),
        **forms,
    }
    status = max((form.status for form in forms.values() if hasattr(form, "status")), default=200)
    response = render(request, "accounts/account.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _profile(own: AccountSummary | None) -> dict[str, str]:
    assert own is not None, "the viewer was just read"
    return {"given_name": own.given_name, "family_name": own.family_name, "locale": own.locale}


def _id(account_id: str | None) -> str:
    assert account_id is not None, "require_login let nobody anonymous through"
    return account_id


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/moi/compte", account, name="accounts.account"),
        aio.post("/moi/compte", change_profile, name="accounts.change_profile"),
        aio.post("/moi/compte/adresse", change_email, name="accounts.change_email"),
        aio.post("/moi/compte/mot-de-passe", change_password, name="accounts.change_password"),
        aio.post("/moi/compte/appareils/{id}/deconnecter", revoke_session, name="accounts.revoke_session"),
        aio.post("/moi/compte/deconnecter-partout", sign_out_everywhere, name="accounts.sign_out_everywhere"),
        aio.post("/moi/compte/jetons", create_token, name="accounts.create_token"),
        aio.post("/moi/compte/jetons/{id}/retirer", revoke_token, name="accounts.revoke_token"),
    ]
