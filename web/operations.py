"""What a handler of the JSON API takes and answers, written on the handler itself; `web.openapi` reads it.

@operation(N_("Mes jetons"), response=WalletOut, scope="wallet:read")
async def show(request): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

H = TypeVar("H", bound=Callable[..., Any])
MARK = "ygor_operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the JSON API.

    summary: French msgid. request: model of the JSON body. query: model of the address's parameters. response: what a
    success answers, a model, `list[Model]` or any type pydantic knows. also: other statuses that are a success, with
    their types. scope: the token's scope, empty when no token is needed. errors: statuses of problems besides those
    that follow from the rest (`web.openapi.problem_statuses`).
    """

    summary: str
    response: Any
    request: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    also: Mapping[int, Any] = field(default_factory=dict)
    scope: str = ""
    errors: tuple[int, ...] = ()

    @property
    def answers(self) -> Mapping[int, Any]:
        """All successes: status → type."""
        return {self.status: self.response, **self.also}


def operation(
    summary: str,
    *,
    response: Any,
    request: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    status: int = 200,
    also: Mapping[int, Any] | None = None,
    scope: str = "",
    errors: tuple[int, ...] = (),
) -> Callable[[H], H]:
    """Say what a handler does; see `Operation`. The handler itself stays as it is."""
    said = Operation(summary, response, request, query, status, also or {}, scope, errors)

    def mark(handler: H) -> H:
        handler.__dict__[MARK] = said
        return handler

    return mark


def operation_of(handler: object) -> Operation | None:
    """What a handler says about itself."""
    found = getattr(handler, MARK, None)
    return found if isinstance(found, Operation) else None
