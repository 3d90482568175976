"""JSON in and out for the API, with the same models as the forms."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from aiohttp import web as aio
from pydantic import BaseModel, TypeAdapter, ValidationError

from web.form_values import has_forbidden
from web.form_words import FORBIDDEN_CHARACTER
from web.forms import explain
from web.i18n import N_, gettext
from web.problems import Problem, Refused

M = TypeVar("M", bound=BaseModel)
_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


async def json_body(request: aio.Request, model: type[M]) -> M:
    """The body as a model; raises 415, 400 or 422 with problem details otherwise.

    Duplicate keys are refused, and what cannot be stored as text (control characters, halves of a surrogate pair).
    Types are strict: "5" is no number, as the OpenAPI document says.
    """
    if request.content_type != "application/json" and not request.content_type.endswith("+json"):
        raise Refused(Problem(415, "http.415", detail=gettext(request, N_("Envoyez du JSON."))))
    raw = await request.read()
    try:
        data = json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(data, ensure_ascii=False).encode()  # fails for half a surrogate pair
    except (ValueError, RecursionError):
        detail = gettext(request, N_("Ce JSON n’est pas lisible."))
        raise Refused(Problem(400, "json.invalid", detail=detail)) from None
    if errors := _unstorable(request, data):
        raise _unfit(request, errors)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise _unfit(request, explain(request, error, model)) from None


def _unfit(request: aio.Request, errors: dict[str, str]) -> Refused:
    detail = gettext(request, N_("Certaines réponses ne conviennent pas."))
    return Refused(Problem(422, "json.invalid-value", detail=detail, errors=errors))


def _unstorable(request: aio.Request, data: Any) -> dict[str, str]:
    """Objections to the members whose texts hold control characters, at any depth."""
    members = data.items() if isinstance(data, dict) else [("", data)]
    return {name: gettext(request, FORBIDDEN_CHARACTER) for name, value in members if _has_control(value)}


def _has_control(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_control(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(_has_control(item) for item in value)
    return isinstance(value, str) and has_forbidden(value)


def json_response(
    data: BaseModel | Mapping[str, Any] | Sequence[Any], status: int = 200, *, headers: Mapping[str, str] | None = None
) -> aio.Response:
    """A model, a list of models, or plain data as ``application/json``; times in ISO 8601."""
    body = _ANYTHING.dump_json(data, by_alias=True)
    return aio.Response(body=body, status=status, content_type="application/json", headers=dict(headers or {}))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
