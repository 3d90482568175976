"""Canonical bytes, hashes and the spelling of keys (specs/signing.md §1, §3)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

import rfc8785

Object = dict[str, Any]
_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def canonical(value: Any) -> bytes:
    return rfc8785.dumps(value)


def digest(value: Any) -> bytes:
    return hashlib.sha256(canonical(value)).digest()


def hash_without(value: Object, *names: str) -> str:
    """signing.md 1.2"""
    return digest({name: part for name, part in value.items() if name not in names}).hex()


def fresh_id() -> str:
    """honour.md 2.3: 16 to 64 letters, unpredictable."""
    return secrets.token_urlsafe(18)


def instant(moment: datetime | None = None) -> str:
    """honour.md 2.2"""
    return (moment or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def base58(data: bytes) -> str:
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _LETTERS[rest] + letters
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + letters


def from_base58(text: str) -> bytes:
    if not text.startswith("z"):
        raise ValueError("not base58btc")
    number = 0
    for letter in text[1:]:
        number = number * 58 + _LETTERS.index(letter)
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(public: bytes) -> str:
    """signing.md 3.2"""
    return base58(b"\xed\x01" + public)


def from_multikey(text: str) -> bytes:
    data = from_base58(text)
    if len(data) != 34 or data[:2] != b"\xed\x01":
        raise ValueError("not an Ed25519 Multikey")
    return data[2:]
