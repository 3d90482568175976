"""One-time messages shown on the next page ("Votre mission est publiée."), in a signed cookie: no session needed."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Literal

from aiohttp import web as aio

from web.keys import is_https
from web.signing import b64, tag, unb64

Kind = Literal["good", "warn", "bad"]
COOKIE = "ygor-flash"
MOST_MESSAGES = 5
LONGEST = 400
LARGEST_COOKIE = 3500


@dataclass(frozen=True, slots=True)
class FlashMessage:
    """text is already in the person's language."""

    text: str
    kind: Kind = "good"


@dataclass(slots=True)
class _Pending:
    waiting: list[FlashMessage]
    shown: bool = False
    added: bool = False


_PENDING = aio.RequestKey("flash", _Pending)


def flash(request: aio.Request, message: str, kind: Kind = "good") -> None:
    """Show a message on the next page this person sees. Translate it first with ``gettext(request, …)``."""
    pending = _pending(request)
    pending.waiting.append(FlashMessage(str(message)[:LONGEST], kind))
    del pending.waiting[:-MOST_MESSAGES]
    pending.added = True


def take(request: aio.Request) -> list[FlashMessage]:
    """The messages to show now; they will not be shown again."""
    pending = _pending(request)
    messages, pending.waiting = pending.waiting, []
    pending.shown = bool(messages) or pending.shown
    return messages


def save_cookie(request: aio.Request, response: aio.StreamResponse) -> None:
    """Keep what waits for the next page, forget what was shown."""
    pending = request.get(_PENDING)
    if pending is None:
        return
    if pending.waiting and pending.added:
        body = json.dumps([[m.kind, m.text] for m in pending.waiting], separators=(",", ":")).encode()
        value = f"{b64(body)}.{b64(tag(request, 'flash', body))}"
        if len(value) <= LARGEST_COOKIE:
            response.set_cookie(
                COOKIE, value, path="/", httponly=True, samesite="Lax", secure=is_https(request), max_age=600
            )
    elif pending.shown and COOKIE in request.cookies:
        response.del_cookie(COOKIE, path="/")


def _pending(request: aio.Request) -> _Pending:
    found = request.get(_PENDING)
    if found is None:
        found = request[_PENDING] = _Pending(_read(request))
    return found


def _read(request: aio.Request) -> list[FlashMessage]:
    body64, _, tag64 = request.cookies.get(COOKIE, "").partition(".")
    if not tag64:
        return []
    try:
        body = unb64(body64)
        if not hmac.compare_digest(unb64(tag64), tag(request, "flash", body)):
            return []
        return [FlashMessage(text, kind) for kind, text in json.loads(body)]
    except ValueError:
        return []
