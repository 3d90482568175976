"""JSON Canonicalization Scheme, RFC 8785 (specs/signing.md §1): the bytes that are hashed and signed."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

import rfc8785

from protocols.errors import LocalProtocolError
from protocols.types import JsonInput

_LARGEST = 2**53 - 1
_MOST_VALUES = 100_000


def canonical(value: JsonInput) -> bytes:
    """The one UTF-8 spelling of `value`.

    Raises LocalProtocolError for what JSON cannot say: NaN, infinities, integers beyond 2^53 - 1, lone surrogates,
    names that are not strings, other types, nesting beyond the interpreter's stack.
    """
    try:
        if _is_plain(value):
            return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return rfc8785.dumps(cast(Any, value))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LocalProtocolError(f"No canonical JSON: {error}") from error


def _is_plain(root: JsonInput) -> bool:
    """Whether Python's own encoder, which is in C, writes the same: names in ASCII (whose order is that of UTF-16),
    no floats, integers in bounds, exactly JSON's types. Escapes are alike in both."""
    todo: list[Any] = [root]
    for _ in range(_MOST_VALUES):
        if not todo:
            return True
        value = todo.pop()
        kind = type(value)
        if kind is dict:
            if not all(type(name) is str and name.isascii() for name in value):
                return False
            todo.extend(value.values())
        elif kind is list:
            todo.extend(value)
        elif kind is int:
            if not -_LARGEST <= value <= _LARGEST:
                return False
        elif kind is not str and value is not None and kind is not bool:
            return False
    return False


def digest(value: JsonInput) -> bytes:
    """SHA-256 of the canonical bytes: 32 bytes."""
    return hashlib.sha256(canonical(value)).digest()
