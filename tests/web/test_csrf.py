"""Forged requests are refused and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.site import HOST, Site, post, token

GOOD = {"title": "Planter la haie"}


async def test_our_own_form_passes(site: Site, client: Any) -> None:
    assert (await post(client, "/demo", GOOD)).status == 303
    assert site.seen[0].title == "Planter la haie"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{HOST}.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"},
    ],
)
async def test_requests_from_elsewhere_are_refused_even_with_a_token(
    site: Site, client: Any, headers: dict[str, str]
) -> None:
    response = await post(client, "/demo", GOOD, headers=headers)
    assert response.status == 403
    assert site.seen == []
    assert "Page expirée" in await response.text()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": f"http://{HOST}"}, {}])
async def test_requests_from_our_pages_pass(site: Site, client: Any, headers: dict[str, str]) -> None:
    assert (await post(client, "/demo", GOOD, headers=headers)).status == 303


@pytest.mark.parametrize("text", ["", "x", "é" * 40, "A" * 86, "A" * 5000])
async def test_a_wrong_token_is_refused(site: Site, client: Any, text: str) -> None:
    await token(client)
    response = await client.post("/demo", data={**GOOD, "csrf": text})
    assert response.status == 403
    assert site.seen == []


async def test_a_token_from_another_browser_is_refused(site: Site, client: Any) -> None:
    async with site.client() as attacker:
        theirs = await token(attacker)
    await token(client)
    assert (await client.post("/demo", data={**GOOD, "csrf": theirs})).status == 403


async def test_a_token_from_before_sign_in_is_refused_after(site: Site, client: Any) -> None:
    before = await token(client)
    await post(client, "/in", {})
    assert (await client.post("/demo", data={**GOOD, "csrf": before})).status == 403
    assert (await post(client, "/demo", GOOD)).status == 303


async def test_tokens_differ_in_every_page_and_all_work(client: Any) -> None:
    one, two = await token(client), await token(client)
    assert one != two
    assert (await client.post("/demo", data={**GOOD, "csrf": one}, allow_redirects=False)).status == 303
    assert (await client.post("/demo", data={**GOOD, "csrf": two}, allow_redirects=False)).status == 303


async def test_the_header_carries_the_token_for_scripts(client: Any) -> None:
    header = {"X-CSRF-Token": await token(client)}
    assert (await client.post("/demo", data=GOOD, headers=header, allow_redirects=False)).status == 303


async def test_machines_without_cookies_pass(site: Site, client: Any) -> None:
    assert (await client.post("/ygor/inbox", data=b"{}", headers={"Sec-Fetch-Site": "cross-site"})).status == 202
    response = await client.post("/in", headers={"Authorization": "Bearer x"}, allow_redirects=False)
    assert response.status == 303


async def test_an_unreadable_body_is_a_clear_400(client: Any) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"}
    assert (await client.post("/demo", data=b"a=b", headers=headers)).status == 400
    headers = {"Content-Type": "multipart/form-data"}
    assert (await client.post("/demo", data=b"--x", headers=headers)).status == 400
