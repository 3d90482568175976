"""Sessions: an opaque random cookie, the data behind a `SessionStore` port.

Nobody gets a row or a cookie before something is written. ``session(request)`` is a mapping; writing to it is saving
it. At sign-in call ``rotate(request)`` first, so that a cookie known before opens nothing afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp_session
from aiohttp import web as aio
from aiohttp.typedefs import Handler

from web.config import SessionRecord, SessionStore
from web.keys import TENANT, is_https, tenant_of

TOUCH_AFTER = timedelta(hours=12)
LARGEST_COOKIE = 64


class Session(aiohttp_session.Session):
    """The library's mapping, which also says whether it was written to."""

    @property
    def was_changed(self) -> bool:
        return self._changed


_SESSION = aio.RequestKey("session", Session)
_GONE = aio.RequestKey("session_gone", str)
_RECORD = aio.RequestKey("session_record", SessionRecord)


def key_of(cookie: str) -> str:
    """The store's key for a cookie: SHA-256, hex, 64 characters."""
    return hashlib.sha256(cookie.encode("ascii", "replace")).hexdigest()


def cookie_name(request: aio.Request) -> str:
    """``__Host-`` keeps sister domains from planting a cookie (RFC 6265bis §4.1.3.2); it needs TLS."""
    return "__Host-ygor" if is_https(request) else "ygor"


class Storage(aiohttp_session.AbstractStorage):
    """aiohttp-session over the port."""

    def __init__(self, store: SessionStore, days: int) -> None:
        super().__init__(cookie_name="ygor", httponly=True, samesite="Lax")
        self.store = store
        self.lifetime = timedelta(days=days)

    async def load_session(self, request: aio.Request) -> Session:
        cookie = request.cookies.get(cookie_name(request), "")
        if cookie and len(cookie) <= LARGEST_COOKIE and request.get(TENANT) is not None:
            record = await self.store.load(tenant_of(request), key_of(cookie))
            now = datetime.now(UTC)
            if record is not None and record.expires > now:
                request[_RECORD] = record
                data = aiohttp_session.SessionData(created=int(record.created.timestamp()), session=dict(record.data))
                found = Session(cookie, data=data, new=False)
                if now - record.seen > TOUCH_AFTER:
                    found.changed()
                return found
        return Session(None, data=None, new=True)

    async def save_session(
        self, request: aio.Request, response: aio.StreamResponse, session: aiohttp_session.Session
    ) -> None:
        tenant = tenant_of(request)
        gone = request.get(_GONE)
        if gone is not None:
            await self.store.delete(tenant, key_of(gone))
        name, secure = cookie_name(request), is_https(request)
        if session.empty:
            if session.identity is not None and session.identity != gone:
                await self.store.delete(tenant, key_of(session.identity))
            if request.cookies.get(name):
                response.del_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
            return
        now = datetime.now(UTC)
        before = request.get(_RECORD)
        cookie = session.identity if session.identity is not None else secrets.token_urlsafe(32)
        record = SessionRecord(
            data=dict(session),
            created=before.created if before is not None and session.identity is not None else now,
            seen=now,
            expires=now + self.lifetime,
            user_agent=request.headers.get("User-Agent", "")[:200],
        )
        await self.store.save(tenant, key_of(cookie), record)
        response.set_cookie(
            name,
            cookie,
            path="/",
            secure=secure,
            httponly=True,
            samesite="Lax",
            max_age=int(self.lifetime.total_seconds()),
        )


STORAGE = aio.AppKey("session_storage", Storage)


def session(request: aio.Request) -> Session:
    """This person's session; an empty new one for anonymous readers. Loaded by the middleware before any handler."""
    found: Session | None = request.get(_SESSION)
    if found is None:
        found = request[_SESSION] = Session(None, data=None, new=True)
    return found


async def load(request: aio.Request) -> None:
    """Read this person's session, if there is a cookie; the middleware does it before any handler."""
    request[_SESSION] = await request.config_dict[STORAGE].load_session(request)


async def _save(request: aio.Request, response: aio.StreamResponse) -> None:
    found: Session | None = request.get(_SESSION)
    if found is not None and found.was_changed and not response.prepared:
        await request.config_dict[STORAGE].save_session(request, response, found)


@aio.middleware
async def session_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Save what was written. The library's own middleware keeps untyped keys in the request, which aiohttp warns of."""
    response: aio.StreamResponse
    try:
        response = await handler(request)
    except aio.HTTPException as answer:
        await _save(request, answer)
        raise
    await _save(request, response)
    return response


def rotate(request: aio.Request, **data: Any) -> Session:
    """Begin a session under a new cookie with only ``data`` in it; the old one is deleted. Call it at sign-in."""
    old = session(request)
    if old.identity is not None:
        request[_GONE] = old.identity
    fresh = Session(None, data=None, new=True)
    for name, value in data.items():
        fresh[name] = value
    fresh.changed()
    request[_SESSION] = fresh
    return fresh


def end(request: aio.Request) -> None:
    """Sign out: the session's row and cookie go."""
    session(request).invalidate()


def session_key(request: aio.Request) -> str | None:
    """The store's key of the present session (to mark "this device" in a list), None for anonymous readers."""
    identity = session(request).identity
    return key_of(identity) if identity is not None else None


class MemorySessionStore:
    """Sessions in a dictionary: tests and the style page."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], SessionRecord] = {}

    async def load(self, tenant: Any, key: str) -> SessionRecord | None:
        return self.rows.get((tenant.code, key))

    async def save(self, tenant: Any, key: str, record: SessionRecord) -> None:
        self.rows[tenant.code, key] = record

    async def delete(self, tenant: Any, key: str) -> None:
        self.rows.pop((tenant.code, key), None)
