"""Somebody in front of a browser: a phone of 390 × 844 unless told otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from tests.e2e.territory import Territory
from web.typography import plain

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
EXPECTED = re.compile(r"status of (404|422)")
"""A form with a mistake, an address that leads nowhere: the pages are right to say so."""
DESK = {"width": 1280, "height": 900}


@dataclass
class Person:
    """Their page, and what it did wrong so far."""

    context: BrowserContext
    page: Page
    territory: Territory
    label: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a path of their commune (or a whole address); AssertionError for an error page."""
        answer = self.page.goto(path if path.startswith("http") else self.territory.url(self.label, path))
        assert answer is None or answer.status < 400, f"{path}: {answer.status}"

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def text(self, selector: str = "main") -> str:
        """What is written there, with plain spaces and quotes."""
        return " ".join(plain(self.page.inner_text(selector)).split())

    def said(self) -> str:
        """The message above the page."""
        return self.text("#flash")

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button, or follow the link, whose words begin so."""
        place, words = within or self.page.locator("body"), re.compile("^\\s*" + loosely(name))
        found = place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words))
        found.first.click()
        self.page.wait_for_load_state()

    def fill(self, **fields: str | int) -> None:
        """Type into the fields of those names, in the main part of the page."""
        for name, value in fields.items():
            control = self.main.locator(f'[name="{name}"]').first
            control.fill(str(value))


def loosely(words: str) -> str:
    """A pattern for words in which any space and any apostrophe will do."""
    return re.sub(r"['’]", "['’]", re.sub(r"\\?[ \u00a0\u202f]", r"\\s", re.escape(words)))


def enter(browser: Browser, territory: Territory, key: str | None, label: str, **options: object) -> Person:
    """A new browser profile; signed in as `key` by the demonstration's own page."""
    context = browser.new_context(**{"viewport": PHONE, "locale": "fr-FR", "reduced_motion": "reduce", **options})  # type: ignore[arg-type]  # options are any of Playwright's
    person = Person(context, context.new_page(), territory, label)
    context.on("console", lambda said: _listen(person, said))
    context.on("weberror", lambda error: person.faults.append(str(error.error)))
    context.on("request", lambda request: _watch(person, request))
    context.set_default_timeout(8_000)
    if key is not None:
        person.go("/demo")
        person.page.locator(f'form[action$="/demo/{key}"] button').click()
        person.page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/demo"))
    return person


def _listen(person: Person, said: ConsoleMessage) -> None:
    if said.type == "error" and not EXPECTED.search(said.text):
        person.faults.append(said.text)


def _watch(person: Person, request: Request) -> None:
    host = urlsplit(request.url).hostname or ""
    if request.url.startswith("http") and not host.endswith(".localhost"):
        person.faults.append(f"asked {host} for {request.url}")


def leave(person: Person) -> list[str]:
    """Close their browser; returns what their pages did wrong."""
    person.context.close()
    return person.faults
