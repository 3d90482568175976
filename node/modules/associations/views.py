"""The directory, an association's page, its members' desk."""

from __future__ import annotations

from aiohttp import web as aio
from pydantic import BaseModel, Field

from node.civic import skills
from node.core.requests import node_of, require_member, viewer_of
from node.modules.associations import reading
from node.modules.events import public as events
from web.forms import bind_query
from web.render import render


class SearchInput(BaseModel):
    """What somebody looks for in the directory."""

    text: str = Field("", max_length=100)


async def index(request: aio.Request) -> aio.Response:
    form = bind_query(request, SearchInput)
    entries = await node_of(request).read(reading.directory, form.value.text if form.valid else "")
    return render(request, "associations/list.html", {"form": form, "entries": entries}, status=form.status)


async def show(request: aio.Request) -> aio.Response:
    node = node_of(request)
    found = await node.read(reading.shown, request.match_info["slug"])
    values = {
        "found": found,
        "organisation": found.organisation,
        "skills": skills.BY_KEY,
        "is_member": viewer_of(request).membership(found.organisation.id) is not None,
        "has_missions": node.has("missions"),
        "events": await node.read(events.of_organisation, found.organisation.id) if node.has("events") else (),
    }
    return render(request, "associations/show.html", values)


async def desk(request: aio.Request) -> aio.Response:
    """What waits for the members, and all their missions."""
    node = node_of(request)
    organisation = await node.read(reading.find, request.match_info["slug"])
    viewer = require_member(request, organisation.id)
    values = {
        "desk": await node.read(reading.desk, organisation.id),
        "organisation": organisation,
        "manages": viewer.manages(organisation.id),
        "has_missions": node.has("missions"),
    }
    return render(request, "associations/desk.html", values)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/associations", index, name="associations.list"),
        aio.get("/associations/{slug}", show, name="associations.show"),
        aio.get("/associations/{slug}/espace", desk, name="associations.desk"),
    ]
