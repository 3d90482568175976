"""JSON Canonicalization Scheme, RFC 8785 (specs/signing.md §1): the bytes that are hashed and signed."""

from __future__ import annotations

import hashlib
from typing import Any, cast

import rfc8785

from protocols.errors import LocalProtocolError
from protocols.types import JsonInput


def canonical(value: JsonInput) -> bytes:
    """The one UTF-8 spelling of `value`.

    Raises LocalProtocolError for what JSON cannot say: NaN, infinities, integers beyond 2^53 - 1, lone surrogates,
    names that are not strings, other types, nesting beyond the interpreter's stack.
    """
    try:
        return rfc8785.dumps(cast(Any, value))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LocalProtocolError(f"No canonical JSON: {error}") from error


def digest(value: JsonInput) -> bytes:
    """SHA-256 of the canonical bytes: 32 bytes."""
    return hashlib.sha256(canonical(value)).digest()
