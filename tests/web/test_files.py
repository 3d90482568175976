"""Static files, theme, manifest, service worker, metrics, the rate table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from tests.web.site import HOST, FakeTenant, Site, post
from web import theme
from web.icons import icon
from web.limiting import BoundedMemoryStorage
from web.metrics import serve_metrics
from web.qr import qr_svg
from web.static_files import StaticFiles


async def test_versioned_files_are_cached_for_a_year_and_packed(client: Any) -> None:
    html = await (await client.get("/demo")).text()
    (address,) = re.findall(r'href="(/static/ygor\.css\?v=[0-9a-f]{12})"', html)
    response = await client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    assert "@layer components" in await response.text()
    again = await client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304
    old = await client.get("/static/ygor.css?v=000000000000")
    assert "immutable" not in old.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers


HOSTILE_PATHS = ["../web/app.py", "..%2f..%2fpyproject.toml", "%2e%2e/app.py", "css", "nothing.css", "//x"]


@pytest.mark.parametrize("path", HOSTILE_PATHS)
async def test_nothing_else_is_served(client: Any, path: str) -> None:
    assert (await client.get(f"/static/{path}")).status in (403, 404)


async def test_a_parts_files_are_served_and_its_svg_runs_no_script(client: Any) -> None:
    response = await client.get("/static/demo/hostile.svg")
    assert response.status == 200
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")


def test_every_file_a_page_names_exists() -> None:
    files = StaticFiles({})
    for name in ("vendor/htmx.min.js", "vendor/figtree-latin.woff2", "vendor/qr/decode.js", "js/app.js", "js/scan.js"):
        assert "?v=" in files.url(name), f"{name}: run npm ci && node scripts/assets.mjs"
    sheet = files.find("ygor.css")
    assert sheet is not None
    assert re.search(rb"figtree-latin\.woff2\?v=[0-9a-f]{12}", sheet.body)


async def test_first_page_is_light(client: Any) -> None:
    html = await (await client.get("/demo")).text()
    addresses = set(re.findall(r'(?:href|src)="(/[^"#]+)"', html))
    assets = {a for a in addresses if a.startswith(("/static", "/theme", "/manifest"))}
    total = len(html)
    for address in assets:
        async with client.session.get(client.make_url(address), auto_decompress=False) as response:
            total += len(await response.read())
    assert len(assets) + 1 <= 15
    assert total <= 100 * 1024


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_any_accent_becomes_readable(accent: str) -> None:
    for grounds, darker in ((theme.LIGHT_GROUNDS, True), (theme.DARK_GROUNDS, False)):
        shade = theme.readable(accent, grounds, darker=darker)
        assert all(theme.contrast(shade, ground) >= theme.ENOUGH for ground in grounds)
    for text in re.findall(r"--accent:(#\w+);--accent-deep:(#\w+);--on-accent:(#\w+)", theme.theme_css(accent)):
        assert theme.contrast(text[0], text[2]) >= theme.ENOUGH
        assert theme.contrast(text[1], text[2]) >= theme.ENOUGH


@pytest.mark.parametrize("hostile", ["red", "#fff", "#12345g", "#123456}body{display:none", "", "url(x)"])
def test_a_theme_is_a_colour_and_nothing_else(hostile: str) -> None:
    assert theme.theme_css(hostile) == theme.theme_css(None)
    assert not theme.is_readable(hostile)


def test_contrast_is_the_standards() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


async def test_manifest_and_theme_are_the_communes(site: Site, client: Any) -> None:
    site.context |= {"brand_name": "Auzeville", "accent": "#aa0055"}
    manifest = json.loads(await (await client.get("/manifest.webmanifest")).text())
    assert manifest["name"] == "Ygor – Auzeville"
    assert manifest["theme_color"] == "#aa0055"
    assert "--accent:#aa0055" in await (await client.get("/theme.css")).text()
    assert "/theme.css?v=" in await (await client.get("/demo")).text()


async def test_the_service_worker_knows_files_that_exist(client: Any) -> None:
    source = await (await client.get("/sw.js")).text()
    found = re.search(r"FILES = (\[.*\]);", source)
    assert found is not None
    for address in json.loads(found[1]):
        assert (await client.get(address)).status == 200
    assert (await client.get("/card")).headers["X-Ygor-Offline"] == "keep"


async def test_pages_name_the_viewer_only_when_there_is_one(site: Site, client: Any) -> None:
    assert "data-signed-in" not in await (await client.get("/demo")).text()
    site.context["viewer"] = type("Viewer", (), {"first_name": "<b>Léa"})()
    site.context |= {"account_url": "/me", "balance": 1204, "balance_url": "/card", "brand_name": "<i>X"}
    html = await (await client.get("/demo")).text()
    assert "data-signed-in" in html
    assert "<i>X" not in html
    assert "1\u202f204" in html


async def test_metrics_count_by_route_on_their_own_address(site: Site) -> None:
    registry = CollectorRegistry()
    async with site.client(registry=registry) as client:
        await client.get("/demo?secret=1")
        await client.get("/nowhere/at/all")
        assert (await client.get("/metrics")).status == 404
        runner = await serve_metrics(registry, "127.0.0.1", 0)
        try:
            port = runner.addresses[0][1]
            async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}/metrics") as response:
                text = await response.text()
        finally:
            await runner.cleanup()
    assert 'ygor_http_requests_total{method="GET",route="demo.show",status="200"} 1.0' in text
    assert "nowhere" not in text
    assert "secret" not in text


def test_the_rate_table_is_bounded() -> None:
    table = BoundedMemoryStorage(most=10)
    for number in range(1000):
        assert table.incr(f"k{number}", 60) == 1
    assert len(table.counters) == 10
    assert table.incr("k999", 60) == 2


def test_counters_end() -> None:
    table = BoundedMemoryStorage()
    table.incr("k", 0)
    assert table.get("k") == 0
    assert table.incr("k", 60) == 1


def test_icons_are_hidden_from_screen_readers_and_misspellings_found() -> None:
    assert 'aria-hidden="true"' in icon("check")
    with pytest.raises(LookupError):
        icon("no-such-icon")


def test_qr_codes_are_named_and_escaped() -> None:
    drawing = qr_svg("ygor:7Q4K", 'a"><script>')
    assert 'role="img"' in drawing
    assert "<script>" not in drawing
    assert "style=" not in drawing


async def test_tls_tenants_get_secure_cookies_everywhere(site: Site) -> None:
    site.tenant = FakeTenant(base_url=f"https://{HOST}")
    async with site.client() as client:
        for response in (await client.get("/demo"), await client.get("/langue/en", allow_redirects=False)):
            assert all("Secure" in cookie for cookie in response.headers.getall("Set-Cookie"))


async def test_the_style_pages_form_validates(client: Any) -> None:
    response = await post(client, "/style", {"title": "x", "theme": "war"})
    assert response.status == 422
    assert "Choisissez une des réponses proposées." in await response.text()


def test_no_lock_names_a_host() -> None:
    lock = (Path(__file__).parents[2] / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
