"""The style page in a real Chromium: axe finds nothing, nothing overflows, and it works without JavaScript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright

from tests.web.site import Site
from web.app import create_app

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SPACES = [
    {"href": "/style", "label": "Agir", "current": True, "icon": "hand-heart"},
    {"href": "/card", "label": "Ma carte", "current": False, "icon": "qr-code"},
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def site() -> Site:
    site = Site()
    site.context |= {
        "nav": SPACES,
        "thumbs": SPACES,
        "viewer": SimpleNamespace(first_name="Leïla"),
        "balance": 34,
        "balance_url": "/card",
        "account_url": "/who",
        "sign_out_url": "/out",
        "accessibility_url": "/style",
        "brand_tagline": "L’espace citoyen",
    }
    return site


@pytest.fixture
async def address(site: Site) -> AsyncIterator[str]:
    async with TestServer(create_app(site.config(tenant_for=lambda host: site.tenant)), host="127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.port}"


async def faults(page: Any) -> list[str]:
    await page.evaluate(AXE.read_text("utf-8"))
    result = await page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in result["violations"]]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_are_accessible_and_fit(browser: Browser, address: str, width: int, scheme: Any) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="fr-FR")
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/style", "/demo", "/offline"):
        await page.goto(address + path)
        assert await faults(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert said == []
    await context.close()


async def test_a_form_works_without_javascript(browser: Browser, address: str) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = await context.new_page()
    await page.goto(address + "/demo")
    await page.fill("#f-title", "Planter la haie")
    await page.click("main button")
    assert "C’est noté" in await page.inner_text("#flash")
    await context.close()


async def test_an_impatient_thumb_sends_once_and_errors_get_the_focus(browser: Browser, address: str) -> None:
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.goto(address + "/demo")
    await page.fill("#f-title", "plein")
    await page.evaluate("""() => {
        const form = document.querySelector("main form");
        form.requestSubmit();
        form.requestSubmit();
    }""")
    await page.wait_for_selector("#form-errors")
    assert len(sent) == 1
    assert await page.evaluate("document.activeElement.id") == "form-errors"
    assert await page.input_value("#f-title") == "plein"
    assert await faults(page) == []
    await context.close()


async def test_the_keypad_writes_into_its_field(browser: Browser, address: str) -> None:
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await page.goto(address + "/style")
    for key in ("1", "2", "back", "5"):
        await page.click(f'[data-key="{key}"]')
    assert await page.input_value("#f-amount") == "15"
    await context.close()


# `wait_for_function` would evaluate text inside the page, which its Content-Security-Policy refuses now and then.
CONTROLLED = """new Promise((done) => {
  if (navigator.serviceWorker.controller) done(true);
  navigator.serviceWorker.addEventListener("controllerchange", () => done(true));
})"""


async def test_the_kept_page_opens_without_network(browser: Browser, address: str) -> None:
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await page.goto(address + "/style")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.evaluate(CONTROLLED)
    await page.goto(address + "/card")
    await context.set_offline(True)
    await page.goto(address + "/card")
    assert "carte" in await page.inner_text("body")
    await page.goto(address + "/never-seen")
    assert "Pas de réseau" in await page.inner_text("main")
    await context.close()


async def test_signing_out_forgets_the_kept_page(browser: Browser, address: str, site: Site) -> None:
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await page.goto(address + "/style")
    await page.evaluate(CONTROLLED)
    await page.goto(address + "/card")
    assert await page.evaluate("caches.has('ygor-kept')")
    site.context["viewer"] = None
    await page.goto(address + "/style")
    for _ in range(100):
        if not await page.evaluate("caches.has('ygor-kept')"):
            break
        await asyncio.sleep(0.05)
    assert not await page.evaluate("caches.has('ygor-kept')")
    await context.close()
