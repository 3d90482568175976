"""A 401 names the way in (RFC 9110 §11.6.1)."""

from __future__ import annotations

from typing import Any, cast

from web.problems import Problem, problem_response


class _Request:
    """As much of a request as a problem's document asks for."""

    path = "/api/v1/me"

    def get(self, _key: object, default: object = None) -> object:
        return default


def test_a_401_says_bearer_and_others_do_not() -> None:
    request = cast(Any, _Request())
    assert problem_response(request, Problem(401, code="x", detail="")).headers["WWW-Authenticate"].startswith("Bearer")
    assert "WWW-Authenticate" not in problem_response(request, Problem(403, code="x", detail="")).headers
