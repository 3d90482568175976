"""The page where anybody checks a draw: the browser does it by itself, and without JavaScript this server does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web as aio
from pydantic import BaseModel, Field

from node.core.requests import node_of
from node.modules.gold import filing
from node.modules.gold.words import ALL
from protocols import strict_json
from protocols.errors import RemoteProtocolError
from protocols.gold.checking import Checked, check_draw
from protocols.gold.filing import INSTANT_FORMAT, DrawFault, Note
from protocols.gold.instant import check_instants
from protocols.types import JsonObject
from web.forms import bind, blank
from web.i18n import gettext
from web.marks import body_limit, limited
from web.render import render

MOST_BYTES = 8 * 2**20


class CheckInput(BaseModel):
    """Only a file: `file` is the name of its field."""

    file: str = Field("", max_length=200)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server found, in the order of the steps. `checked` None: something is wrong (`fault`), or it was a file
    of instant wins."""

    fault: Note | None = None
    checked: Checked | None = None
    done: tuple[Note, ...] = ()
    remarks: tuple[Note, ...] = ()


@limited("30/minute")
async def page(request: aio.Request) -> aio.Response:
    """Choose a file; with `?tirage=…` the file of that draw of ours is checked at once."""
    draw_id = request.query.get("tirage", "")[:26]
    verdict = name = None
    if draw_id:
        name, verdict = await _own(request, draw_id)
    return _render(request, verdict, draw_id=draw_id if name else "", name=name)


async def _own(request: aio.Request, draw_id: str) -> tuple[str, Verdict]:
    document = await node_of(request).read(filing.file_of, draw_id)
    verdict = await asyncio.to_thread(verdict_on, document)
    return verdict.checked.announcement.name if verdict.checked else draw_id, verdict


@limited("10/minute")
@body_limit(MOST_BYTES)
async def check(request: aio.Request) -> aio.Response:
    """The server checks a file that somebody sent."""
    form = await bind(request, CheckInput)
    sent = form.files.get("file")
    try:
        document = strict_json.loads(sent.body if sent else b"", max_bytes=MOST_BYTES)
    except RemoteProtocolError:
        return _render(request, Verdict(Note("not-a-draw")), status=422)
    verdict = await asyncio.to_thread(verdict_on, document)
    return _render(request, verdict, status=422 if verdict.fault else 200)


def verdict_on(document: JsonObject) -> Verdict:
    """Do it all again."""
    try:
        if document.get("format") == INSTANT_FORMAT:
            found = check_instants(document)
            params = {"decided": found.decided, "wins": found.wins, "expected": found.expected // 1000}
            return Verdict(done=(Note("instants-match", params),))
        checked = check_draw(document)
    except DrawFault as fault:
        return Verdict(fault.note)
    return Verdict(checked=checked, done=checked.done, remarks=checked.remarks)


def _render(
    request: aio.Request, verdict: Verdict | None, *, draw_id: str = "", name: str | None = None, status: int = 200
) -> aio.Response:
    def said(note: Note) -> str:
        return gettext(request, ALL[note.code], **note.params)

    values = {
        "verdict": verdict,
        "fault": said(verdict.fault) if verdict and verdict.fault else "",
        "done": [said(note) for note in verdict.done] if verdict else [],
        "remarks": [said(note) for note in verdict.remarks] if verdict else [],
        "draw_id": draw_id,
        "name": name,
        "words": {code: gettext(request, words) for code, words in ALL.items()},
        "form": blank(request, CheckInput),
    }
    return render(request, "gold/check.html", values, status=status)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/tirages/verifier", page, name="gold.check"),
        aio.post("/tirages/verifier", check, name="gold.check-file"),
    ]
