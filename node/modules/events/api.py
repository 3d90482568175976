"""The agenda for machines: reading is open to everybody, registering takes a personal token with `events:write`."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts.bearer import api_viewer
from node.core.requests import node_of
from node.modules.events import public, reading, registrations
from node.modules.events.api_forms import ApiFilter, EventDetailOut, EventOut, EventsOut, RegistrationOut
from node.modules.events.reading import EventCard, EventPage, Filters
from web.forms import bind_query
from web.i18n import N_
from web.json import json_response
from web.marks import csrf_exempt
from web.operations import operation
from web.problems import Problem, problem_response


@operation(N_("L’agenda, d’ici et des communes voisines"), query=ApiFilter, response=EventsOut)
async def index(request: aio.Request) -> aio.Response:
    """Events to come, ours and the neighbours'."""
    form = bind_query(request, ApiFilter)
    if not form.valid:
        return problem_response(request, Problem(422, "json.invalid-value", errors=form.errors))
    asked = form.value
    filters = Filters(theme=asked.theme, text=asked.text, place=asked.place, origin=asked.origin, day=asked.day)
    offset = (asked.page - 1) * asked.limit
    found = await node_of(request).read(reading.listing, filters, limit=asked.limit, offset=offset)
    base = node_of(request).base_url
    return json_response(EventsOut(total=found.total, page=asked.page, events=[_card(c, base) for c in found.cards]))


@operation(N_("Un événement d’ici"), response=EventDetailOut)
async def show(request: aio.Request) -> aio.Response:
    """One of our events."""
    page = await node_of(request).read(public.get, request.match_info["id"])
    return json_response(_page(page, node_of(request).base_url))


@operation(N_("S’inscrire à un événement"), response=RegistrationOut, scope="events:write", errors=(409,))
@csrf_exempt
async def register(request: aio.Request) -> aio.Response:
    """Register the holder of the token."""
    return await _act(request, registrations.register)


@operation(N_("Rendre sa place à un événement"), response=RegistrationOut, scope="events:write", errors=(409,))
@csrf_exempt
async def leave(request: aio.Request) -> aio.Response:
    """Give the place back."""
    return await _act(request, registrations.leave)


async def _act(request: aio.Request, act: registrations.Act) -> aio.Response:
    viewer = await api_viewer(request, "events:write")
    result = await node_of(request).write(act, viewer.account_id or "", request.match_info["id"])
    answer = RegistrationOut(
        registration_id=result.registration_id,
        event_id=result.event_id,
        state=result.state,
        position=result.position,
    )
    return json_response(answer)


def _card(card: EventCard, base_url: str) -> EventOut:
    return EventOut(
        id=card.id,
        uri=card.uri,
        url=card.url if card.is_neighbour else base_url + card.url,
        title=card.title,
        summary=card.summary,
        theme=card.theme,
        organiser=card.organiser_name,
        place=card.place_name,
        lat=card.lat,
        lon=card.lon,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        registration=card.registration,
        places_left=card.places_left,
        state=card.state,
        peer=card.peer_name,
    )


def _page(page: EventPage, base_url: str) -> EventDetailOut:
    return EventDetailOut(
        id=page.id,
        url=f"{base_url}/evenements/{page.id}",
        state=page.state,
        title=page.title,
        summary=page.summary,
        description=page.description,
        theme=page.theme,
        organiser=page.organiser.name,
        place=page.place_name,
        lat=page.lat,
        lon=page.lon,
        access=page.access,
        starts_at=page.starts_at,
        ends_at=page.ends_at,
        registration=page.registration,
        places=page.places,
        places_left=page.left,
        waiting=page.waiting,
        dates={other.id: other.starts_at for other in page.dates},
        updated_at=page.updated_at,
    )


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api/v1/events", index, name="events.api-list"),
        aio.get("/api/v1/events/{id}", show, name="events.api-show"),
        aio.post("/api/v1/events/{id}/register", register, name="events.api-register"),
        aio.post("/api/v1/events/{id}/leave", leave, name="events.api-leave"),
    ]
