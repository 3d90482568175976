"""Pages everybody sees: the draws, one draw, its file; and what one has won."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import DomainError, NotFound
from node.core.kept import read_for_everybody
from node.core.requests import node_of, require_login, viewer_of
from node.core.unit import Unit
from node.modules.gold import check_views, desk_views, filing, instants, prizes, reading
from node.modules.gold.words import PRIZE_STATES, STATES
from protocols.gold.instant import read_schedule
from web.flash import flash
from web.i18n import N_, gettext
from web.marks import limited
from web.problems import wants_json
from web.render import redirect, render

DONE = {
    "prendre": N_("C’est à vous !"),
    "laisser": N_("Le lot passe à la personne suivante. Merci !"),
}


async def index(request: aio.Request) -> aio.Response:
    node = node_of(request)
    cards = await read_for_everybody(node, ("gold.list",), reading.listing)
    values = {
        "coming": [card for card in reversed(cards) if card.state != "held"],
        "held": [card for card in cards if card.state == "held"],
        "states": STATES,
        "may_plan": viewer_of(request).is_staff,
    }
    return render(request, "gold/list.html", values)


async def show(request: aio.Request) -> aio.Response:
    node, viewer = node_of(request), viewer_of(request)
    page = await node.read(reading.page, request.match_info["id"], viewer.account_id)
    if page.card.state == "withdrawn" and not viewer.is_staff:
        raise NotFound("gold.unknown")
    values = {"page": page, "states": STATES, "state_words": PRIZE_STATES, "may_plan": viewer.is_staff}
    return render(request, "gold/show.html", values)


@limited("30/minute")
async def file(request: aio.Request) -> aio.Response:
    """All of a draw, for anybody."""
    node, draw_id = node_of(request), request.match_info["id"]
    document = await node.read(filing.file_of, draw_id)
    return _download(document, f"tirage-{draw_id}.json")


async def proof(request: aio.Request) -> aio.Response:
    """The proof of one's own entry."""
    viewer, where = require_login(request), request.match_info
    document = await node_of(request).read(filing.proof_of, viewer.account_id or "", where["id"], where["reference"])
    return _download(document, f"participation-{where['reference'][:12]}.json")


async def witnessed(request: aio.Request) -> aio.Response:
    """Draws of neighbours to which this commune is a witness, with its own copy of what it answered."""
    rows = await read_for_everybody(node_of(request), ("gold.witnessed",), reading.witnessed)
    if wants_json(request):
        return aio.json_response([_public(row) for row in rows])
    return render(request, "gold/witnessed.html", {"rows": rows})


def _public(row: reading.WitnessedShown) -> dict[str, object]:
    return {
        "draw": row.uri, "alpha": row.alpha, "received": row.received_at.isoformat(), "state": row.state,
        "vrfProof": row.proof, "conflict": row.conflict,
    }  # fmt: skip


async def instant_list(request: aio.Request) -> aio.Response:
    rows = await read_for_everybody(node_of(request), ("gold.instants",), _schedules)
    return render(request, "gold/instants.html", {"rows": rows, "now": node_of(request).runtime.clock()})


def _schedules(unit: Unit) -> tuple[dict[str, object], ...]:
    return tuple(
        {
            "id": row.id, "starts": row.starts, "until": row.until, "gold": row.gold, "most": row.most,
            "wins": row.wins, "seq": row.seq, "hash": row.hash, "num": said.num, "den": said.den,
        }
        for row in instants.listing(unit)
        for said in [read_schedule(row.document)]
    )  # fmt: skip


@limited("30/minute")
async def instant_file(request: aio.Request) -> aio.Response:
    schedule_id = request.match_info["id"]
    document = await node_of(request).read(instants.file_of, schedule_id)
    return _download(document, f"instantanes-{schedule_id}.json")


async def mine(request: aio.Request) -> aio.Response:
    """What one has won."""
    viewer = require_login(request)
    found = await node_of(request).read(reading.prizes_of, viewer.account_id or "")
    return render(request, "gold/mine.html", {"prizes": found, "state_words": PRIZE_STATES})


async def settle(request: aio.Request) -> aio.Response:
    """Take a prize, or leave it to the next."""
    viewer, step = require_login(request), request.match_info["step"]
    act = {"prendre": prizes.claim, "laisser": prizes.decline}[step]
    try:
        await node_of(request).write(act, viewer.account_id or "", request.match_info["prize"])
    except DomainError as error:
        if error.status == 404:
            raise
        flash(request, _words(request, error), "bad")
    else:
        flash(request, gettext(request, DONE[step]))
    return redirect(request, "gold.mine")


def _words(request: aio.Request, error: DomainError) -> str:
    registry = node_of(request).runtime.registry
    return gettext(request, registry.errors.get(error.key, error.key), **error.params)


def _download(document: object, name: str) -> aio.Response:
    response = aio.json_response(document)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def routes() -> list[aio.RouteDef]:
    one = "/tirages/{id:[0-9A-Z]{26}}"
    return [
        aio.get("/tirages", index, name="gold.list"),
        aio.get("/tirages/temoins", witnessed, name="gold.witnessed"),
        aio.get("/tirages/instantanes", instant_list, name="gold.instants"),
        aio.get("/tirages/instantanes/{id:[0-9A-Z]{26}}/fichier.json", instant_file, name="gold.instant-file"),
        *check_views.routes(),
        aio.get(one, show, name="gold.show"),
        aio.get(one + "/fichier.json", file, name="gold.file"),
        aio.get(one + "/preuve/{reference:[0-9a-f]{64}}", proof, name="gold.proof"),
        aio.get("/mes-lots", mine, name="gold.mine"),
        aio.post("/mes-lots/{prize:[0-9A-Z]{26}}/{step:prendre|laisser}", settle, name="gold.settle"),
        *desk_views.routes(),
    ]
