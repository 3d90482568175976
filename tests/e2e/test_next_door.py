"""A mission of the commune next door, on a phone: signed up for at home, certified there, in the register at home."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.e2e import gestures
from tests.e2e.people import Person
from tests.e2e.test_axe import faults, overflow

pytestmark = pytest.mark.browser
HOME, NEIGHBOUR = "castanet-tolosan", "ramonville-saint-agne"
TITLE = "Tendre les guirlandes du port"
Come = Callable[..., Person]


def test_signed_up_at_home_certified_next_door(person: Come) -> None:
    julie, amina = person("julie", NEIGHBOUR), person("amina", HOME)
    mission = gestures.post_mission(julie, TITLE, tokens=5, association="Ramonville en fête")
    had = gestures.balance(amina)
    gestures.wait_for(amina, TITLE, path="/agir?origin=neighbours&km=10")
    amina.press(TITLE, within=amina.main)
    assert "jetons de Castanet-Tolosan, une fois la présence certifiée par Ramonville-Saint-Agne" in amina.text()
    assert faults(amina.page) == []
    amina.fill(name="Amina")
    amina.main.get_by_label("J’accepte").check()
    amina.press("Demander une place", within=amina.main)
    gestures.wait_for(amina, "Vous venez")
    assert faults(amina.page) == []
    assert overflow(amina.page) <= 0
    code = re.search(r"\b[0-9A-Z]{4} [0-9A-Z]{4}\b", amina.text(".pass .code"))
    assert code is not None
    amina.go("/moi/missions")
    assert "Ramonville-Saint-Agne" in amina.text()
    assert faults(amina.page) == []

    julie.go(f"{mission}/presence")
    assert "Amina, de Castanet-Tolosan" in julie.text()
    assert "Rousseau" not in julie.text()
    gestures.certify_by_card(julie, mission, code[0])
    assert "Amina, de Castanet-Tolosan" in julie.text('[role="status"]')

    gestures.wait_for(amina, TITLE, path="/moi/registre")
    assert "Certifiée par Ramonville-Saint-Agne" in amina.text()
    assert gestures.balance(amina) == had + 5


def test_an_agent_hides_what_comes_from_next_door(person: Come) -> None:
    nadia, passer_by = person("nadia", HOME), person(None, HOME)
    title = "Conduire des aînés au théâtre"
    nadia.go("/agir?origin=neighbours")
    nadia.press(title, within=nadia.main)
    nadia.main.locator("summary", has_text="Masquer").click()
    nadia.fill(reason="Complet depuis longtemps")
    nadia.press("Masquer", within=nadia.main)
    assert "Complet depuis longtemps" in nadia.text()
    assert faults(nadia.page) == []
    passer_by.go("/agir?origin=neighbours")
    assert title not in passer_by.text()
    nadia.press("Montrer de nouveau", within=nadia.main)
    passer_by.go("/agir?origin=neighbours")
    assert title in passer_by.text()
