"""What holds for every answer: headers, request id, limits, unknown hosts, the last resort."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from tests.web.site import HOST, FakeTenant, Site


@pytest.mark.parametrize("path", ["/demo", "/nowhere", "/boom", "/full", "/livez", "/static/ygor.css", "/api/full"])
async def test_every_answer_has_the_security_headers(client: Any, path: str) -> None:
    response = await client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert len(response.headers["X-Request-Id"]) == 16


async def test_hsts_only_over_tls(site: Site, client: Any) -> None:
    assert "Strict-Transport-Security" not in (await client.get("/demo")).headers
    site.tenant = FakeTenant(base_url=f"https://{HOST}")
    assert "Strict-Transport-Security" in (await client.get("/demo")).headers


async def test_pages_have_nothing_inline(client: Any) -> None:
    for path in ("/style", "/demo", "/nowhere", "/offline"):
        html = (await (await client.get(path)).text()).lower()
        assert "style=" not in html
        assert "<style" not in html
        assert " onclick" not in html
        for piece in html.split("<script")[1:]:
            assert " src=" in piece.split(">")[0]


async def test_unknown_host_gets_a_plain_404(client: Any) -> None:
    response = await client.get("/demo", headers={"Host": "elsewhere.example"})
    assert response.status == 404
    assert "Aucune commune" in await response.text()
    assert "Set-Cookie" not in response.headers


async def test_host_is_found_whatever_its_case_port_and_final_dot(client: Any) -> None:
    for host in (HOST.upper(), f"{HOST}:8000", f"{HOST}."):
        assert (await client.get("/demo", headers={"Host": host})).status == 200


async def test_unexpected_error_is_logged_with_its_id_and_tells_nothing(client: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        response = await client.get("/boom")
    html = await response.text()
    assert response.status == 500
    assert "42" not in html.replace(response.headers["X-Request-Id"], "")
    assert response.headers["X-Request-Id"] in html
    entry = next(entry for entry in logs if entry["event"] == "unexpected error")
    assert entry["request_id"] == response.headers["X-Request-Id"]
    assert "the secret is 42" in entry["trace"]


async def test_a_store_that_fails_still_gives_an_answer(site: Site) -> None:
    class BrokenStore:
        async def load(self, tenant: Any, key: str) -> None:
            raise OSError("disk")

        save = delete = load

    async with site.client(session_store=BrokenStore()) as client:
        response = await client.get("/demo", headers={"Cookie": "ygor=abc"})
        assert response.status == 500
        assert "X-Request-Id" in response.headers


async def test_a_context_that_fails_ends_in_the_last_resort(site: Site) -> None:
    def broken(_request: Any) -> dict[str, Any]:
        raise OSError("disk")

    async with site.client(context=broken) as client:
        response = await client.get("/demo")
        assert response.status == 500
        assert "Une erreur de notre côté" in await response.text()
        assert "Content-Security-Policy" in response.headers


async def test_bodies_above_the_limit_are_413(site: Site) -> None:
    async with site.client(body_limit_bytes=1000) as client:
        response = await client.post("/demo", data={"note": "x" * 5000})
        assert response.status == 413
        assert "trop lourd" in await response.text()
        machine = await client.post("/ygor/inbox", data=b"x" * 5000)
        assert machine.status == 413
        assert machine.content_type == "application/problem+json"
        assert site.seen == []


async def test_a_handler_may_set_its_own_limit(client: Any) -> None:
    assert await (await client.post("/small", data=b"x" * 100)).text() == "100"
    assert (await client.post("/small", data=b"x" * 101)).status == 413


async def test_chunked_bodies_are_limited_too(client: Any) -> None:
    async def chunks() -> Any:
        for _ in range(5):
            yield b"x" * 50

    assert (await client.post("/small", data=chunks())).status == 413


async def test_rate_limit_says_when_to_come_back(client: Any) -> None:
    assert [(await client.get("/slow")).status for _ in range(3)] == [200, 200, 429]
    refused = await client.get("/slow", headers={"Accept": "application/json"})
    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert (await refused.json())["code"] == "web.too-many"


async def test_unsafe_methods_share_a_default_limit(site: Site) -> None:
    async with site.client(unsafe_rate="3/minute") as client:
        statuses = [(await client.post("/demo", data={})).status for _ in range(4)]
        assert statuses == [403, 403, 403, 429]
        assert (await client.get("/demo")).status == 200


async def test_forwarded_headers_count_only_from_trusted_proxies(site: Site) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": HOST}
    async with site.client() as client:
        assert (await (await client.get("/who", headers=forwarded)).json())["remote"] == "127.0.0.1"
    async with site.client(trusted_proxies=frozenset({"127.0.0.0/8"})) as client:
        assert (await (await client.get("/who", headers=forwarded)).json())["remote"] == "203.0.113.9"


async def test_health(site: Site, client: Any) -> None:
    assert (await client.get("/livez", headers={"Host": "any"})).status == 200
    assert (await client.get("/readyz", headers={"Host": "any"})).status == 200
    site.ready["database"] = False
    response = await client.get("/readyz", headers={"Host": "any"})
    assert response.status == 503
    assert (await response.json())["checks"] == {"database": False}
