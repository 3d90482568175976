"""Typed keys of what the toolkit hangs on the application and on each request."""

from __future__ import annotations

import jinja2
from aiohttp import web as aio

from web.catalogue import Catalogues
from web.config import Tenant, WebConfig
from web.static_files import StaticFiles

CONFIG = aio.AppKey("config", WebConfig)
ENVIRONMENT = aio.AppKey("environment", jinja2.Environment)
CATALOGUES = aio.AppKey("catalogues", Catalogues)
STATIC = aio.AppKey("static", StaticFiles)

TENANT = aio.RequestKey("tenant", Tenant)
REQUEST_ID = aio.RequestKey("request_id", str)
LOCALE = aio.RequestKey("locale", str)


def tenant_of(request: aio.Request) -> Tenant:
    """The tenant this request is for; KeyError on routes that belong to no tenant (health)."""
    return request[TENANT]


def request_id_of(request: aio.Request) -> str:
    """The id under which the logs know this request."""
    found: str = request.get(REQUEST_ID, "-")
    return found


def base_url_of(request: aio.Request) -> str:
    """The tenant's public origin, else what the request says."""
    tenant = request.get(TENANT)
    return tenant.base_url.rstrip("/") if tenant is not None else f"{request.scheme}://{request.host}"


def is_https(request: aio.Request) -> bool:
    """Whether people reach this tenant over TLS (decides Secure cookies and HSTS)."""
    return base_url_of(request).startswith("https://")
