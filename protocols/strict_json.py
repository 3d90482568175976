"""Incoming JSON, read so that two honest readers cannot understand it differently (I-JSON, RFC 7493).

Refused: anything but one object, bytes that are not UTF-8, a byte order mark, NaN and infinities (also by overflow),
integers that a double cannot hold, duplicate names, lone surrogates, U+0000 (which no database keeps in a text), and
documents too long or nested too deeply.

Clauses: specs/federation.md §3.4.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from protocols.errors import RemoteProtocolError
from protocols.types import Json, JsonObject

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1


def loads(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> JsonObject:
    """Read one JSON object of at most `max_bytes` bytes and `max_depth` levels (the object itself is level 1).

    Raises RemoteProtocolError, with status 413 when it is too long.
    """
    if len(data) > max_bytes:
        raise RemoteProtocolError(f"JSON of more than {max_bytes} bytes", status=413, code="too-large")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except (ValueError, RecursionError) as error:
        raise RemoteProtocolError("Not acceptable JSON") from error
    if not isinstance(value, dict):
        raise RemoteProtocolError("A JSON object was expected")
    if b"\\u" in data or data.count(b"{") + data.count(b"[") > max_depth:  # else there is nothing to find
        _check(value, max_depth)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise RemoteProtocolError("Duplicate name in a JSON object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise RemoteProtocolError(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise RemoteProtocolError("Integer beyond 2^53 - 1")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise RemoteProtocolError("Number beyond a double")
    return value


def _check(root: JsonObject, max_depth: int) -> None:
    """Walk without recursion: depth and lone surrogates."""
    todo: list[tuple[Json, int]] = [(root, 1)]
    while todo:
        value, depth = todo.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth > max_depth:
                raise RemoteProtocolError(f"JSON nested deeper than {max_depth} levels")
            if isinstance(value, dict):
                for name in value:
                    _check_text(name)
            members = value.values() if isinstance(value, dict) else value
            todo.extend((member, depth + 1) for member in members)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise RemoteProtocolError("U+0000 in a JSON string")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RemoteProtocolError("Lone surrogate in a JSON string") from error
