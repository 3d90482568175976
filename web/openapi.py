"""The OpenAPI 3.1 document of an application, from its routes and what their handlers say (`web.operations`).

The schemas are pydantic's own, of the very models with which the handlers read and write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from aiohttp import web as aio
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from web.operations import Operation, operation_of

Document: TypeAlias = dict[str, Any]
REF = "#/components/schemas/{model}"
PROBLEM: Document = {"$ref": "#/components/schemas/Problem"}
BEARER = "bearer"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Problem(BaseModel):
    """What every refusal answers (RFC 9457). `code` is stable, `title` and `detail` are for people, `errors` names
    fields."""

    type: Literal["about:blank"]
    title: str
    status: int
    instance: str
    request_id: str
    detail: str | None = None
    code: str | None = None
    errors: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route of the API. path: with `{names}`; patterns: regular expressions of those that have one."""

    name: str
    method: str
    path: str
    patterns: Mapping[str, str]
    operation: Operation | None

    @property
    def group(self) -> str:
        """The part a route belongs to: what stands before the dot of its name."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class About:
    """What stands around the operations. scopes: scope → description; groups: part → title."""

    title: str
    version: str
    description: str
    base_url: str
    scopes: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)


def endpoints(app: aio.Application, prefix: str) -> Iterator[Endpoint]:
    """All routes under `prefix` in the order of their paths, whether or not they say what they do."""
    found = []
    for route in app.router.routes():
        resource = route.resource
        if resource is None or route.method in {"HEAD", "OPTIONS"} or not resource.canonical.startswith(prefix):
            continue
        pattern = resource.get_info().get("pattern")
        patterns = _patterns(pattern) if isinstance(pattern, re.Pattern) else {}
        said = operation_of(route.handler)
        found.append(Endpoint(route.name or "", route.method, resource.canonical, patterns, said))
    yield from sorted(found, key=lambda endpoint: (endpoint.path, endpoint.method))


def _patterns(pattern: re.Pattern[str]) -> dict[str, str]:
    """Name → what it must match; aiohttp writes a route as one expression of named groups without groups inside."""
    return dict(re.findall(r"\(\?P<(\w+)>((?:[^()\\]|\\.)*)\)", pattern.pattern))


def problem_statuses(endpoint: Endpoint, said: Operation) -> list[int]:
    """The refusals to expect: those that follow from the shape of the operation, and those it names."""
    found = set(said.errors)
    if said.scope:
        found |= {401, 403}
    if "{" in endpoint.path:
        found.add(404)
    if said.query is not None:
        found.add(422)
    if said.request is not None:
        found |= {400, 413, 415, 422}
    if endpoint.method in UNSAFE:
        found.add(429)
    return sorted(found)


def document(found: list[Endpoint], about: About, translate: Callable[[str], str] = lambda text: text) -> Document:
    """The whole document. Endpoints without an operation are left out."""
    said = [(endpoint, endpoint.operation) for endpoint in found if endpoint.operation is not None]
    schemas = _Schemas([operation for _endpoint, operation in said])
    paths: Document = {}
    for endpoint, operation in said:
        entry = _entry(endpoint, operation, schemas, translate)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = entry
    tags = [
        {"name": group, "description": translate(about.groups[group])}
        for group in dict.fromkeys(endpoint.group for endpoint, _operation in said)
        if group in about.groups
    ]
    scopes = "\n".join(f"- `{scope}`: {translate(text)}" for scope, text in about.scopes.items())
    bearer = {"type": "http", "scheme": "bearer", "description": scopes}
    return {
        "openapi": "3.1.0",
        "info": {"title": about.title, "version": about.version, "description": about.description},
        "servers": [{"url": about.base_url}],
        "tags": tags,
        "paths": paths,
        "components": {"schemas": schemas.definitions, "securitySchemes": {BEARER: bearer}},
    }


class _Schemas:
    """pydantic's schemas of everything the operations name, with shared definitions."""

    def __init__(self, operations: list[Operation]) -> None:
        wanted: set[tuple[Any, JsonSchemaMode]] = {(Problem, "validation")}
        for operation in operations:
            wanted |= {(model, "validation") for model in (operation.request, operation.query) if model is not None}
            wanted |= {(kind, "serialization") for kind in operation.answers.values()}
        inputs = [(kind, mode, TypeAdapter(kind)) for kind, mode in sorted(wanted, key=str)]
        self._refs, shared = TypeAdapter.json_schemas(inputs, ref_template=REF)
        self.definitions: Document = shared.get("$defs", {})

    def of(self, kind: Any, mode: JsonSchemaMode) -> Document:
        schema: Document = self._refs[kind, mode]
        return schema

    def resolved(self, schema: Document) -> Document:
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.definitions[name] if name else schema


def _entry(endpoint: Endpoint, operation: Operation, schemas: _Schemas, translate: Callable[[str], str]) -> Document:
    entry: Document = {
        "operationId": endpoint.name,
        "tags": [endpoint.group],
        "summary": translate(operation.summary),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(operation, schemas)],
        "responses": {},
    }
    if operation.request is not None:
        schema = schemas.of(operation.request, "validation")
        entry["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    for status, kind in operation.answers.items():
        content = {"application/json": {"schema": schemas.of(kind, "serialization")}}
        entry["responses"][str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    for status in problem_statuses(endpoint, operation):
        content = {"application/problem+json": {"schema": PROBLEM}}
        entry["responses"][str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    entry["security"] = [{BEARER: [operation.scope]}] if operation.scope else []
    return entry


def _path_parameters(endpoint: Endpoint) -> Iterator[Document]:
    for name in re.findall(r"\{(\w+)\}", endpoint.path):
        pattern = endpoint.patterns.get(name, "")
        schema: Document = {"type": "string", "minLength": 1}
        if pattern and pattern != aio.DynamicResource.GOOD:
            schema["pattern"] = f"^{pattern}$"
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(operation: Operation, schemas: _Schemas) -> Iterator[Document]:
    if operation.query is None:
        return
    schema = schemas.resolved(schemas.of(operation.query, "validation"))
    for name, rules in schema.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "allowEmptyValue": True,  # as in forms: an empty text is a parameter that was not sent
            "schema": _without_null(rules),
        }


def _without_null(rules: Document) -> Document:
    """An address has no null: leaving a parameter out is how it is said."""
    choices = [choice for choice in rules.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {key: value for key, value in rules.items() if key != "anyOf" and not (key == "default" and value is None)}
    return {**choices[0], **rest} if len(choices) == 1 else rules
