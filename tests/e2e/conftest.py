"""A whole demonstration of its own, and people in front of real browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import ARGUMENTS, Person, enter, leave
from tests.e2e.territory import Territory, open_territory


@pytest.fixture(scope="package")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    """`ygor demo` on a free port: 37 nodes, four with people in them, tied together. Gone when other tests begin."""
    with open_territory(tmp_path_factory.mktemp("territory")) as territory:
        yield territory


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one file: its event loop must be gone before asynchronous tests run in the same process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def person(browser: Browser, territory: Territory, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """`person(key, label)`: somebody of the demonstration, signed in, with a phone in hand; key None: a passer-by.

    At the end no page may have written an error on the console nor asked another server for anything.
    """
    present: list[Person] = []

    def come(key: str | None, label: str = "castanet-tolosan", **options: object) -> Person:
        present.append(enter(browser, territory, key, label, **options))
        return present[-1]

    yield come
    faults = [fault for each in present for fault in leave(each)]
    assert faults == []
