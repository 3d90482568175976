"""What the JSON API refuses before any handler sees it."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"title": "Planter", "places": "5"}', "places"),
        (b'{"title": "Planter", "places": true}', "places"),
        (b'{"title": "Planter", "agreed": 1}', "agreed"),
        (b'{"title": "Plan\\u0000ter"}', "title"),
        (b'{"title": "Planter", "skills": ["a\\u0007"]}', "skills"),
        (b'{"title": "Planter", "unknown": {"deep\\u0000": 1}}', "unknown"),
    ],
)
async def test_types_are_strict_and_texts_storable(client: TestClient[Any, Any], body: bytes, field: str) -> None:
    answer = await client.post("/api/v1/demo", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    assert list((await answer.json())["errors"]) == [field]


@pytest.mark.parametrize("body", [b'{"title": "\\ud800 lone"}', b'{"\\udfff": 1, "title": "Planter"}', b"[", b"\xff"])
async def test_what_is_no_text_is_unreadable(client: TestClient[Any, Any], body: bytes) -> None:
    answer = await client.post("/api/v1/demo", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400


async def test_times_and_line_breaks_are_welcome(client: TestClient[Any, Any]) -> None:
    sent = {"title": "Planter 🌳", "starts": "2026-11-28T09:00:00+01:00", "note": "une\nligne\tici", "skills": ["a"]}
    answer = await client.post("/api/v1/demo", json=sent)
    assert answer.status == 201
    assert (await answer.json())["note"] == "une\nligne\tici"


@pytest.mark.parametrize("path", ["/demo%00", "/api/%00/x"])
async def test_no_address_holds_a_nul(client: TestClient[Any, Any], path: str) -> None:
    assert (await client.get(path)).status == 404
