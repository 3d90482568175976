"""Identifiers: 26 characters, ordered by time, unguessable in their last 80 bits (the shape of a ULID)."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
CARD_LENGTH = 8


def encode(number: int, length: int) -> str:
    """Write `number` in Crockford's base 32, left-padded to `length` characters."""
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    assert number == 0, "number does not fit the length"
    return "".join(reversed(letters))


def new_id() -> str:
    """A fresh identifier: 48 bits of milliseconds, 80 random bits."""
    return encode((time.time_ns() // 1_000_000) << 80 | secrets.randbits(80), LENGTH)


def new_secret(bytes_count: int = 32) -> str:
    """An unguessable URL-safe text, for links and tokens that are stored only as a digest."""
    return secrets.token_urlsafe(bytes_count)


def new_code(length: int = CARD_LENGTH) -> str:
    """A short code a person can type, without letters that look alike (40 random bits by default)."""
    return encode(secrets.randbits(5 * length), length)


def normal_code(typed: str) -> str:
    """What a person typed, as `new_code` wrote it: upper case, without spaces or dashes, O→0, I/L→1, U→V."""
    return "".join(typed.upper().split()).replace("-", "").translate(str.maketrans("OILU", "011V"))
