"""An OpenAPI document as rows for a page: what goes in, what comes out, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from web.openapi import BEARER

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A member of an object, with a dotted name when it stands in another. `kind` is a type in words."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation. `sends` and `gets` are the members of the JSON that goes in and comes out."""

    id: str
    method: str
    path: str
    summary: str
    scope: str
    parameters: tuple[Field, ...]
    sends: tuple[Field, ...]
    gets: tuple[Field, ...]
    statuses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one part."""

    title: str
    operations: tuple[Shown, ...]


def groups(document: Schema) -> tuple[Group, ...]:
    """All operations by part, in the order of the document."""
    shown: dict[str, list[Shown]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, entry in methods.items():
            shown[entry["tags"][0]].append(_operation(document, path, method, entry))
    titles = {tag["name"]: tag["description"] for tag in document["tags"]}
    return tuple(Group(titles[name], tuple(operations)) for name, operations in shown.items())


def _operation(document: Schema, path: str, method: str, entry: Schema) -> Shown:
    success = next(answer for status, answer in entry["responses"].items() if status.startswith("2"))
    body = entry.get("requestBody")
    return Shown(
        id=entry["operationId"],
        method=method.upper(),
        path=path,
        summary=entry["summary"],
        scope=next((scope for need in entry["security"] for scope in need.get(BEARER, ())), ""),
        parameters=tuple(
            Field(item["name"], _kind(document, item["schema"]), bool(item["required"])) for item in entry["parameters"]
        ),
        sends=_fields(document, _schema_of(body)) if body else (),
        gets=_fields(document, _schema_of(success)),
        statuses=tuple((status, answer["description"]) for status, answer in entry["responses"].items()),
    )


def _schema_of(part: Schema) -> Schema:
    content: Mapping[str, Schema] = part["content"]
    found: Schema = next(iter(content.values()))["schema"]
    return found


def _resolved(document: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _fields(document: Schema, schema: Schema, within: str = "", depth: int = 0) -> tuple[Field, ...]:
    return tuple(_walk(document, schema, within, depth))


def _walk(document: Schema, schema: Schema, within: str, depth: int) -> Iterator[Field]:
    whole = _resolved(document, schema)
    if whole.get("type") == "array" and "items" in whole:
        yield from _walk(document, whole["items"], f"{within}[]", depth)
        return
    for name, rules in whole.get("properties", {}).items():
        full = f"{within}.{name}" if within else name
        yield Field(full, _kind(document, rules), name in whole.get("required", ()))
        if depth < 2:
            yield from _walk(document, rules, full, depth + 1)


def _kind(document: Schema, schema: Schema) -> str:
    whole = _resolved(document, schema)
    if "anyOf" in whole:
        return " | ".join(_kind(document, choice) for choice in whole["anyOf"])
    if "enum" in whole:
        return " | ".join(f"“{choice}”" for choice in whole["enum"])
    if "const" in whole:
        return f"“{whole['const']}”"
    kind = str(whole.get("format") or whole.get("type") or "any")
    if kind == "array":
        return f"{_kind(document, whole.get('items', {}))}[]"
    low, high = whole.get("minimum", whole.get("minLength")), whole.get("maximum", whole.get("maxLength"))
    if low is None and high is None:
        return kind
    return f"{kind} ({'' if low is None else low}–{'' if high is None else high})"
