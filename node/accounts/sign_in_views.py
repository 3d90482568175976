"""Coming in and going out: links, passwords, joining."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts import links, passwords, rules
from node.accounts.forms import LinkInput, NameInput, NewPasswordInput, PasswordSignInInput
from node.accounts.sign_in import caller_of, enter, slowly, with_password
from node.core.errors import DomainError, NotFound
from node.core.requests import node_of, require_login, viewer_of
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import gettext
from web.keys import LOCALE
from web.marks import secret_path
from web.render import redirect, render
from web.session import end, rotate, session

TICKET = "ticket"


async def sign_in(request: aio.Request) -> aio.StreamResponse:
    """The door: an address, and a link comes."""
    next_path = rules.local_path(request.query.get("next", "/"))
    if not viewer_of(request).is_anonymous:
        return redirect(request, next_path)
    return _door(request, blank(request, LinkInput, {"next": next_path}))


async def send_link(request: aio.Request) -> aio.StreamResponse:
    """Send a sign-in link. The answer is the same for every address."""
    return await _send(request, "sign-in", "accounts/sign_in.html")


async def forgotten(request: aio.Request) -> aio.StreamResponse:
    return render(request, "accounts/forgotten.html", {"form": blank(request, LinkInput)})


async def send_reset(request: aio.Request) -> aio.StreamResponse:
    """Send a link to choose a new password. The answer is the same for every address."""
    return await _send(request, "reset", "accounts/forgotten.html")


async def link_sent(request: aio.Request) -> aio.StreamResponse:
    return render(request, "accounts/link_sent.html", {"minutes": int(rules.LINK_LIFE.total_seconds() // 60)})


@secret_path
async def show_link(request: aio.Request) -> aio.StreamResponse:
    """A button: only pressing it uses the link, because mail scanners open links too."""
    return await _link_page(request, blank(request, NewPasswordInput))


@secret_path
async def open_link(request: aio.Request) -> aio.StreamResponse:
    """Use a link: sign in, join, or set a new password and sign in."""
    node, token = node_of(request), request.match_info["token"]
    password_hash = None
    try:
        seen = await node.read(links.look_at, token)
        if seen.purpose == "verify":
            return await _confirm_address(request)
        if seen.purpose == "reset" and seen.has_account:
            form = await bind(request, NewPasswordInput)
            if not form.valid:
                return await _link_page(request, form)
            try:
                password = rules.normal_password(form.value.password, seen.email)
            except DomainError as error:
                form.refuse(request, error)
                return await _link_page(request, form)
            password_hash = await slowly(lambda: passwords.hash_password(password))
        opened = await node.write(links.open_link, token, password_hash=password_hash)
    except NotFound as error:
        return _door(request, blank(request, LinkInput), error)
    if opened.account_id is None:
        rotate(request, **{TICKET: opened.ticket})
        return redirect(request, "accounts.register")
    viewer = await enter(request, opened.account_id)
    flash(request, gettext(request, "Bonjour {name}.", name=viewer.first_name))
    return redirect(request, opened.next_path)


async def register(request: aio.Request) -> aio.StreamResponse:
    """Who are you? Asked once, after the first link."""
    try:
        email = await node_of(request).read(links.registering_email, session(request).get(TICKET, ""))
    except NotFound:
        return redirect(request, "accounts.sign_in")
    return render(request, "accounts/register.html", {"form": blank(request, NameInput), "email": email})


async def join(request: aio.Request) -> aio.StreamResponse:
    """Make the account."""
    node, ticket = node_of(request), session(request).get(TICKET, "")
    form = await bind(request, NameInput)
    try:
        email = await node.read(links.registering_email, ticket)
    except NotFound as error:
        return _door(request, blank(request, LinkInput), error)
    if form.valid:
        names = (form.value.given_name, form.value.family_name)
        try:
            account_id, next_path = await node.write(links.register, ticket, *names, locale=request[LOCALE])
        except DomainError as error:
            form.refuse(request, error)
        else:
            viewer = await enter(request, account_id)
            flash(request, gettext(request, "Bienvenue {name} !", name=viewer.first_name))
            return redirect(request, next_path)
    return render(request, "accounts/register.html", {"form": form, "email": email}, status=form.status)


async def password_page(request: aio.Request) -> aio.StreamResponse:
    next_path = rules.local_path(request.query.get("next", "/"))
    return render(request, "accounts/password.html", {"form": blank(request, PasswordSignInInput, {"next": next_path})})


async def sign_in_with_password(request: aio.Request) -> aio.StreamResponse:
    form = await bind(request, PasswordSignInInput)
    if form.valid:
        typed = form.value
        try:
            account_id = await with_password(node_of(request), typed.email, typed.password, caller_of(request))
        except DomainError as error:
            form.refuse(request, error)
        else:
            viewer = await enter(request, account_id)
            flash(request, gettext(request, "Bonjour {name}.", name=viewer.first_name))
            return redirect(request, rules.local_path(typed.next or "/"))
    return render(request, "accounts/password.html", {"form": form}, status=form.status)


async def sign_out(request: aio.Request) -> aio.StreamResponse:
    end(request)
    flash(request, gettext(request, "À bientôt."))
    return redirect(request, "/")


async def _send(request: aio.Request, purpose: links.Purpose, template: str) -> aio.StreamResponse:
    node = node_of(request)
    form = await bind(request, LinkInput)
    if form.valid:
        typed = form.value
        try:
            await node.write(links.count_request, typed.email, caller_of(request))
            await node.write(
                links.ask_link, typed.email, purpose=purpose, next_path=typed.next or "/", locale=request[LOCALE]
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            return redirect(request, "accounts.link_sent")
    return render(request, template, {"form": form}, status=form.status)


async def _link_page(request: aio.Request, form: Form[NewPasswordInput]) -> aio.StreamResponse:
    try:
        seen = await node_of(request).read(links.look_at, request.match_info["token"])
    except NotFound as error:
        return _door(request, blank(request, LinkInput), error)
    if seen.purpose == "verify":
        require_login(request)
    context = {"form": form, "link": seen, "token": request.match_info["token"]}
    response = render(request, "accounts/link.html", context, status=form.status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _confirm_address(request: aio.Request) -> aio.StreamResponse:
    viewer = require_login(request)
    token = request.match_info["token"]
    await node_of(request).write(links.open_link, token, signed_in_as=viewer.account_id)
    flash(request, gettext(request, "Votre nouvelle adresse est enregistrée."))
    return redirect(request, "accounts.account")


def _door(request: aio.Request, form: Form[LinkInput], error: DomainError | None = None) -> aio.Response:
    if error is not None:
        form.refuse(request, error)
    return render(request, "accounts/sign_in.html", {"form": form}, status=error.status if error else 200)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/connexion", sign_in, name="accounts.sign_in"),
        aio.post("/connexion", send_link, name="accounts.send_link"),
        aio.get("/connexion/lien", link_sent, name="accounts.link_sent"),
        aio.get("/connexion/l/{token}", show_link, name="accounts.link"),
        aio.post("/connexion/l/{token}", open_link, name="accounts.open_link"),
        aio.get("/connexion/mot-de-passe", password_page, name="accounts.password"),
        aio.post("/connexion/mot-de-passe", sign_in_with_password, name="accounts.sign_in_password"),
        aio.get("/connexion/oubli", forgotten, name="accounts.forgotten"),
        aio.post("/connexion/oubli", send_reset, name="accounts.send_reset"),
        aio.get("/inscription", register, name="accounts.register"),
        aio.post("/inscription", join, name="accounts.join"),
        aio.post("/deconnexion", sign_out, name="accounts.sign_out"),
    ]
