"""Keyed tags over short texts (HMAC-SHA-256, RFC 2104), each use with its own label."""

from __future__ import annotations

import base64
import hashlib
import hmac

from aiohttp import web as aio

from web.keys import CONFIG


def tag(request: aio.Request, label: str, message: bytes) -> bytes:
    """32 bytes that only this service could have made, for this host and this use."""
    secret = request.config_dict[CONFIG].secret
    return hmac.new(secret, f"{label}\n{request.host}\n".encode() + message, hashlib.sha256).digest()


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The reverse; ValueError on anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
