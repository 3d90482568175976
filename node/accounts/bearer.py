"""Personal tokens at the edge: `Authorization: Bearer ygor_…` (RFC 6750 §2.1)."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts import public, tokens
from node.accounts.tokens import TokenGrant
from node.accounts.words import SCOPE_WORDS
from node.core.errors import DomainError, Forbidden
from node.core.requests import node_of
from node.core.unit import Unit
from node.core.viewer import Viewer

__all__ = ["SCOPE_WORDS", "api_viewer"]

LONGEST = 200


async def api_viewer(request: aio.Request, scope: str) -> Viewer:
    """The person behind a request to the JSON API.

    Raises DomainError 401 `accounts.bearer-missing` or `accounts.bearer-refused`, Forbidden `accounts.bearer-scope`.
    """
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise DomainError("accounts.bearer-missing", status=401)
    if len(secret) > LONGEST:
        raise DomainError("accounts.bearer-refused", status=401)
    node = node_of(request)
    grant, viewer = await node.read(_who, secret.strip())
    if grant is None or viewer is None or viewer.is_anonymous:
        raise DomainError("accounts.bearer-refused", status=401)
    if scope not in grant.scopes:
        raise Forbidden("accounts.bearer-scope", scope=scope)
    if grant.stale:
        await node.write(tokens.touch, grant.token_id)
    return viewer


def _who(unit: Unit, secret: str) -> tuple[TokenGrant | None, Viewer | None]:
    grant = tokens.check(unit, secret)
    return grant, public.viewer(unit, grant.account_id) if grant else None
