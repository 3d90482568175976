"""Pages about groupings, and the documents that other machines read."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from federation import media
from federation import routes as wire_routes
from federation.remote_actor import RemoteActor
from node.core.errors import DomainError, Invalid
from node.core.kept import read_for_everybody
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.groupings import admitting, joining, pages, publishing, records, refreshing
from node.groupings.forms import AddressInput, AskInput, OfferInput, ReasonInput, TermsInput, prefilled
from node.neighbours.asking import find_actor
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.types import JsonObject
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render

ADMIN = "administrator"
READERS = ("administrator", "elected_member")


async def network(request: aio.Request) -> aio.StreamResponse:
    """The state of the network, for everybody."""
    page = await read_for_everybody(node_of(request), "groupings.network", pages.public_page)
    return render(request, "groupings/network.html", {"page": page})


async def admin(request: aio.Request) -> aio.StreamResponse:
    """The state of the network with backlogs and errors, what waits for an answer, and the way to join."""
    require_role(request, *READERS)
    page = await node_of(request).read(pages.admin_page)
    return render(request, "groupings/admin.html", {"page": page, "form": blank(request, AddressInput)})


async def look(request: aio.Request) -> aio.StreamResponse:
    """What a grouping offers and what would follow from joining it; nothing is sent or kept."""
    require_role(request, ADMIN)
    node, address = node_of(request), request.query.get("address", "")
    form = blank(request, AddressInput, {"address": address})
    values: dict[str, Any] = {"form": form, "looked": None, "page": await node.read(pages.admin_page)}
    if address:
        try:
            actor, document = await _fetch(request, address)
            values["looked"] = await node.read(_shown, actor, document)
        except DomainError as error:
            form.refuse(request, error)
    return render(request, "groupings/look.html", values, status=form.status)


def _shown(unit: Unit, actor: RemoteActor, document: JsonObject) -> dict[str, Any]:
    found = joining.verified(unit, actor, document)
    terms = wire.read_terms(found.terms[0])
    names = sorted({wire.read_acceptance(one.acceptances[0]).member.name for one in found.members if one.acceptances})
    return {
        "name": found.grouping.name,
        "host": actor.host,
        "base_url": found.grouping.base_url,
        "terms": terms,
        "hash": wire.digest(found.terms[0]),
        "members": names,
        "count": len(found.members),
    }


async def _fetch(request: aio.Request, address: str) -> tuple[RemoteActor, JsonObject]:
    """The grouping at an address and its list. Raises DomainError at the field `address`."""
    node = node_of(request)
    actor = await find_actor(node, address)
    if actor.profile.node_kind != "grouping":
        raise Invalid("groupings.no-grouping", field="address")
    try:
        return actor, await refreshing.fetch_json(node, refreshing.base_of(actor.id) + records.LIST_PATH)
    except RemoteProtocolError as error:
        raise Invalid("groupings.no-list", field="address") from error


async def ask(request: aio.Request) -> aio.StreamResponse:
    """Join under the terms that were shown."""
    viewer = require_role(request, ADMIN)
    node = node_of(request)
    form = await bind(request, AskInput)
    looked = None
    if form.valid:
        try:
            actor, document = await _fetch(request, form.value.address)
            looked = await node.read(_shown, actor, document)
            host = await node.write(joining.ask, actor, document, form.value.terms, viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Demande envoyée à {name}."), name=looked["name"]))
            return redirect(request, "groupings.membership", host=host)
    values = {"form": form, "looked": looked, "page": await node.read(pages.admin_page)}
    return render(request, "groupings/look.html", values, status=form.status)


async def membership(request: aio.Request) -> aio.StreamResponse:
    """A grouping to which we belong or asked to belong."""
    require_role(request, *READERS)
    return await _membership_page(request, blank(request, TermsInput))


async def _membership_page(request: aio.Request, form: Form[Any]) -> aio.StreamResponse:
    found = await node_of(request).read(pages.membership, request.match_info["host"])
    return render(request, "groupings/membership.html", {"one": found, "form": form}, status=form.status)


async def accept_terms(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    host = request.match_info["host"]
    form = await bind(request, TermsInput)
    if form.valid:
        try:
            await node_of(request).write(joining.accept_new, host, form.value.terms, viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Votre accord est signé et envoyé.")))
            return redirect(request, "groupings.membership", host=host)
    return await _membership_page(request, form)


async def leave(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    host = request.match_info["host"]
    await node_of(request).write(joining.leave, host, viewer.account_id or "")
    said = N_("C’est fait : rien de nouveau ne sera payé par ce réseau. Ce qui est dû reste dû.")
    flash(request, gettext(request, said))
    return redirect(request, "groupings.membership", host=host)


async def member(request: aio.Request) -> aio.StreamResponse:
    """A member of our grouping, or a commune that asks to become one."""
    require_role(request, *READERS)
    return await _member_page(request, blank(request, ReasonInput))


async def _member_page(request: aio.Request, form: Form[Any]) -> aio.StreamResponse:
    line, own = await node_of(request).read(pages.member, request.match_info["host"])
    offer = next((each for each in own.offers if each.hash == line.terms_hash), None)
    values = {"line": line, "own": own, "offer": offer, "form": form}
    return render(request, "groupings/member.html", values, status=form.status)


async def accept(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    host = request.match_info["host"]
    form = await bind(request, TermsInput)
    if form.valid:
        try:
            await node_of(request).write(admitting.accept, host, form.value.terms, viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("La commune est membre. Tous les membres reçoivent la nouvelle liste.")))
            return redirect(request, "groupings.member", host=host)
    return await _member_page(request, form)


async def refuse(request: aio.Request) -> aio.StreamResponse:
    return await _say_no(request, admitting.refuse, N_("La demande est refusée, la commune lira pourquoi."))


async def remove(request: aio.Request) -> aio.StreamResponse:
    said = N_("La commune n’est plus membre : rien de nouveau ne sera payé. Ce qui est dû reste dû.")
    return await _say_no(request, admitting.remove, said)


async def _say_no(request: aio.Request, decide: Any, said: str) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    host = request.match_info["host"]
    form = await bind(request, ReasonInput)
    if form.valid:
        try:
            await node_of(request).write(decide, host, form.value.reason, viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, said))
            return redirect(request, "groupings.member", host=host)
    return await _member_page(request, form)


def _for_terms(unit: Unit) -> tuple[wire.GroupingTerms | None, dict[str, object]]:
    publishing.require_grouping(unit)
    row = publishing.own(unit)
    newest = None if row is None else records.newest_offer(unit, row.actor_id)
    former = None if newest is None else wire.read_terms(newest.document)
    return former, prefilled(former, unit.today)


async def terms(request: aio.Request) -> aio.StreamResponse:
    """The form of the first or next version of the terms for all members."""
    require_role(request, ADMIN)
    former, values = await node_of(request).read(_for_terms)
    return render(request, "groupings/terms.html", {"form": blank(request, OfferInput, values), "former": former})


async def publish_terms(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    node = node_of(request)
    former, _ = await node.read(_for_terms)
    form = await bind(request, OfferInput)
    if form.valid:
        try:
            await node.write(publishing.publish_terms, form.value.wanted(), viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Les conditions sont signées et publiées.")))
            return redirect(request, "groupings.admin")
    return render(request, "groupings/terms.html", {"form": form, "former": former}, status=form.status)


async def _served(request: aio.Request, read: Any, *arguments: str) -> aio.Response:
    found = await node_of(request).read(read, *arguments)
    return wire_routes.answer_json(found, media.JSON, open_to_scripts=True)


async def _list(request: aio.Request) -> aio.Response:
    return await _served(request, publishing.served_list)


async def _head(request: aio.Request) -> aio.Response:
    return await _served(request, publishing.served_head)


async def _terms(request: aio.Request) -> aio.Response:
    return await _served(request, publishing.served_terms, request.match_info["hash"])


def routes() -> list[aio.RouteDef]:
    base = "/admin/reseau"
    group, one = f"{base}/groupements/{{host}}", f"{base}/membres/{{host}}"
    return [
        aio.get("/reseau", network, name="groupings.network"),
        aio.get(base, admin, name="groupings.admin"),
        aio.get(f"{base}/rejoindre", look, name="groupings.look"),
        aio.post(f"{base}/rejoindre", ask, name="groupings.ask"),
        aio.get(f"{base}/conditions", terms, name="groupings.terms"),
        aio.post(f"{base}/conditions", publish_terms, name="groupings.publish-terms"),
        aio.get(group, membership, name="groupings.membership"),
        aio.post(f"{group}/accepter", accept_terms, name="groupings.accept-terms"),
        aio.post(f"{group}/quitter", leave, name="groupings.leave"),
        aio.get(one, member, name="groupings.member"),
        aio.post(f"{one}/admettre", accept, name="groupings.accept"),
        aio.post(f"{one}/refuser", refuse, name="groupings.refuse"),
        aio.post(f"{one}/retirer", remove, name="groupings.remove"),
        aio.get(records.LIST_PATH, wire_routes.guarded(_list), name="groupings.list"),
        aio.get(records.HEAD_PATH, wire_routes.guarded(_head), name="groupings.head"),
        aio.get(f"{records.LIST_PATH}/terms/{{hash}}", wire_routes.guarded(_terms), name="groupings.served-terms"),
    ]
