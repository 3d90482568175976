"""The ports through which `node` tells the toolkit everything it cannot know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from aiohttp import web as aio
from aiohttp.typedefs import Middleware
from prometheus_client import CollectorRegistry


class Tenant(Protocol):
    """One commune's service, as far as the toolkit cares. `node` passes its own objects.

    code: short identifier used in logs; base_url: public origin without trailing slash (``https://…``);
    timezone: IANA name.
    """

    @property
    def code(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What a store keeps for one session. Times are aware UTC; ``data`` is JSON."""

    data: dict[str, Any]
    created: datetime
    seen: datetime
    expires: datetime
    user_agent: str = ""


class SessionStore(Protocol):
    """Where sessions live. ``key`` is the SHA-256 of the cookie (64 hex digits): a stolen table opens no session."""

    async def load(self, tenant: Tenant, key: str) -> SessionRecord | None: ...
    async def save(self, tenant: Tenant, key: str, record: SessionRecord) -> None: ...
    async def delete(self, tenant: Tenant, key: str) -> None: ...


class DescribedError(NamedTuple):
    """A domain error made presentable: ``text`` is the French msgid, ``{name}`` placeholders filled from ``params``."""

    key: str
    text: str
    status: int = 409
    field: str | None = None
    params: Mapping[str, object] = {}


def _no_context(_request: aio.Request) -> Mapping[str, Any]:
    return {}


async def _nothing_to_prepare(_request: aio.Request) -> None:
    return None


async def _always_ready() -> Mapping[str, bool]:
    return {}


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Everything `web.app.create_app` needs.

    tenant_for: host name (lower case, without port) → tenant, or None for an unknown host.
    session_store: see `SessionStore`.
    secret: at least 16 random bytes, the same in all processes; signs CSRF tokens and flash messages.
    domain_errors, describe_error: exception types of the domain and how to say them.
    prepare: awaited once per page request after the session is loaded (read viewer, balance… into the request).
    context: template variables (see `web.app` for the keys); synchronous, called at render time.
    routes: the parts' routes. template_roots, static_roots: part name → folder. locale_roots: folders ``locale/``.
    readiness: named checks for /readyz. trusted_proxies: networks whose X-Forwarded-* headers are believed.
    """

    tenant_for: Callable[[str], Tenant | None]
    session_store: SessionStore
    secret: bytes
    domain_errors: tuple[type[Exception], ...] = ()
    describe_error: Callable[[Exception], DescribedError | tuple[Any, ...]] | None = None
    prepare: Callable[[aio.Request], Awaitable[None]] = _nothing_to_prepare
    context: Callable[[aio.Request], Mapping[str, Any]] = _no_context
    routes: Sequence[aio.AbstractRouteDef] = ()
    middlewares: Sequence[Middleware] = ()
    template_roots: Mapping[str, Path] = field(default_factory=dict)
    static_roots: Mapping[str, Path] = field(default_factory=dict)
    locale_roots: Sequence[Path] = ()
    template_globals: Mapping[str, Any] = field(default_factory=dict)
    readiness: Callable[[], Awaitable[Mapping[str, bool]]] = _always_ready
    trusted_proxies: frozenset[str] = frozenset()
    registry: CollectorRegistry | None = None
    body_limit_bytes: int = 1024 * 1024
    unsafe_rate: str = "120/minute"
    session_days: int = 30
    machine_prefixes: tuple[str, ...] = ("/api/", "/ygor/")
