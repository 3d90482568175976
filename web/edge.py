"""The outermost middleware: proxy headers, request id, log line, figures, security headers, and the last resort."""

from __future__ import annotations

import ipaddress
import random
import time
import traceback

import structlog
from aiohttp import web as aio
from aiohttp.typedefs import Handler, Middleware
from aiohttp_remotes import XForwardedFiltered

from web.config import WebConfig
from web.headers import add_headers
from web.keys import CONFIG, REQUEST_ID, TENANT
from web.marks import mark_of, path_for_logs
from web.metrics import METRICS

log = structlog.get_logger("web.access")

LAST_RESORT = (
    '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Erreur – Ygor</title></head><body><main>'
    "<h1>Une erreur de notre côté</h1><p>Réessayez dans un instant. / Something went wrong, please try again.</p>"
    "<p>{}</p></main></body></html>"
)


def proxy_middleware(trusted: frozenset[str]) -> Middleware:
    """Believe X-Forwarded-* only when the connection itself comes from a trusted network."""
    networks = [ipaddress.ip_network(text, strict=False) for text in trusted]
    forwarded = XForwardedFiltered(set(trusted))

    @aio.middleware
    async def middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
        try:
            address = ipaddress.ip_address(request.remote or "")
        except ValueError:
            return await handler(request)
        if not any(address in network for network in networks):
            return await handler(request)
        return await forwarded.middleware(request, handler)

    return middleware


def _limit_bytes(request: aio.Request) -> int:
    own = mark_of(request, "ygor_body_limit")
    return int(own) if own is not None else request.config_dict[CONFIG].body_limit_bytes


@aio.middleware
async def edge_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Everything that must hold for every answer, whatever happens inside."""
    started = time.perf_counter()
    limit = _limit_bytes(request)
    if limit != request.client_max_size:
        request = request.clone(client_max_size=limit)
    request_id = request[REQUEST_ID] = f"{random.getrandbits(64):016x}"
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    status = 500
    response: aio.StreamResponse
    try:
        try:
            response = await handler(request)
        except aio.HTTPException as answer:
            response = answer
        except Exception as error:
            log.error(
                "last resort",
                path=path_for_logs(request),
                error=type(error).__name__,
                trace="".join(traceback.format_exception(error))[-8000:],
            )
            response = aio.Response(text=LAST_RESORT.format(request_id), status=500, content_type="text/html")
        status = response.status
        if not response.prepared:
            add_headers(request, response)
            response.headers["X-Request-Id"] = request_id
        if isinstance(response, aio.HTTPException):
            raise response
        return response
    finally:
        _record(request, status, time.perf_counter() - started)


def _record(request: aio.Request, status: int, seconds: float) -> None:
    route = request.match_info.route.name or "unnamed"
    request.config_dict[METRICS].record(request.method, route, status, seconds)
    tenant = request.get(TENANT)
    log.info(
        "request",
        method=request.method,
        path=path_for_logs(request),
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        tenant=tenant.code if tenant is not None else None,
    )


def edge_middlewares(config: WebConfig) -> list[Middleware]:
    """In order, outermost first."""
    proxies: list[Middleware] = [proxy_middleware(config.trusted_proxies)] if config.trusted_proxies else []
    return [*proxies, edge_middleware]
