"""Pages for administrators: terms and statements; and the address other nodes use."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.honour import agreements, auditors, choosing, endpoint, pages, settling
from node.honour.forms import CutInput, ReasonInput, TermsInput, prefilled
from node.honour.values import TermsShown
from node.neighbours.public import PeerShown, peer_by_host, peers
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.marks import csrf_exempt
from web.render import redirect, render

ADMIN = "administrator"
READERS = ("administrator", "elected_member")


async def terms_list(request: aio.Request) -> aio.StreamResponse:
    """All terms; with `?host=` the form of a proposal to that neighbour."""
    require_role(request, *READERS)
    node = node_of(request)
    if host := request.query.get("host"):
        require_role(request, ADMIN)
        known, former, values = await node.read(_for_proposal, host.lower())
        return _proposal_page(request, blank(request, TermsInput, values), known, former)
    found, known_peers, common = await node.read(
        lambda unit: (agreements.listing(unit), peers(unit, nodes_only=True), choosing.count_common(unit))
    )
    return render(request, "honour/terms.html", {"terms": found, "peers": known_peers, "common": common})


def _for_proposal(unit: Unit, host: str) -> tuple[PeerShown, TermsShown | None, dict[str, object]]:
    former = agreements.newest_with(unit, host)
    return peer_by_host(unit, host), former, prefilled(former, unit.today)


def _proposal_page(
    request: aio.Request, form: Form[TermsInput], known: PeerShown, former: TermsShown | None
) -> aio.Response:
    values = {"form": form, "peer": known, "former": former}
    return render(request, "honour/propose.html", values, status=form.status)


async def propose(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    node, host = node_of(request), request.query.get("host", "").lower()
    known, former, _ = await node.read(_for_proposal, host)
    form = await bind(request, TermsInput)
    if form.valid:
        try:
            made = await node.write(agreements.propose, host, form.value.wanted(), viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Proposition envoyée à {name}."), name=known.name))
            return redirect(request, "honour.terms-one", id=made)
    return _proposal_page(request, form, known, former)


async def terms_one(request: aio.Request) -> aio.StreamResponse:
    require_role(request, *READERS)
    return await _terms_page(request, blank(request, ReasonInput))


async def _terms_page(request: aio.Request, form: Form[Any]) -> aio.StreamResponse:
    found = await node_of(request).read(agreements.get, request.match_info["id"])
    return render(request, "honour/terms_one.html", {"one": found, "form": form}, status=form.status)


async def countersign_terms(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    row_id = request.match_info["id"]
    await node_of(request).write(agreements.countersign, row_id, viewer.account_id or "")
    flash(request, gettext(request, N_("Les conditions sont en vigueur.")))
    return redirect(request, "honour.terms-one", id=row_id)


async def refuse_terms(request: aio.Request) -> aio.StreamResponse:
    return await _say_no(request, agreements.refuse, N_("La proposition est refusée."))


async def end_terms(request: aio.Request) -> aio.StreamResponse:
    return await _say_no(request, agreements.end, N_("C’est terminé : rien de nouveau ne sera payé à ces conditions."))


async def _say_no(request: aio.Request, decide: Any, said: str) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    form = await bind(request, ReasonInput)
    if form.valid:
        try:
            row_id = request.match_info["id"]
            await node_of(request).write(decide, row_id, form.value.reason, viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, said))
            return redirect(request, "honour.terms-one", id=row_id)
    return await _terms_page(request, form)


async def statements(request: aio.Request) -> aio.StreamResponse:
    """Where business with each neighbour stands, the statements, and what waits for an answer."""
    require_role(request, *READERS)
    return await _statements_page(request, blank(request, CutInput))


async def _statements_page(request: aio.Request, form: Form[Any]) -> aio.StreamResponse:
    pairs, found, waiting = await node_of(request).read(
        lambda unit: (pages.pairs(unit), pages.statements(unit), pages.waiting(unit))
    )
    values = {"pairs": pairs, "statements": found, "waiting": waiting, "form": form}
    values["is_admin"] = ADMIN in require_role(request, *READERS).roles
    return render(request, "honour/statements.html", values, status=form.status)


async def cut(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    form = await bind(request, CutInput)
    if form.valid:
        value = form.value
        try:
            made = await node_of(request).write(
                settling.cut, value.host.lower(), value.settlement, value.euro_cents, viewer.account_id or ""
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Le relevé est arrêté et envoyé à la commune voisine.")))
            return redirect(request, "honour.statement", id=made)
    return await _statements_page(request, form)


async def statement(request: aio.Request) -> aio.StreamResponse:
    require_role(request, *READERS)
    return await _statement_page(request, blank(request, ReasonInput))


async def _statement_page(request: aio.Request, form: Form[Any]) -> aio.StreamResponse:
    found = await node_of(request).read(pages.statement, request.match_info["id"])
    return render(request, "honour/statement.html", {"one": found, "form": form}, status=form.status)


async def countersign_statement(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    statement_id = request.match_info["id"]
    form = blank(request, ReasonInput)
    try:
        await node_of(request).write(settling.countersign, statement_id, viewer.account_id or "")
    except DomainError as error:
        if error.status == 404:
            raise
        form.refuse(request, error)
        return await _statement_page(request, form)
    flash(request, gettext(request, N_("Le relevé est contresigné et inscrit dans notre registre.")))
    return redirect(request, "honour.statement", id=statement_id)


async def dispute_statement(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, ADMIN)
    form = await bind(request, ReasonInput)
    statement_id = request.match_info["id"]
    if form.valid:
        try:
            await node_of(request).write(settling.dispute, statement_id, form.value.reason, viewer.account_id or "")
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Le relevé est contesté, la commune voisine le saura.")))
            return redirect(request, "honour.statement", id=statement_id)
    return await _statement_page(request, form)


def routes() -> list[aio.RouteDef]:
    one, note = "/admin/conditions/{id}", "/admin/releves/{id}"
    return [
        aio.post("/ygor/honour", csrf_exempt(endpoint.take), name="honour.call"),
        aio.get("/admin/conditions", terms_list, name="honour.terms"),
        aio.post("/admin/conditions", propose, name="honour.propose"),
        aio.get(one, terms_one, name="honour.terms-one"),
        aio.post(f"{one}/contresigner", countersign_terms, name="honour.terms-countersign"),
        aio.post(f"{one}/refuser", refuse_terms, name="honour.terms-refuse"),
        aio.post(f"{one}/terminer", end_terms, name="honour.terms-end"),
        aio.get("/admin/releves", statements, name="honour.statements"),
        aio.post("/admin/releves", cut, name="honour.cut"),
        aio.get(note, statement, name="honour.statement"),
        aio.post(f"{note}/contresigner", countersign_statement, name="honour.statement-countersign"),
        aio.post(f"{note}/contester", dispute_statement, name="honour.statement-dispute"),
        *auditors.routes(),
    ]
