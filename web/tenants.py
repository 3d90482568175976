"""Which commune is asked, by Host; then session, language and the tenant's own preparation."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from aiohttp import web as aio
from aiohttp.typedefs import Handler

from web import csrf, flash, scope
from web.keys import CONFIG, LOCALE, TENANT
from web.locale import from_header, negotiate
from web.marks import mark_of
from web.problems import Problem, problem_response, wants_json
from web.session import load

UNKNOWN_HOST = (
    '<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Adresse inconnue – Ygor</title></head><body><main><h1>Aucune commune à cette adresse</h1>"
    "<p>Vérifiez l’adresse, ou revenez par le site de votre mairie.</p>"
    '<p lang="en">There is no commune at this address.</p></main></body></html>'
)


def host_name(request: aio.Request) -> str:
    """The Host without port, lower case, without a final dot."""
    host = request.host.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


@aio.middleware
async def tenant_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Find the tenant; an unknown host gets a plain 404."""
    if mark_of(request, "ygor_public_host", False):
        return await handler(request)
    tenant = request.config_dict[CONFIG].tenant_for(host_name(request))
    if tenant is None:
        if wants_json(request):
            return problem_response(request, Problem(404, code="web.unknown-host", detail="no tenant at this host"))
        return aio.Response(text=UNKNOWN_HOST, status=404, content_type="text/html")
    request[TENANT] = tenant
    locale = from_header(request.headers.get("Accept-Language", ""))
    _speak(request, locale)
    response: aio.StreamResponse
    try:
        response = await handler(request)
    except aio.HTTPException as answer:
        _save_cookies(request, answer)
        raise
    _save_cookies(request, response)
    return response


def _save_cookies(request: aio.Request, response: aio.StreamResponse) -> None:
    if not response.prepared:
        csrf.save_cookie(request, response)
        flash.save_cookie(request, response)


def _speak(request: aio.Request, locale: str) -> None:
    request[LOCALE] = locale
    scope.enter(scope.Scope(locale, ZoneInfo(request[TENANT].timezone), request))


@aio.middleware
async def person_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Load the session and settle the language."""
    if "\0" in request.path:  # PostgreSQL has no such text, so nothing can have that address
        raise aio.HTTPNotFound
    if request.get(TENANT) is not None:
        await load(request)
        _speak(request, negotiate(request))
    return await handler(request)


@aio.middleware
async def prepare_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Let `node` read what this request needs (who is here, what they may do)."""
    if request.get(TENANT) is not None:
        await request.config_dict[CONFIG].prepare(request)
    return await handler(request)
