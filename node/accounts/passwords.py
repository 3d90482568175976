"""Passwords: argon2id (RFC 9106) through libsodium. Slow on purpose, so never inside a unit of work: the edge reads
the hash, checks it in a thread, then writes."""

from __future__ import annotations

import unicodedata
from functools import cache

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

OPSLIMIT = argon2id.OPSLIMIT_INTERACTIVE
MEMLIMIT = argon2id.MEMLIMIT_INTERACTIVE  # 64 MiB


def hash_password(password: str) -> str:
    """The encoded hash (`$argon2id$…`) of a password already passed through `rules.normal_password`."""
    return argon2id.str(password.encode(), OPSLIMIT, MEMLIMIT).decode("ascii").rstrip("\0")


@cache
def _hash_of_nobody() -> str:
    return hash_password("nobody signs in with this")


def check_password(stored: str | None, typed: str) -> bool:
    """Whether a password is right. Without a stored hash the same work is done, so that time tells nothing."""
    encoded = unicodedata.normalize("NFKC", typed).encode("utf-8", "replace")
    try:
        right = argon2id.verify((stored or _hash_of_nobody()).encode("ascii"), encoded)
    except InvalidkeyError:
        right = False
    return right and stored is not None
