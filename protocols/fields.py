"""Reads single properties of a peer's JSON object: the type is exact, everything has a bound.

An optional property that is absent or null gives None, as ActivityStreams has it; of any other wrong type it is
refused like a required one. Every function raises RemoteProtocolError and nothing else.
"""

from __future__ import annotations

import re
from datetime import datetime

from protocols.errors import RemoteProtocolError
from protocols.origins import is_loopback, parse_url
from protocols.timestamps import parse_rfc3339
from protocols.types import Json, JsonObject
from protocols.vocabulary import PUBLIC, PUBLIC_SPELLINGS

NAME_LENGTH = 500
HTML_LENGTH = 100_000
MAX_RECIPIENTS = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9:_-]{0,63}")


def text(obj: JsonObject, name: str, *, max_length: int = NAME_LENGTH) -> str:
    """A string of 1 to `max_length` letters, without control characters but tab and line ends."""
    value = obj.get(name)
    if not isinstance(value, str) or not value or len(value) > max_length or _CONTROL.search(value):
        raise RemoteProtocolError(f"{name}: a text of at most {max_length} letters was expected")
    return value


def optional_text(obj: JsonObject, name: str, *, max_length: int = NAME_LENGTH) -> str | None:
    """As `text`; None when absent, null or empty."""
    return None if obj.get(name) in (None, "") else text(obj, name, max_length=max_length)


def type_of(obj: JsonObject) -> str:
    """The single-string `type`; an array of types is refused."""
    value = obj.get("type")
    if not isinstance(value, str) or not _TYPE.fullmatch(value):
        raise RemoteProtocolError("type: one name was expected")
    return value


def identifier(obj: JsonObject, name: str = "id") -> str:
    """An address that identifies: see `check_identifier`."""
    return check_identifier(obj.get(name), name)


def optional_identifier(obj: JsonObject, name: str) -> str | None:
    """As `identifier`; None when absent or null."""
    return None if obj.get(name) is None else identifier(obj, name)


def check_identifier(value: Json, name: str = "id") -> str:
    """An https address (http only on this very machine) in its one spelling.

    The host must be written in lower-case ASCII and without its scheme's own port, so that two spellings of one
    identifier never meet.
    """
    address = check_link(value, name)
    origin = str(parse_url(address).origin)
    if not address.startswith(origin) or address[len(origin) : len(origin) + 1] not in ("", "/", "?", "#"):
        raise RemoteProtocolError(f"{name}: the address is not in its normal form")
    return address


def check_link(value: Json, name: str) -> str:
    """An https address (http only on this very machine), in any spelling."""
    if not isinstance(value, str):
        raise RemoteProtocolError(f"{name}: an address was expected")
    origin = parse_url(value).origin
    if origin.scheme != "https" and not is_loopback(origin.host):
        raise RemoteProtocolError(f"{name}: an https address was expected")
    return value


def optional_link(obj: JsonObject, name: str) -> str | None:
    """An address to show to people. A Link object gives its `href`; of a list the first web page counts."""
    value = obj.get(name)
    if isinstance(value, list):
        value = next((item for item in value[:10] if _is_page(item)), value[0] if value else None)
    if isinstance(value, dict):
        value = value.get("href")
    return None if value is None else check_link(value, name)


def reference(obj: JsonObject, name: str) -> str:
    """The identifier of another object, given as a string or as an embedded object's `id`."""
    value = obj.get(name)
    return check_identifier(value.get("id") if isinstance(value, dict) else value, name)


def optional_reference(obj: JsonObject, name: str) -> str | None:
    """As `reference`; None when absent or null."""
    return None if obj.get(name) is None else reference(obj, name)


def child(obj: JsonObject, name: str) -> JsonObject:
    """An embedded object."""
    value = obj.get(name)
    if not isinstance(value, dict):
        raise RemoteProtocolError(f"{name}: an object was expected")
    return value


def optional_child(obj: JsonObject, name: str) -> JsonObject | None:
    """As `child`; None when absent or null."""
    return None if obj.get(name) is None else child(obj, name)


def items(obj: JsonObject, name: str, *, max_items: int) -> list[Json]:
    """A list; absent or null is empty, a single value is a list of one (ActivityStreams compacts so)."""
    value = obj.get(name)
    if value is None:
        return []
    values: list[Json] = value if isinstance(value, list) else [value]
    if len(values) > max_items:
        raise RemoteProtocolError(f"{name}: more than {max_items} items")
    return values


def children(obj: JsonObject, name: str, *, max_items: int) -> list[JsonObject]:
    """A list of objects."""
    found = items(obj, name, max_items=max_items)
    objects = [item for item in found if isinstance(item, dict)]
    if len(objects) != len(found):
        raise RemoteProtocolError(f"{name}: objects were expected")
    return objects


def texts(obj: JsonObject, name: str, *, max_items: int, max_length: int = NAME_LENGTH) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text({name: item}, name, max_length=max_length) for item in items(obj, name, max_items=max_items))


def moment(obj: JsonObject, name: str) -> datetime:
    """RFC 3339 with an offset, as aware UTC."""
    return parse_rfc3339(text(obj, name, max_length=64))


def optional_moment(obj: JsonObject, name: str) -> datetime | None:
    """As `moment`; None when absent or null."""
    return None if obj.get(name) is None else moment(obj, name)


def integer(obj: JsonObject, name: str, *, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
    """A whole number, never a boolean, a text or a fraction."""
    value = obj.get(name)
    if type(value) is not int or not minimum <= value <= maximum:
        raise RemoteProtocolError(f"{name}: a whole number from {minimum} to {maximum} was expected")
    return value


def optional_integer(obj: JsonObject, name: str, *, minimum: int = 0, maximum: int = 2**31 - 1) -> int | None:
    """As `integer`; None when absent or null."""
    return None if obj.get(name) is None else integer(obj, name, minimum=minimum, maximum=maximum)


def optional_number(obj: JsonObject, name: str, *, minimum: float, maximum: float) -> float | None:
    """A finite number; None when absent or null."""
    value = obj.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
        raise RemoteProtocolError(f"{name}: a number from {minimum} to {maximum} was expected")
    return float(value)


def optional_flag(obj: JsonObject, name: str) -> bool:
    """A boolean; absent or null is False."""
    value = obj.get(name)
    if value is not None and not isinstance(value, bool):
        raise RemoteProtocolError(f"{name}: true or false was expected")
    return bool(value)


def recipients(obj: JsonObject, name: str) -> tuple[str, ...]:
    """`to` or `cc`: identifiers, every spelling of the public collection as `vocabulary.PUBLIC`."""
    found = items(obj, name, max_items=MAX_RECIPIENTS)
    return tuple(
        PUBLIC if isinstance(item, str) and item in PUBLIC_SPELLINGS else check_identifier(item, name) for item in found
    )


def _is_page(item: Json) -> bool:
    return isinstance(item, str) or (isinstance(item, dict) and item.get("mediaType") in (None, "text/html"))
