"""Pages of months: a partner's statements, what the commune agreed with each, and the accountant's export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.node import Node
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.ledger import public as ledger
from node.modules.rewards import STAFF, accounting, partnerships, rules, statements
from node.modules.rewards.accounting import Span
from node.modules.rewards.downloads import BOM, csv_response, csv_text, headers_of
from node.modules.rewards.forms import PartnershipInput, SpanInput
from node.modules.rewards.settings import Settings
from node.modules.rewards.views import editor_of, options_of, organisation_of
from web.flash import flash
from web.forms import Form, bind, bind_query, blank
from web.i18n import N_, gettext
from web.render import redirect, render

HEAD = (
    N_("Relevé"), N_("Mois"), N_("Partenaire"), N_("Partie"), N_("Intitulé"), N_("Sorte"), N_("Nombre"),
    N_("Jetons encaissés"), N_("Jetons rendus"), N_("Net"), N_("Dû en centimes"),
)  # fmt: skip
MOST_CHUNKS = 2000


async def index(request: aio.Request) -> aio.Response:
    """A partner's months."""
    node = node_of(request)
    organisation = await organisation_of(node, request)
    viewer = editor_of(request, organisation.id)
    found = await node.read(statements.months, viewer, organisation.id)
    return render(request, "rewards/statements.html", {"organisation": organisation, "months": found})


async def _statement(request: aio.Request) -> statements.StatementShown:
    node = node_of(request)
    organisation = await organisation_of(node, request)
    viewer = editor_of(request, organisation.id)
    return await node.read(statements.get, viewer, organisation.id, request.match_info["period"])


async def show(request: aio.Request) -> aio.Response:
    """One month, to read and to print."""
    found = await _statement(request)
    columns = {
        name: [_line(request, row) for row in getattr(found, name)]
        for name in ("services", "issuers")
    }  # fmt: skip
    return render(request, "rewards/statement.html", {"statement": found, **columns})


def _line(request: aio.Request, row: statements.Row) -> dict[str, object]:
    cls = gettext(request, rules.CLASSES[row.cls])
    sums = {"count": row.count, "charged": row.charged, "refunded": row.refunded, "net": row.net}
    return {"name": row.name, "cls": cls, **sums}


async def download(request: aio.Request) -> aio.Response:
    found = await _statement(request)
    name = f"releve-{found.slug}-{found.number or found.period}.csv"
    return csv_response(name, [[gettext(request, word) for word in HEAD], *_rows(request, found)])


def _rows(request: aio.Request, found: statements.StatementShown) -> Iterator[Sequence[object]]:
    parts = ((N_("Offre"), found.services), (N_("Commune émettrice"), found.issuers))
    for part, rows in parts:
        for row in rows:
            owed = row.net * found.worth_cents if row.cls == "token" else 0
            yield (
                found.number, found.period, found.partner, gettext(request, part), row.name,
                gettext(request, rules.CLASSES[row.cls]), row.count, row.charged, row.refunded, row.net, owed,
            )  # fmt: skip


async def all_partnerships(request: aio.Request) -> aio.Response:
    """What was agreed with each partner, and the ways to their offers and months."""
    require_role(request, *STAFF)
    found = await node_of(request).read(partnerships.listing)
    return render(request, "rewards/partnerships.html", {"partners": found, "sort_words": rules.SORTS})


async def one_partnership(request: aio.Request) -> aio.Response:
    """The conditions of one partner."""
    viewer, node = require_role(request, *STAFF), node_of(request)
    organisation = await organisation_of(node, request)
    agreed = await node.read(partnerships.of, organisation.id)
    if request.method in {"GET", "HEAD"}:
        prefilled = {name: getattr(agreed, name) for name in PartnershipInput.model_fields}
        return await _partnership_page(request, blank(request, PartnershipInput, prefilled), agreed)
    form = await bind(request, PartnershipInput)
    if form.valid:
        try:
            await node.write(partnerships.write, viewer, organisation.id, form.value.version, form.value.draft())
            flash(request, gettext(request, N_("Les conditions de ce partenaire sont enregistrées.")))
            return redirect(request, "rewards.partnerships")
        except DomainError as error:
            form.refuse(request, error)
    return await _partnership_page(request, form, agreed)


async def _partnership_page(
    request: aio.Request, form: Form[PartnershipInput], agreed: partnerships.PartnershipShown
) -> aio.Response:
    shops = await node_of(request).read(_takes_shops)
    sorts = [sort for sort in rules.SORTS if sort == "public" or shops or agreed.sort == sort]
    values = {"form": form, "partner": agreed, "options": options_of(request, sorts=sorts)}
    return render(request, "rewards/partnership.html", {**values, "shops": shops}, status=form.status)


def _takes_shops(unit: Unit) -> bool:
    return unit.settings("rewards", Settings).shops


async def accounts(request: aio.Request) -> aio.Response:
    """Where the accountant gets the books of a span of days."""
    viewer, node = require_role(request, *STAFF, "elected_member"), node_of(request)
    today = await node.read(lambda unit: unit.today)
    prefilled = {"first": today.replace(month=1, day=1).isoformat(), "last": today.isoformat()}
    form: Form[SpanInput] = blank(request, SpanInput, prefilled)
    span = Span(today.replace(month=1, day=1), today)
    months = await node.read(statements.closed_in, span.first, span.last)
    values = {"form": form, "months": months, "accounts": accounting.ACCOUNTS, "viewer_is_staff": viewer.is_staff}
    return render(request, "rewards/accounts.html", values)


def _span(request: aio.Request, viewer: Viewer) -> Span:
    form = bind_query(request, SpanInput)
    if not form.valid:
        raise DomainError("rewards.span", status=422, most=accounting.MOST_DAYS)
    span = Span(form.value.first, form.value.last)
    accounting.check_span(viewer, span)
    return span


async def token_journal(request: aio.Request) -> aio.StreamResponse:
    """All movements of tokens, sent as they are read: a year may be long."""
    viewer = require_role(request, *STAFF, "elected_member")
    span, node = _span(request, viewer), node_of(request)
    name = f"jetons-{span.first:%Y%m%d}-{span.last:%Y%m%d}.csv"
    response = aio.StreamResponse(headers={**headers_of(name), "Content-Type": "text/csv; charset=utf-8"})
    await response.prepare(request)
    await response.write((BOM + csv_text([accounting.COLUMNS])).encode())
    after: tuple[datetime, str] | None = None
    for _ in range(MOST_CHUNKS):
        text, after = await node.read(_chunk, span, after)
        if after is None:
            break
        await response.write(text.encode())
    await response.write_eof()
    return response


def _chunk(unit: Unit, span: Span, after: tuple[datetime, str] | None) -> tuple[str, tuple[datetime, str] | None]:
    entries = ledger.journal(unit, span.first, span.last, after)
    if not entries:
        return "", None
    return csv_text(accounting.token_lines(unit, entries)), (entries[-1].at, entries[-1].id)


async def partner_journal(request: aio.Request) -> aio.Response:
    """What partners are owed for their closed months."""
    viewer = require_role(request, *STAFF, "elected_member")
    span = _span(request, viewer)
    rows = await _read_rows(node_of(request), span)
    return csv_response(f"partenaires-{span.first:%Y%m%d}-{span.last:%Y%m%d}.csv", [accounting.COLUMNS, *rows])


async def _read_rows(node: Node, span: Span) -> list[tuple[str, ...]]:
    return await node.read(lambda unit: list(accounting.partner_lines(unit, span)))


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/partenaires/{slug}/releves", index, name="rewards.statements"),
        aio.get(r"/partenaires/{slug}/releves/{period:\d{4}-\d\d}", show, name="rewards.statement"),
        aio.get(r"/partenaires/{slug}/releves/{period:\d{4}-\d\d}.csv", download, name="rewards.statement-file"),
        aio.get("/admin/partenariats", all_partnerships, name="rewards.partnerships"),
        aio.get("/admin/partenariats/{slug}", one_partnership, name="rewards.partnership"),
        aio.post("/admin/partenariats/{slug}", one_partnership, name="rewards.partnership-write"),
        aio.get("/admin/comptabilite", accounts, name="rewards.accounts"),
        aio.get("/admin/comptabilite/jetons.csv", token_journal, name="rewards.token-journal"),
        aio.get("/admin/comptabilite/partenaires.csv", partner_journal, name="rewards.partner-journal"),
    ]
