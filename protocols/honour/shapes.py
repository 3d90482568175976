"""JSON object <-> frozen value by table, and the JSON Schema of the same table (specs/honour.md §2).

One table per kind of object keeps the builder, the parser and the published schema from drifting apart. Parsing is
strict: a missing key, an unknown key or a wrong type is refused with the path of the culprit, because a body that two
nodes read differently could be hashed differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol, cast

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.types import Json, JsonObject

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT: Final = _DAY + "T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
MOST_TOKENS: Final = 1_000_000_000
MOST_WHOLE: Final = 2**53 - 1


def refuse(path: str, why: str, code: str = "bad-message") -> RemoteProtocolError:
    """The error for a value at ``path`` (dotted, ``$`` is the whole object) that the other side sent."""
    return RemoteProtocolError(f"{path}: {why}", status=400, code=code)


class Codec(Protocol):
    """Reads a JSON value, writes it back, and knows its JSON Schema."""

    @property
    def schema(self) -> JsonObject: ...

    def read(self, value: object, path: str) -> Any: ...

    def write(self, value: Any) -> Json: ...


@dataclass(frozen=True, slots=True)
class Text:
    """A string of 1 to ``longest`` characters without control characters; ``pattern`` must match whole."""

    longest: int
    pattern: str = r"[^\u0000-\u001f\u007f]+"

    @property
    def schema(self) -> JsonObject:
        return {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": f"^{self.pattern}$"}

    def read(self, value: object, path: str) -> str:
        if not isinstance(value, str):
            raise refuse(path, "must be a string")
        if not 1 <= len(value) <= self.longest:
            raise refuse(path, f"must have 1 to {self.longest} characters")
        if re.fullmatch(self.pattern, value) is None:
            raise refuse(path, f"must match {self.pattern}")
        return value

    def write(self, value: str) -> Json:
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer between two bounds, both included; booleans are not integers here."""

    least: int
    most: int

    @property
    def schema(self) -> JsonObject:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, value: object, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise refuse(path, "must be an integer")
        if not self.least <= value <= self.most:
            raise refuse(path, f"must be between {self.least} and {self.most}")
        return value

    def write(self, value: int) -> Json:
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    schema: JsonObject

    def read(self, value: object, path: str) -> bool:
        if not isinstance(value, bool):
            raise refuse(path, "must be true or false")
        return value

    def write(self, value: bool) -> Json:
        return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a fixed list of strings."""

    words: tuple[str, ...]

    @property
    def schema(self) -> JsonObject:
        return {"enum": list(self.words)}

    def read(self, value: object, path: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise refuse(path, "must be one of " + ", ".join(self.words))
        return value

    def write(self, value: str) -> Json:
        return value


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant to the second, in UTC, written ``2026-11-22T10:00:00Z``; fractions are cut off when writing."""

    schema: JsonObject

    def read(self, value: object, path: str) -> datetime:
        if not isinstance(value, str) or re.fullmatch(_MOMENT, value) is None:
            raise refuse(path, "must be an instant such as 2026-11-22T10:00:00Z")
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise refuse(path, "is not a real instant") from error

    def write(self, value: datetime) -> Json:
        if value.tzinfo is None:
            raise LocalProtocolError("an instant must know its time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    schema: JsonObject

    def read(self, value: object, path: str) -> date:
        if not isinstance(value, str) or re.fullmatch(_DAY, value) is None:
            raise refuse(path, "must be a day such as 2026-11-22")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise refuse(path, "is not a real day") from error

    def write(self, value: date) -> Json:
        return value.isoformat()


@dataclass(frozen=True, slots=True)
class Several:
    """A list of at most ``most`` values of one kind; read as a tuple."""

    item: Codec
    most: int
    least: int = 0

    @property
    def schema(self) -> JsonObject:
        return {"type": "array", "items": self.item.schema, "minItems": self.least, "maxItems": self.most}

    def read(self, value: object, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise refuse(path, "must be a list")
        if not self.least <= len(value) <= self.most:
            raise refuse(path, f"must have {self.least} to {self.most} items")
        return tuple(self.item.read(item, f"{path}[{index}]") for index, item in enumerate(value))

    def write(self, value: Sequence[Any]) -> Json:
        return [self.item.write(item) for item in value]


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A JSON object carried as it is (a signed document inside another)."""

    schema: JsonObject

    def read(self, value: object, path: str) -> JsonObject:
        if not isinstance(value, dict):
            raise refuse(path, "must be an object")
        return cast(JsonObject, value)

    def write(self, value: JsonObject) -> Json:
        return value


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an object: the attribute it fills, the codec of its value, and whether it may be absent (``None``)."""

    attribute: str
    codec: Codec
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with exactly the ``keys`` and, where ``fixed`` says so, keys with one allowed value.

    ``ignored`` keys (``proof``, ``@context``) may be present and are left to whoever reads proofs.
    """

    make: Callable[..., Any]
    keys: Mapping[str, Key]
    fixed: Mapping[str, str]
    ignored: tuple[str, ...] = ()

    @property
    def schema(self) -> JsonObject:
        properties: JsonObject = {name: {"const": value} for name, value in self.fixed.items()}
        properties |= {name: key.codec.schema for name, key in self.keys.items()}
        properties |= dict.fromkeys(self.ignored, True)
        required: list[Json] = [*self.fixed, *(name for name, key in self.keys.items() if not key.optional)]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def read(self, value: object, path: str = "$") -> Any:
        if not isinstance(value, dict):
            raise refuse(path, "must be an object")
        for name, expected in self.fixed.items():
            if value.get(name) != expected:
                raise refuse(f"{path}.{name}", f"must be {expected}")
        if unknown := sorted(str(name) for name in value if not self._knows(name)):
            raise refuse(f"{path}.{unknown[0]}", "is not a known key")
        found: dict[str, Any] = {}
        for name, key in self.keys.items():
            if name in value:
                found[key.attribute] = key.codec.read(value[name], f"{path}.{name}")
            elif key.optional:
                found[key.attribute] = None
            else:
                raise refuse(f"{path}.{name}", "is missing")
        return self.make(**found)

    def write(self, value: Any) -> JsonObject:
        written: JsonObject = dict(self.fixed)
        for name, key in self.keys.items():
            part = getattr(value, key.attribute)
            if part is not None:
                written[name] = key.codec.write(part)
            elif not key.optional:
                raise LocalProtocolError(f"{key.attribute} is missing")
        return written

    def _knows(self, name: object) -> bool:
        return name in self.keys or name in self.fixed or name in self.ignored


@dataclass(frozen=True, slots=True)
class Either:
    """An object of one of several shapes, told apart by the value of its ``tag`` key."""

    tag: str
    shapes: Mapping[str, Shape]

    @property
    def schema(self) -> JsonObject:
        return {"oneOf": [shape.schema for shape in self.shapes.values()]}

    def read(self, value: object, path: str) -> Any:
        kind = value.get(self.tag) if isinstance(value, dict) else None
        shape = self.shapes.get(kind) if isinstance(kind, str) else None
        if shape is None:
            raise refuse(f"{path}.{self.tag}", "must be one of " + ", ".join(self.shapes))
        return shape.read(value, path)

    def write(self, value: Any) -> Json:
        for shape in self.shapes.values():
            if type(value) is shape.make:
                return shape.write(value)
        raise LocalProtocolError(f"no shape for {type(value).__name__}")


ACTOR: Final = Text(500, r"https?://[^\s\u0000-\u0020\u007f]+")
IDENTIFIER: Final = Text(64, r"[A-Za-z0-9_-]{16,64}")
HASH: Final = Text(64, r"[0-9a-f]{64}")
LOG: Final = Text(1001, r"https?://[^\s\u0000-\u0020\u007f]+ https?://[^\s\u0000-\u0020\u007f]+")
SLUG: Final = Text(60, r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME: Final = Text(200)
TOKENS: Final = Whole(0, MOST_TOKENS)
SOME_TOKENS: Final = Whole(1, MOST_TOKENS)
ANY_SUM: Final = Whole(-MOST_WHOLE, MOST_WHOLE)
SEQUENCE: Final = Whole(0, MOST_WHOLE)
FLAG: Final = Flag({"type": "boolean"})
MOMENT: Final = Moment({"type": "string", "pattern": f"^{_MOMENT}$"})
DAY: Final = CalendarDay({"type": "string", "pattern": f"^{_DAY}$"})
DOCUMENT: Final = Verbatim({"type": "object"})
