"""The JSON API of this part."""

from __future__ import annotations

from aiohttp import web as aio
from pydantic import BaseModel

from node.accounts.bearer import api_viewer
from node.core.viewer import Viewer
from web.i18n import N_
from web.json import json_response
from web.marks import csrf_exempt
from web.operations import operation


class MembershipOut(BaseModel):
    """A place in an organisation."""

    organisation_id: str
    organisation_name: str
    organisation_slug: str
    kind: str
    role: str


class MeOut(BaseModel):
    """Who a token speaks for."""

    id: str
    given_name: str
    family_name: str
    email: str | None
    locale: str
    roles: list[str]
    memberships: list[MembershipOut]


@operation(N_("À qui est ce jeton d’accès"), response=MeOut, scope="profile:read")
@csrf_exempt
async def me(request: aio.Request) -> aio.StreamResponse:
    """Who a token speaks for. Scope `profile:read`."""
    return json_response(me_of(await api_viewer(request, "profile:read")))


def me_of(viewer: Viewer) -> MeOut:
    assert viewer.account_id is not None
    return MeOut(
        id=viewer.account_id,
        given_name=viewer.given_name,
        family_name=viewer.family_name,
        email=viewer.email,
        locale=viewer.locale,
        roles=sorted(viewer.roles),
        memberships=[
            MembershipOut(
                organisation_id=m.organisation_id,
                organisation_name=m.organisation_name,
                organisation_slug=m.organisation_slug,
                kind=m.kind,
                role=m.role,
            )
            for m in viewer.memberships
        ],
    )


def routes() -> list[aio.RouteDef]:
    return [aio.get("/api/v1/me", me, name="accounts.api_me")]
