"""From what a browser sends to what pydantic reads: one place for stripping, lists, checkboxes and local times."""

from __future__ import annotations

import re
import types
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic.fields import FieldInfo

LONGEST_TEXT = 20_000
MOST_ANSWERS = 500
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_FRENCH_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_HOURS = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?(?::\d{2})?")
# Control characters that no text field means; tab and line feed stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class NoSuchTime(ValueError):
    """The hour that the clocks skip in spring."""


def kinds(annotation: Any) -> tuple[Any, bool, bool]:
    """(inner type, is a list, may be None) of a field's annotation."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            inner = [part for part in get_args(annotation) if part is not type(None)]
            optional = optional or len(inner) < len(get_args(annotation))
            if len(inner) != 1:
                return annotation, False, optional
            annotation = inner[0]
        else:
            break
    if origin in (list, set, frozenset, tuple):
        arguments = [a for a in get_args(annotation) if a is not Ellipsis]
        return kinds(arguments[0])[0] if arguments else str, True, optional
    if origin is Literal:
        return type(get_args(annotation)[0]), False, optional
    return annotation, False, optional


def tidy(text: str) -> str:
    """Stripped, one kind of line end, composed accents (NFC)."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def has_forbidden(text: str) -> bool:
    """Whether the text holds control characters (a NUL would be refused by PostgreSQL later)."""
    return _CONTROL.search(text) is not None


def value_for(info: FieldInfo, texts: list[str], timezone: ZoneInfo) -> tuple[bool, Any]:
    """(present, value for pydantic) from the texts sent under one name. NoSuchTime for an hour that is skipped."""
    inner, is_list, optional = kinds(info.annotation)
    if inner is bool and not is_list:
        return True, bool(texts) and texts[-1].lower() not in ("", "0", "false", "off", "non", "no")
    answers = [text for text in texts if text]
    if is_list:
        return True, [_one(inner, text, timezone) for text in answers[: MOST_ANSWERS + 1]]
    if answers:
        return True, _one(inner, answers[-1], timezone)
    if optional and info.is_required():
        return True, None
    return False, None


def _one(inner: Any, text: str, timezone: ZoneInfo) -> Any:
    if not isinstance(inner, type):
        return text
    if issubclass(inner, datetime):
        return _moment(text, timezone)
    if issubclass(inner, date):
        return _day(text)
    if issubclass(inner, time):
        return _clock(text)
    if issubclass(inner, int | float | Decimal) and not issubclass(inner, bool):
        joined = _SPACES.sub("", text).replace("−", "-")
        return joined if issubclass(inner, int) else joined.replace(",", ".")
    return text


def _day(text: str) -> str:
    found = _FRENCH_DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text


def _clock(text: str) -> str:
    found = _HOURS.fullmatch(text)
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text


def _moment(text: str, timezone: ZoneInfo) -> Any:
    first, _, rest = text.replace("T", " ", 1).partition(" ")
    rest = rest.strip()
    try:
        moment = datetime.fromisoformat(f"{_day(first)}T{_clock(rest)}" if rest else text)
    except ValueError:
        return text
    if not rest:
        return text  # a day alone is not a moment: pydantic says so
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    aware = moment.replace(tzinfo=timezone).astimezone(UTC)
    if aware.astimezone(timezone).replace(tzinfo=None) != moment:
        raise NoSuchTime
    return aware


def shown(value: Any, timezone: ZoneInfo) -> str | list[str]:
    """A Python value as a form shows it: local times for datetime-local, decimal comma left to the browser."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return aware.astimezone(timezone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, str):
        return str(getattr(value, "value", value))
    if isinstance(value, Iterable):
        return [str(shown(item, timezone)) for item in value]
    return str(getattr(value, "value", value))
