"""The main gestures with a keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e import gestures
from tests.e2e.people import DESK, Person

pytestmark = pytest.mark.browser
HOME = "castanet-tolosan"
FOCUSED = "() => { const e = document.activeElement; return (e.innerText || e.name || e.id || e.tagName).trim() }"
VISIBLE = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const card = document.activeElement.closest('.card') || document.activeElement;
  return box.width > 0 && [document.activeElement, card].some(e => getComputedStyle(e).outlineStyle !== 'none'
    || getComputedStyle(e).boxShadow !== 'none');
}"""


def tab_to(person: Person, words: str, *, most: int = 60) -> None:
    """Press Tab until what has the focus begins with these words; the focus must be seen all the way."""
    for _ in range(most):
        person.page.keyboard.press("Tab")
        focused = str(person.page.evaluate(FOCUSED)).replace("’", "'").replace("\u202f", " ")
        if focused.startswith(words.replace("’", "'")):
            assert person.page.evaluate(VISIBLE), f"one does not see the focus on {words!r}"
            return
    raise AssertionError(f"{most} times Tab and no {words!r} on {person.page.url}")


def enter(person: Person, words: str) -> None:
    tab_to(person, words)
    person.page.keyboard.press("Enter")
    person.page.wait_for_load_state()
    person.page.wait_for_timeout(200)


def test_skip_link_and_signing_up(person: Callable[..., Person]) -> None:
    ines, leila = person("ines", HOME), person("leila", HOME, viewport=DESK)
    mission = gestures.post_mission(ines, "Recoudre les costumes", tokens=3)
    leila.go(mission)
    leila.page.keyboard.press("Tab")
    assert "Aller au contenu" in str(leila.page.evaluate(FOCUSED))
    leila.page.keyboard.press("Enter")
    assert leila.page.evaluate("document.activeElement.id") == "main"
    enter(leila, "Je viens")
    leila.page.wait_for_selector("text=Vous venez")


def test_charging_with_the_keyboard(person: Callable[..., Person]) -> None:
    ines, leila, theo = person("ines", HOME), person("leila", HOME), person("theo", HOME, viewport=DESK)
    mission = gestures.post_mission(ines, "Cirer le parquet", tokens=8)
    code = gestures.card_code(leila)
    gestures.certify_by_card(ines, mission, code)
    had = gestures.balance(leila)
    theo.go("/caisse/mediatheque")
    theo.page.wait_for_function("document.activeElement.name === 'card'")  # the card's field is ready for typing
    price = int(theo.text('[name="offer_id"] option:checked').rpartition(" ")[2])
    theo.page.keyboard.type(code)
    theo.page.keyboard.press("Enter")  # as scanners do after the code: the till says who it is, and charges nothing yet
    theo.page.wait_for_selector("text=solde suffisant")
    assert gestures.balance(leila) == had
    enter(theo, "Encaisser")
    theo.page.wait_for_selector("text=C’est payé")
    assert gestures.balance(leila) == had - price
