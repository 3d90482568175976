"""Anybody checks a draw in their own browser, on a phone: the right one passes, an altered file is shown as wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from protocols.gold.checking import check_draw
from protocols.gold.filing import DrawFault
from tests.e2e.people import Person
from tests.protocols.gold import draws
from tests.protocols.gold.test_checking import HELD, LIES, TAMPERED, changed, signed_again
from tests.protocols.gold.test_vrf import VECTORS

pytestmark = pytest.mark.browser


def checking(person: Callable[..., Person]) -> Page:
    """The page that checks, on a phone."""
    somebody = person(None)
    somebody.go("/tirages/verifier")
    return somebody.page


def give(page: Page, folder: Path, document: Any) -> str:
    """Choose a file and press the button; what the page says about it."""
    file = folder / "tirage.json"
    file.write_text(json.dumps(document))
    page.locator('input[type="file"]').set_input_files(file)
    page.locator("[data-draw-check]").evaluate("box => delete box.dataset.checked")
    page.get_by_role("button", name="Vérifier", exact=True).click()
    expect(page.locator("[data-checked]")).to_be_attached()
    return str(page.locator("[data-checked]").get_attribute("data-checked"))


def test_a_draw_is_checked_on_a_phone(person: Callable[..., Person], tmp_path: Path) -> None:
    somebody = person(None)
    page = somebody.page
    somebody.go("/tirages")
    somebody.press("Tirage de l’automne")
    somebody.press("Vérifier ce tirage")
    expect(page.locator("[data-checked=good]")).to_be_attached()
    expect(page.locator("[data-by-browser]")).to_be_visible()
    own = page.locator("[data-draw-check]").get_attribute("data-own")
    document = page.evaluate("path => fetch(path).then((answer) => answer.json())", own)
    winners = [winner.reference for winner in check_draw(document).winners]
    assert page.locator("[data-winners] code").all_inner_texts() == winners
    document["entries"][4][1] = "0" * 64
    assert give(page, tmp_path, document) == "bad"
    expect(page.locator("[data-verdict]")).to_contain_text(document["entries"][4][0])
    expect(page.locator("[data-winners]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_browser_finds_what_the_server_finds(person: Callable[..., Person]) -> None:
    """Both programs, written apart, say the same of every file that the tests alter."""
    page = checking(person)
    files = [HELD, draws.held(missing=["Auzeville"]), draws.held(late=["Auzeville"]), draws.held(cap=1)]
    files += [draws.held(struck=[HELD["result"]["winners"][0]]), draws.held(listed=draws.entries(40, 2), passings=5)]
    files += [changed(change) for change, _code in TAMPERED.values()]
    files += [signed_again(part, change) for part, change, _code in LIES.values()]
    found = page.evaluate(
        """async (files) => {
          const app = document.querySelector("script[src*=app]").src;
          const { checkDraw, Fault } = await import(new URL("draw.js", app).href);
          const said = async (file) => {
            try {
              const { remarks, winners } = await checkDraw(file);
              return ["right", remarks.map((one) => one.code), winners.map((one) => one.reference)];
            } catch (error) {
              return error instanceof Fault ? [error.code, error.params] : ["broken", String(error)];
            }
          };
          return Promise.all(files.map(said));
        }""",
        files,
    )
    assert found == [said(file) for file in files]


def said(document: Any) -> list[Any]:
    try:
        checked = check_draw(document)
    except DrawFault as fault:
        return [fault.note.code, dict(fault.note.params)]
    return ["right", [note.code for note in checked.remarks], [winner.reference for winner in checked.winners]]


def test_the_browser_has_the_rfcs_function(person: Callable[..., Person]) -> None:
    page = checking(person)
    found = page.evaluate(
        """async (vectors) => {
          const app = document.querySelector("script[src*=app]").src;
          const { vrfOutput } = await import(new URL("draw.js", app).href);
          const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
          const hex = (all) => Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");
          const output = async ({ pk, alpha, pi }) => hex(await vrfOutput(bytes(pk), bytes(alpha), bytes(pi)));
          return Promise.all(vectors.map(output));
        }""",
        VECTORS,
    )
    assert found == [vector["beta"] for vector in VECTORS]
