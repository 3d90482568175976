"""Which language: the account's choice (``session["lang"]``), then the ``lang`` cookie, then Accept-Language."""

from __future__ import annotations

from functools import lru_cache

from aiohttp import web as aio

from web.scope import DEFAULT_LOCALE, LOCALES
from web.session import session

COOKIE = "lang"


@lru_cache(maxsize=512)
def from_header(header: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110 §12.5.4); French when none fits."""
    best, best_weight = DEFAULT_LOCALE, 0.0
    for part in header[:500].split(","):
        language, _, parameters = part.strip().partition(";")
        code = language.strip().lower().split("-")[0]
        weight = 1.0
        if "q=" in parameters:
            try:
                weight = float(parameters.split("q=")[1])
            except ValueError:
                continue
        if code in LOCALES and weight > best_weight:
            best, best_weight = code, weight
    return best


def negotiate(request: aio.Request) -> str:
    """The language for this request; needs the session loaded."""
    for choice in (session(request).get("lang"), request.cookies.get(COOKIE)):
        if choice in LOCALES:
            return str(choice)
    return from_header(request.headers.get("Accept-Language", ""))
