"""The published tables, at addresses that stay: a page for people, CSV, JSON and a schema for programs."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import NotFound
from node.core.requests import node_of
from node.core.unit import Unit
from node.emission import audits, datasets
from node.emission.datasets import BASE, BY_NAME, Dataset, Rows
from web.json import json_response
from web.marks import limited
from web.render import render

OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


async def index(request: aio.Request) -> aio.Response:
    """What is published, and what it means."""
    return render(request, "emission/data.html", {"datasets": datasets.DATASETS, "base": BASE})


def _dataset(request: aio.Request) -> Dataset:
    found = BY_NAME.get(request.match_info["table"])
    if found is None:
        raise NotFound("core.not-found")
    return found


@limited("120/minute")
async def as_csv(request: aio.Request) -> aio.Response:
    dataset = _dataset(request)
    rows: Rows = await node_of(request).read(dataset.read)
    headers = {**OPEN, "Content-Disposition": f'attachment; filename="jetons-{dataset.name}.csv"'}
    return aio.Response(text=datasets.as_csv(dataset, rows), content_type="text/csv", charset="utf-8", headers=headers)


@limited("120/minute")
async def as_json(request: aio.Request) -> aio.Response:
    dataset = _dataset(request)

    def read(unit: Unit) -> dict[str, object]:
        return datasets.as_json(dataset, dataset.read(unit), unit.today)

    return json_response(await node_of(request).read(read), headers=OPEN)


async def schema(request: aio.Request) -> aio.Response:
    return json_response(_dataset(request).schema(), headers=OPEN)


async def draw(request: aio.Request) -> aio.Response:
    """One draw of audits, for whoever wants to draw it again (specs/emission.md §6.3)."""
    shown, lots, drawn = await node_of(request).read(audits.published, request.match_info["period"])
    answer = {
        "period": shown.period,
        "seed": shown.seed,
        "ledger_seq": shown.seq,
        "percent": shown.percent,
        "candidates": list(lots),
        "drawn": list(drawn),
        "rule": "lot = SHA-256(seed + LF + award id), lower-case hex; the lowest lots are audited",
    }
    return json_response(answer, headers=OPEN)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(BASE, index, name="emission.data"),
        aio.get(BASE + "/{table:[a-z]+}.csv", as_csv, name="emission.csv"),
        aio.get(BASE + "/{table:[a-z]+}.schema.json", schema, name="emission.schema"),
        aio.get(BASE + "/{table:[a-z]+}.json", as_json, name="emission.json"),
        aio.get(BASE + "/controles/{period:[0-9]{4}-[0-9]{2}}.json", draw, name="emission.draw"),
    ]
