"""Who is being answered right now: request, locale and time zone for templates, macros and lazy strings.

A context variable, because Jinja macros imported without context see no template variable, and because a lazy
string is turned into text far from any request object.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web as aio

DEFAULT_LOCALE = "fr"
LOCALES = ("fr", "en")
DEFAULT_TIMEZONE = "Europe/Paris"
PARIS = ZoneInfo(DEFAULT_TIMEZONE)


@dataclass(frozen=True, slots=True)
class Scope:
    """locale: "fr" or "en"; timezone: the tenant's; request: None outside a request (mail, command line)."""

    locale: str = DEFAULT_LOCALE
    timezone: ZoneInfo = PARIS
    request: aio.Request | None = None


_scope: ContextVar[Scope] = ContextVar("ygor_scope", default=Scope())  # noqa: B039  # Scope is frozen


def current() -> Scope:
    """The scope in force; French and Paris time when nothing was set."""
    return _scope.get()


def enter(scope: Scope) -> None:
    """Put a scope in force for the rest of this task (used once per request)."""
    _scope.set(scope)


@contextmanager
def speaking(locale: str, timezone: str = DEFAULT_TIMEZONE) -> Iterator[Scope]:
    """Render something outside a request (a mail) in a given language and time zone."""
    scope = Scope(locale if locale in LOCALES else DEFAULT_LOCALE, ZoneInfo(timezone), None)
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)
