"""Errors as pages, fragments and problem details."""

from __future__ import annotations

from typing import Any

import pytest

from web.typography import plain


async def test_error_pages_are_whole_pages_in_the_persons_language(client: Any) -> None:
    french = await (await client.get("/nowhere")).text()
    assert "Page introuvable" in french
    assert '<html lang="fr"' in french
    assert "<title>Page introuvable – Ygor – Castanet</title>" in french
    english = await (await client.get("/nowhere", headers={"Accept-Language": "en"})).text()
    assert "Page not found" in english
    assert '<html lang="en"' in english


async def test_405_says_what_is_allowed(client: Any) -> None:
    response = await client.request("PUT", "/nowhere-put")
    assert response.status in (403, 404)
    response = await client.get("/in")
    assert response.status == 405
    assert response.headers["Allow"] == "POST"


async def test_domain_errors_become_pages_and_problems(client: Any) -> None:
    page = await client.get("/full")
    assert page.status == 409
    assert "C'est complet : 3 places." in plain(await page.text())
    problem = await client.get("/api/full", headers={"Accept-Language": "en"})
    assert problem.status == 409
    assert problem.content_type == "application/problem+json"
    body = await problem.json()
    assert body["code"] == "demo.full"
    assert body["detail"] == "It is full: 3 places."
    assert body["errors"] == {"places": "It is full: 3 places."}
    assert body["status"] == 409
    assert body["request_id"] == problem.headers["X-Request-Id"]


async def test_htmx_gets_a_fragment_for_the_message_area(client: Any) -> None:
    response = await client.get("/full", headers={"HX-Request": "true"})
    html = await response.text()
    assert "<html" not in html
    assert 'role="alert"' in html
    assert response.headers["HX-Retarget"] == "#flash"
    whole = await client.get("/full", headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<html" in await whole.text()


@pytest.mark.parametrize("accept", ["application/json", "application/activity+json"])
async def test_json_is_given_to_those_who_ask_for_it(client: Any, accept: str) -> None:
    response = await client.get("/nowhere", headers={"Accept": accept})
    assert response.content_type == "application/problem+json"
    assert (await response.json())["status"] == 404


async def test_hostile_text_in_an_address_is_escaped(client: Any) -> None:
    html = await (await client.get("/demo", params={"t": '<script>alert("x")</script>'})).text()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
