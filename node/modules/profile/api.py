"""One's own profile for machines: `/api/v1/profile` with the scope `profile:read`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from aiohttp import web as aio

from node.accounts.bearer import api_viewer
from node.core.requests import node_of
from node.modules.profile import reading
from node.modules.profile.forms import ActionOut, CountOut, InterestsOut, ProfileOut
from node.modules.profile.values import Counted, Profile
from web.i18n import N_
from web.json import json_response
from web.marks import csrf_exempt
from web.operations import operation


@operation(N_("Mon profil : envies, savoir-faire et registre"), response=ProfileOut, scope="profile:read")
@csrf_exempt
async def show(request: aio.Request) -> aio.Response:
    """Totals, interests, and the register."""
    viewer = await api_viewer(request, "profile:read")
    assert viewer.account_id is not None
    return json_response(_out(await node_of(request).read(reading.profile, viewer.account_id)))


def _out(profile: Profile) -> ProfileOut:
    sums, chosen = profile.totals, profile.interests
    return ProfileOut(
        minutes=sums.minutes,
        tokens_earned=sums.tokens,
        interests=InterestsOut(themes=list(chosen.themes), skills=list(chosen.skills)),
        skills=_counts(sums.skills),
        themes=_counts(sums.themes),
        actions=[ActionOut.model_validate(asdict(action)) for action in profile.actions],
    )


def _counts(items: Iterable[Counted]) -> list[CountOut]:
    return [CountOut(key=item.key, actions=item.count, minutes=item.minutes) for item in items]


def routes() -> list[aio.RouteDef]:
    return [aio.get("/api/v1/profile", show, name="profile.api")]
