"""Problem details for machines (RFC 9457), and the question whether the other side is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web as aio

from web.keys import CONFIG, request_id_of


@dataclass(frozen=True, slots=True)
class Problem:
    """status: HTTP status; code: stable dotted key; title/detail: for people; errors: field → text."""

    status: int
    code: str = ""
    title: str = ""
    detail: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, request: aio.Request) -> dict[str, Any]:
        """The members of RFC 9457 §3.1 plus ``code``, ``errors`` and ``request_id``."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title or phrase(self.status),
            "status": self.status,
            "instance": request.path,
            "request_id": request_id_of(request),
        }
        if self.detail:
            body["detail"] = self.detail
        if self.code:
            body["code"] = self.code
        if self.errors:
            body["errors"] = dict(self.errors)
        return body


class Refused(Exception):
    """Raised anywhere in a handler to answer with problem details, whatever Accept says."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def phrase(status: int) -> str:
    """The standard reason of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_response(request: aio.Request, problem: Problem) -> aio.Response:
    """``application/problem+json``."""
    body = json.dumps(problem.document(request), ensure_ascii=False).encode()
    headers = dict(problem.headers)
    if problem.status == 401:  # RFC 9110 §11.6.1: a 401 says how to do better
        headers.setdefault("WWW-Authenticate", 'Bearer realm="ygor"')
    return aio.Response(body=body, status=problem.status, content_type="application/problem+json", headers=headers)


def wants_json(request: aio.Request) -> bool:
    """Machine addresses always; elsewhere when Accept names JSON and no HTML."""
    if request.path.startswith(request.config_dict[CONFIG].machine_prefixes):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def is_htmx(request: aio.Request) -> bool:
    """Whether htmx asks for a fragment (a boosted link or a restored history page wants the whole page)."""
    headers = request.headers
    whole = "HX-Boosted" in headers or "HX-History-Restore-Request" in headers
    return headers.get("HX-Request") == "true" and not whole
