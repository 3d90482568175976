"""Addresses that come back from the outside."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(text: str | None, default: str = "/") -> str:
    """A path on this site from a ``next=`` parameter; anything that could lead elsewhere becomes ``default``."""
    if not text or len(text) > 2000 or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    if any(ord(character) < 32 or character == "\\" for character in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text
