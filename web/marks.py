"""Decorators that mark a handler for the middlewares; the handler itself stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web as aio

H = TypeVar("H", bound=Callable[..., Any])


def csrf_exempt(handler: H) -> H:
    """For machine endpoints that never trust a cookie (inbox, bearer-token API)."""
    handler.__dict__["ygor_csrf_exempt"] = True
    return handler


def limited(rate: str) -> Callable[[H], H]:
    """At most so many calls per client address, e.g. ``@limited("5/minute")``; counts every method."""

    def mark(handler: H) -> H:
        handler.__dict__["ygor_rate"] = rate
        return handler

    return mark


def body_limit(limit_bytes: int) -> Callable[[H], H]:
    """The largest body this handler accepts, in bytes; larger ones are answered with 413."""

    def mark(handler: H) -> H:
        handler.__dict__["ygor_body_limit"] = limit_bytes
        return handler

    return mark


def public_host(handler: H) -> H:
    """For routes that belong to no tenant (health): any Host is fine, no session, no pages."""
    handler.__dict__["ygor_public_host"] = True
    return handler


def secret_path(handler: H) -> H:
    """For routes whose address itself opens something (one-time links): logs show the route's pattern instead."""
    handler.__dict__["ygor_secret_path"] = True
    return handler


def path_for_logs(request: aio.Request) -> str:
    """The path of a request, without what a secret address gives away."""
    resource = request.match_info.route.resource
    if resource is not None and mark_of(request, "ygor_secret_path", False):
        return resource.canonical
    return request.path


def mark_of(request: aio.Request, name: str, default: Any = None) -> Any:
    """What a decorator above left on this request's handler."""
    return getattr(request.match_info.handler, name, default)
