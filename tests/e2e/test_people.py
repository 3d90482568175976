"""Somebody without a phone, at the desk; a household; both in front of a phone of 390 px."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.e2e import gestures
from tests.e2e.people import Person
from tests.e2e.test_axe import HOME, faults, overflow

pytestmark = pytest.mark.browser


def fine(person: Person) -> None:
    assert faults(person.page) == []
    assert overflow(person.page) <= 0


PDF = "application/pdf %PDF-"


def head(person: Person, fetched: str) -> str:
    """The type and the first letters of a file, as this person's browser gets it."""
    read = "answer => answer.text().then(text => answer.headers.get('content-type') + ' ' + text.slice(0, 5))"
    return str(person.page.evaluate(f"() => {fetched}.then({read})"))


def test_from_the_desk_to_the_till_with_a_card_of_paper(person: Callable[..., Person]) -> None:
    nadia, theo = person("nadia", HOME), person("theo", HOME)
    nadia.go("/bureau")
    nadia.press("Guichet", within=nadia.main)
    nadia.fill(q="dupuy")
    nadia.main.locator('[name="purpose"]').select_option("card")
    nadia.press("Chercher", within=nadia.main)
    assert "1 personne trouvée" in nadia.text()
    fine(nadia)
    nadia.press("Ouvrir", within=nadia.main)
    assert nadia.text("h1") == "Marcel Dupuy"
    fine(nadia)
    old = nadia.text(".code")
    token = nadia.main.locator('form[action$="/carte.pdf"] [name="csrf"]').input_value()
    action = nadia.main.locator('form[action$="/carte.pdf"]').get_attribute("action")
    assert head(nadia, f"fetch('{action}', {{method: 'POST', body: new URLSearchParams({{csrf: '{token}'}})}})") == PDF
    nadia.page.once("dialog", lambda dialog: dialog.accept())
    nadia.press("Perdue", within=nadia.main)
    new = nadia.text(".code")
    assert new != old
    assert re.fullmatch(r"[0-9A-Z]{4} [0-9A-Z]{4}", new)
    assert "Votre carte a été remplacée" in nadia.text()
    theo.go("/caisse/mediatheque")
    theo.fill(card=old)
    theo.press("Vérifier", within=theo.main)
    assert "déclarée perdue" in theo.text()
    theo.fill(card=new)
    theo.press("Vérifier", within=theo.main)
    assert "Marcel" in theo.text()
    nadia.press("Terminé", within=nadia.main)
    assert nadia.path == "/guichet"


def test_my_card_blocked_and_my_household(person: Callable[..., Person]) -> None:
    amina, theo = person("amina", HOME), person("theo", HOME)
    code = gestures.card_code(amina)
    assert head(amina, "fetch('/carte/carte.pdf')") == PDF
    amina.press("Bloquer ma carte", within=amina.main)
    assert "elle ne paie plus rien" in amina.text()
    fine(amina)
    theo.go("/caisse/mediatheque")
    theo.fill(card=code)
    theo.press("Vérifier", within=theo.main)
    assert "bloquée" in theo.text()
    amina.press("Débloquer", within=amina.main)
    amina.press("Mon foyer", within=amina.main)
    assert amina.text("h1") == "Chez les Rousseau"
    amina.fill(amount=1)
    amina.press("Prendre", within=amina.main)
    assert "dans votre portefeuille" in amina.said()
    amina.press("Lina", within=amina.main)
    fine(amina)
    amina.fill(day_tokens=3, week_tokens=8)
    amina.press("Enregistrer", within=amina.main)
    assert "Il reste 3 jetons" in amina.text()
