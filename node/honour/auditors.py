"""Pages about who may read our books with a neighbour, what they read, and the proofs of residents' own entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web as aio

from federation import media
from federation.routes import answer_json
from node.core.errors import DomainError
from node.core.requests import node_of, require_login, require_role
from node.honour import pages, publishing
from node.honour.forms import ReaderInput
from protocols import jcs
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

ADMIN = "administrator"
BEARER = "Bearer "
MOST_SEQ = 2**53 - 1


async def readers(request: aio.Request) -> aio.StreamResponse:
    """Who may read our books, and the form of a new key."""
    require_role(request, ADMIN)
    node = node_of(request)
    today = await node.read(lambda unit: unit.today)
    return await _page(request, blank(request, ReaderInput, {"last_day": today + timedelta(days=90)}))


async def _page(request: aio.Request, form: Form[Any], address: str = "") -> aio.StreamResponse:
    found, pairs = await node_of(request).read(lambda unit: (publishing.readers(unit), pages.pairs(unit)))
    values = {"readers": found, "pairs": pairs, "form": form, "address": address}
    return render(request, "honour/readers.html", values, status=form.status)


async def allow(request: aio.Request) -> aio.StreamResponse:
    """Make a key and show it, once."""
    viewer = require_role(request, ADMIN)
    node = node_of(request)
    form = await bind(request, ReaderInput)
    if not form.valid:
        return await _page(request, form)
    value = form.value
    try:
        key = await node.write(
            publishing.allow, value.host.lower(), value.purpose, value.last_day, viewer.account_id or ""
        )
    except DomainError as error:
        form.refuse(request, error)
        return await _page(request, form)
    return await _page(request, form, f"{node.base_url}/ygor/honour/books/{value.host.lower()}#{key}")


async def revoke(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    await node_of(request).write(publishing.revoke, request.match_info["id"], viewer.account_id or "")
    flash(request, gettext(request, N_("Cette clé n’ouvre plus rien.")))
    return redirect(request, "honour.readers")


async def show_books(request: aio.Request) -> aio.StreamResponse:
    """The signed first sheet, for a key in the header `Authorization`."""
    host = request.match_info["host"]
    document = await node_of(request).write(publishing.signed_books, _key(request), host)
    return answer_json(document, media.JSON)


async def show_page(request: aio.Request) -> aio.StreamResponse:
    """Entries from a number on, of our log or of our copy of theirs."""
    text = request.query.get("from", "1")
    from_seq = min(int(text), MOST_SEQ) if text.isascii() and text.isdigit() and len(text) < 20 else 1
    host, which = request.match_info["host"], request.match_info["which"]
    document = await node_of(request).write(publishing.page, _key(request), host, which, from_seq)
    return answer_json(document, media.JSON)


async def own_entries(request: aio.Request) -> aio.StreamResponse:
    """A resident's payments in other communes, each with its proof."""
    viewer = require_login(request)
    found = await node_of(request).read(publishing.own_entries, viewer.account_id or "")
    return render(request, "honour/own_entries.html", {"entries": found})


async def inclusion(request: aio.Request) -> aio.StreamResponse:
    """The proof as a file."""
    viewer = require_login(request)
    sender, payment = request.query.get("commune", ""), request.match_info["payment"]
    proof = await node_of(request).read(publishing.inclusion, viewer.account_id or "", sender, payment)
    headers = {"Content-Disposition": f'attachment; filename="preuve-{payment[:16]}.json"'}
    return aio.Response(body=jcs.canonical(proof), content_type=media.JSON, headers=headers)


def _key(request: aio.Request) -> str:
    given = request.headers.get("Authorization", "")
    return given[len(BEARER) :].strip() if given.startswith(BEARER) else ""


def routes() -> list[aio.RouteDef]:
    books = "/ygor/honour/books/{host}"
    return [
        aio.get(books, show_books, name="honour.books"),
        aio.get(books + "/{which:own|mirror}", show_page, name="honour.books-page"),
        aio.get("/admin/controleurs", readers, name="honour.readers"),
        aio.post("/admin/controleurs", allow, name="honour.reader-allow"),
        aio.post("/admin/controleurs/{id}/fermer", revoke, name="honour.reader-revoke"),
        aio.get("/jetons/preuves", own_entries, name="honour.own-entries"),
        aio.get("/jetons/preuves/{payment}", inclusion, name="honour.inclusion"),
    ]
