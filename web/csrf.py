"""Cross-site request forgery: who sent this, and a token only our pages know.

An unsafe request (POST, PUT, PATCH, DELETE) passes when ``Sec-Fetch-Site`` says same-origin (else ``Origin`` is ours,
else neither header exists) *and* it carries the token, in the field ``csrf`` or the header ``X-CSRF-Token``.
The token is bound to the session; before there is one, to a random cookie set when a form is shown. It is masked anew
in every page (BREACH). Requests with an Authorization header are not a browser's doing and pass without.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from aiohttp import web as aio
from aiohttp.typedefs import Handler

from web.keys import base_url_of, is_https
from web.marks import mark_of
from web.session import session
from web.signing import b64, tag, unb64

FIELD: Final = "csrf"
HEADER: Final = "X-CSRF-Token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NEW_COOKIE = aio.RequestKey("csrf_new_cookie", str)


class CsrfRefused(Exception):
    """The request did not come from one of our pages, or the page is too old. ``reason`` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cookie_name(request: aio.Request) -> str:
    """Its own cookie, so that reading a form makes no session."""
    return "__Host-ygor-form" if is_https(request) else "ygor-form"


def _binding(request: aio.Request, *, issue: bool) -> bytes | None:
    identity = session(request).identity
    if identity is not None:
        return b"session:" + str(identity).encode()
    cookie = request.get(_NEW_COOKIE) or request.cookies.get(cookie_name(request))
    if (cookie is None or len(cookie) > 64) and issue:
        cookie = request[_NEW_COOKIE] = secrets.token_urlsafe(24)
    return None if cookie is None else b"cookie:" + cookie.encode()


def token(request: aio.Request) -> str:
    """A fresh token for a form of this page; different text each time, all valid."""
    binding = _binding(request, issue=True)
    assert binding is not None
    secret = tag(request, "csrf", binding)
    pad = secrets.token_bytes(len(secret))
    return b64(pad + bytes(a ^ b for a, b in zip(pad, secret, strict=True)))


def token_is_good(request: aio.Request, text: str) -> bool:
    """Whether a token was made for this session (or form cookie)."""
    binding = _binding(request, issue=False)
    if binding is None or len(text) > 128:
        return False
    try:
        data = unb64(text)
    except ValueError:
        return False
    if len(data) != 64:
        return False
    unmasked = bytes(a ^ b for a, b in zip(data[:32], data[32:], strict=True))
    return hmac.compare_digest(unmasked, tag(request, "csrf", binding))


def check_origin(request: aio.Request) -> None:
    """Raise CsrfRefused when the browser says the request comes from elsewhere."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise CsrfRefused(f"Sec-Fetch-Site: {site[:20]}")
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (base_url_of(request), f"{request.scheme}://{request.host}"):
        raise CsrfRefused("foreign Origin")


async def _sent_token(request: aio.Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            fields = await request.post()
        except (ValueError, LookupError) as error:
            raise aio.HTTPBadRequest(text="unreadable form") from error
        value = fields.get(FIELD, "")
        return value if isinstance(value, str) else ""
    return ""


@aio.middleware
async def csrf_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Refuse forged requests before the handler; set the form cookie when a page asked for a token."""
    unsafe = request.method not in SAFE_METHODS
    if unsafe and not mark_of(request, "ygor_csrf_exempt", False) and "Authorization" not in request.headers:
        check_origin(request)
        if not token_is_good(request, await _sent_token(request)):
            raise CsrfRefused("missing or stale token")
    return await handler(request)


def save_cookie(request: aio.Request, response: aio.StreamResponse) -> None:
    """Hand out the form cookie if a token was made for somebody without a session."""
    fresh = request.get(_NEW_COOKIE)
    if fresh is not None:
        response.set_cookie(
            cookie_name(request), fresh, path="/", secure=is_https(request), httponly=True, samesite="Lax"
        )
