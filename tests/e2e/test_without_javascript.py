"""The main gestures with JavaScript switched off: slower, never impossible."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e import gestures
from tests.e2e.people import Person

pytestmark = pytest.mark.browser
HOME, NEIGHBOUR = "castanet-tolosan", "ramonville-saint-agne"


def test_the_thread_without_javascript(person: Callable[..., Person]) -> None:
    def plain(key: str, label: str = HOME) -> Person:
        return person(key, label, java_script_enabled=False)

    ines, leila, theo, paul = plain("ines"), plain("leila"), plain("theo"), plain("paul", NEIGHBOUR)
    had = gestures.balance(leila)
    mission = gestures.post_mission(ines, "Peindre le préau", tokens=15)
    gestures.sign_up(leila, "Peindre le préau")
    code = gestures.card_code(leila)
    gestures.certify_by_card(ines, mission, code)
    gestures.publish_offer(theo, "Médiathèque", "Atelier origami", 2)
    gestures.charge(theo, "Médiathèque", code, "Atelier origami")
    assert "C'est payé" in theo.text()
    gestures.charge(paul, "Piscine", code, "Entrée adulte", commune="Castanet-Tolosan")
    gestures.wait_for(paul, "C'est payé")
    assert gestures.balance(leila) == had + 15 - 2 - 6
    leila.go("/moi/registre")
    assert "Peindre le préau" in leila.text()


def test_signing_in_and_out_with_a_password(person: Callable[..., Person]) -> None:
    visitor = person(None, HOME, java_script_enabled=False)
    visitor.go("/carte")
    assert visitor.path == "/connexion"
    visitor.go("/connexion/mot-de-passe?next=/carte")
    visitor.fill(email="leila@castanet-tolosan.demo", password="demonstration-ygor")
    visitor.press("Entrer", within=visitor.main)
    assert visitor.path == "/carte", visitor.text()
    visitor.press("Se déconnecter")
    visitor.go("/carte")
    assert visitor.path == "/connexion"
