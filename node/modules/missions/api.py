"""Missions for machines: reading is open to everybody, signing up takes a personal token with `missions:write`."""

from __future__ import annotations

from typing import Any

from aiohttp import web as aio

from node.accounts.bearer import api_viewer
from node.civic import skills, themes
from node.core.errors import NotFound
from node.core.requests import node_of
from node.core.unit import Unit
from node.modules.missions import public, reading, signups
from node.modules.missions.forms import (
    ApiFilter,
    MissionDetailOut,
    MissionOut,
    MissionsOut,
    ShiftOut,
    SignupInput,
    SignupOut,
)
from node.modules.missions.reading import Filters, MissionCard, MissionPage
from web.forms import bind_query
from web.i18n import N_
from web.json import json_body, json_response
from web.marks import csrf_exempt
from web.operations import operation
from web.problems import Problem, problem_response

MOST_EXPORTED = 200


@operation(N_("Les missions à venir, d’ici et des communes voisines"), query=ApiFilter, response=MissionsOut)
async def index(request: aio.Request) -> aio.Response:
    """Missions to come, ours and the neighbours'."""
    form = bind_query(request, ApiFilter)
    if not form.valid:
        return problem_response(request, Problem(422, "json.invalid-value", errors=form.errors))
    asked = form.value
    filters = Filters(theme=asked.theme, text=asked.text, origin=asked.origin, day=asked.day)
    offset = (asked.page - 1) * asked.limit
    found = await node_of(request).read(reading.listing, filters, limit=asked.limit, offset=offset)
    base = node_of(request).base_url
    cards = [_card(card, base) for card in found.cards]
    return json_response(MissionsOut(total=found.total, page=asked.page, missions=cards))


@operation(N_("Une mission d’ici"), response=MissionDetailOut)
async def show(request: aio.Request) -> aio.Response:
    """One of our missions."""
    page = await node_of(request).read(public.get, request.match_info["id"])
    return json_response(_page(page, node_of(request).base_url))


@operation(
    N_("S’inscrire à un créneau"), request=SignupInput, response=SignupOut, scope="missions:write", errors=(409,)
)
@csrf_exempt
async def sign_up(request: aio.Request) -> aio.Response:
    """Sign up the holder of the token for a slot of this mission."""
    return await _act(request, signups.sign_up)


@operation(N_("Rendre sa place"), request=SignupInput, response=SignupOut, scope="missions:write", errors=(409,))
@csrf_exempt
async def leave(request: aio.Request) -> aio.Response:
    """Give the place back."""
    return await _act(request, signups.leave)


async def _act(request: aio.Request, act: signups.Act) -> aio.Response:
    viewer = await api_viewer(request, "missions:write")
    asked = await json_body(request, SignupInput)
    mission_id = request.match_info["id"]
    result = await node_of(request).write(_on_this_mission, act, viewer.account_id or "", mission_id, asked.shift_id)
    answer = SignupOut(
        signup_id=result.signup_id,
        mission_id=result.mission_id,
        shift_id=result.shift_id,
        state=result.state,
        position=result.position,
    )
    return json_response(answer)


def _on_this_mission(
    unit: Unit, act: signups.Act, account_id: str, mission_id: str, shift_id: str
) -> signups.SignupResult:
    shift, mission = signups.find_shift(unit, shift_id)
    if mission.id != mission_id:
        raise NotFound("missions.shift-unknown")
    return act(unit, account_id, shift.id)


@operation(N_("Les missions d’ici, à la forme de la plateforme nationale (API Engagement)"), response=dict[str, Any])
async def engagement(request: aio.Request) -> aio.Response:
    """Our missions in the shape of the national platform (API Engagement, mission v2)."""
    found = await node_of(request).read(_engagement)
    return json_response({"total": len(found), "data": found})


def _engagement(unit: Unit) -> list[dict[str, Any]]:
    cards = reading.listing(unit, Filters(origin="here"), limit=MOST_EXPORTED).cards
    return [_as_engagement(unit, public.get(unit, card.id)) for card in cards]


def _as_engagement(unit: Unit, page: MissionPage) -> dict[str, Any]:
    coming = [shift for shift in page.shifts if not shift.cancelled and shift.ends_at > unit.now]
    postcode = unit.node.postcodes[0] if unit.node.postcodes else ""
    address: dict[str, Any] = {"street": page.place_name, "postalCode": postcode, "city": unit.node.name}
    if page.lat is not None and page.lon is not None:
        address["location"] = {"lat": page.lat, "lon": page.lon}
    return {
        "clientId": page.id,
        "title": page.title,
        "description": public.mission_value(unit, page.id).html,
        "applicationUrl": unit.node.url(f"/missions/{page.id}"),
        "domain": themes.theme(page.theme).domain,
        "tags": [page.theme],
        "softSkills": list(skills.labels(page.skills)),
        "remote": "no",
        "startAt": min(shift.starts_at for shift in coming).isoformat(),
        "endAt": max(shift.ends_at for shift in coming).isoformat(),
        "postedAt": page.published_at.isoformat() if page.published_at else None,
        "places": sum(shift.left for shift in coming),
        "openToMinors": page.minimum_age < 18,
        "addresses": [address],
        "type": "benevolat",
        "organizationClientId": page.organisation_id,
        "organizationName": page.organisation_name,
        "organizationCity": unit.node.name,
    }


def _card(card: MissionCard, base_url: str) -> MissionOut:
    return MissionOut(
        id=card.id,
        uri=card.uri,
        url=card.origin_url or base_url + card.url,
        title=card.title,
        summary=card.summary,
        theme=card.theme,
        skills=list(card.skills),
        organisation=card.organisation_name,
        place=card.place_name,
        lat=card.lat,
        lon=card.lon,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        tokens=card.tokens,
        places_left=card.places_left,
        peer=card.peer_name,
    )


def _page(page: MissionPage, base_url: str) -> MissionDetailOut:
    return MissionDetailOut(
        id=page.id,
        url=f"{base_url}/missions/{page.id}",
        state=page.state,
        title=page.title,
        summary=page.summary,
        description=page.description,
        learning=page.learning,
        theme=page.theme,
        skills=list(page.skills),
        organisation=page.organisation_name,
        place=page.place_name,
        lat=page.lat,
        lon=page.lon,
        access=page.access,
        minimum_age=page.minimum_age,
        tokens=page.tokens,
        updated_at=page.updated_at,
        shifts=[
            ShiftOut(
                id=shift.id,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                places=shift.places,
                places_left=shift.left,
                waiting=shift.waiting,
                cancelled=shift.cancelled,
            )
            for shift in page.shifts
        ],
    )


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api/v1/missions", index, name="missions.api-list"),
        aio.get("/api/v1/missions.json", engagement, name="missions.api-engagement"),
        aio.get("/api/v1/missions/{id}", show, name="missions.api-show"),
        aio.post("/api/v1/missions/{id}/signup", sign_up, name="missions.api-sign-up"),
        aio.post("/api/v1/missions/{id}/leave", leave, name="missions.api-leave"),
    ]
