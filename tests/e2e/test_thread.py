"""The whole thread on a phone: a token earned at home, spent at home and at the neighbour's pool, then settled."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.e2e import gestures
from tests.e2e.people import Person

pytestmark = pytest.mark.browser
HOME, NEIGHBOUR, GARDENS = "castanet-tolosan", "ramonville-saint-agne", "auzeville-tolosane"
Come = Callable[..., Person]


def test_earned_at_home_spent_at_home_and_at_the_pool_next_door(person: Come) -> None:
    leila, ines, theo = (person(key, HOME) for key in ("leila", "ines", "theo"))
    paul = person("paul", NEIGHBOUR)
    had = gestures.balance(leila)
    mission = gestures.post_mission(ines, "Ranger la salle après le bal")

    gestures.wait_for(paul, "Ranger la salle après le bal", path="/agir")
    card = paul.main.locator("article", has_text="Ranger la salle")
    assert "Castanet-Tolosan" in card.inner_text()

    gestures.sign_up(leila, "Ranger la salle après le bal")
    code = gestures.card_code(leila)
    gestures.certify_by_card(ines, mission, code)
    assert "Leïla" in ines.text()
    assert re.search(r"12 jetons.*à utiliser avant le", ines.text())

    assert gestures.balance(leila) == had + 12
    lots = leila.text(".lots")
    assert re.search(r"\d+ \w+", lots), "the day the tokens end"
    leila.go("/moi")
    leila.page.locator('main a[href="/moi/registre"]').first.click()
    assert "Ranger la salle après le bal" in leila.text()
    assert "Familles solidaires" in leila.text()

    gestures.publish_offer(theo, "Médiathèque", "Atelier enluminure", 3)
    gestures.charge(theo, "Médiathèque", code, "Atelier enluminure")
    assert "C'est payé" in theo.text()
    assert gestures.balance(leila) == had + 12 - 3

    gestures.charge(paul, "Piscine", code, "Entrée adulte", commune="Castanet-Tolosan")
    gestures.wait_for(paul, "C'est payé")
    assert gestures.balance(leila) == had + 12 - 3 - 6
    assert "commune voisine : Ramonville-Saint-Agne" in leila.text()


def test_two_people_certified_from_the_list(person: Come) -> None:
    ines, leila, nadia = (person(key, HOME) for key in ("ines", "leila", "nadia"))
    mission = gestures.post_mission(ines, "Plier les tables", tokens=4)
    for someone in (leila, nadia):
        gestures.sign_up(someone, "Plier les tables")
    had = gestures.balance(leila)
    ines.go(f"{mission}/presence")
    for box in ines.main.locator('input[name="signup"]').all():
        box.check()
    ines.press("Valider les présences cochées", within=ines.main)
    assert ines.text().count("Validé·e") == 2
    assert gestures.balance(leila) == had + 4


def test_a_card_that_cannot_pay_is_refused_and_nothing_moves(person: Come) -> None:
    rose, paul = person("rose", GARDENS), person("paul", NEIGHBOUR)
    hugo, theo = person("hugo", HOME), person("theo", HOME)
    gestures.charge(theo, "Médiathèque", gestures.card_code(hugo), "Carte d’un an")
    assert "C'est payé" not in theo.text()
    assert "Le solde de cette carte ne suffit pas" in theo.text(), theo.text()
    assert gestures.balance(hugo) == 0
    paul.go("/caisse/piscine")
    assert "Auzeville" not in paul.text('[name="host"]'), "no terms with Auzeville"
    assert gestures.card_code(rose)


def test_terms_are_proposed_countersigned_and_settled(person: Come) -> None:
    claire, sophie = person("claire", HOME), person("sophie", GARDENS)
    gestures.propose_terms(claire, "Auzeville-Tolosane")

    gestures.wait_for(sophie, "Castanet-Tolosan Proposées", path="/admin/conditions")
    sophie.press("Castanet-Tolosan", within=sophie.main)
    assert "40 jetons" in sophie.text()
    sophie.press("Contresigner", within=sophie.main)
    gestures.wait_for(sophie, "En vigueur")
    gestures.wait_for(claire, "En vigueur", path=claire.path)


def test_a_statement_is_cut_countersigned_and_printed(person: Come) -> None:
    leila, ines, paul = person("leila", HOME), person("ines", HOME), person("paul", NEIGHBOUR)
    claire, anne = person("claire", HOME), person("anne", NEIGHBOUR)
    mission = gestures.post_mission(ines, "Laver les gobelets", tokens=7)
    gestures.sign_up(leila, "Laver les gobelets")
    code = gestures.card_code(leila)
    gestures.certify_by_card(ines, mission, code)
    gestures.charge(paul, "Piscine", code, "Entrée enfant", commune="Castanet-Tolosan")
    gestures.wait_for(paul, "C'est payé")

    claire.go("/bureau")
    claire.press("Relevés", within=claire.main)
    pair = claire.main.locator("article", has=claire.page.get_by_role("heading", name="Ramonville-Saint-Agne"))
    pair.locator("summary").click()
    claire.press("Arrêter et envoyer", within=pair)
    claire.go("/admin/releves")
    claire.press("Relevé n°", within=claire.main)

    gestures.wait_for(anne, "À contresigner", path="/admin/releves")
    anne.press("Relevé n°", within=anne.main)
    anne.press("Contresigner", within=anne.main)
    gestures.wait_for(anne, "Contresigné")
    gestures.wait_for(claire, "Contresigné")
    assert "Nos habitants chez eux : nous leur devons" in claire.text()
    claire.page.emulate_media(media="print")
    assert claire.page.locator("h1").is_visible()
    assert claire.page.locator("table").is_visible()
    assert not claire.page.locator(".top").is_visible()
