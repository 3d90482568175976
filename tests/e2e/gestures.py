"""What people do with the service, each gesture through the pages only. The same with and without JavaScript."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.e2e.people import Person

PATIENCE_S = 30.0


def post_mission(ines: Person, title: str, *, tokens: int = 12, association: str = "Familles solidaires") -> str:
    """From the association's desk: a mission that begins now; returns its path."""
    ines.go("/bureau")
    ines.press(f"Missions et présences {association}", within=ines.main)
    ines.press("Nouvelle mission", within=ines.main)
    start = datetime.now(ZoneInfo("Europe/Paris")).replace(minute=0, second=0, microsecond=0)
    ines.fill(
        title=title,
        summary="Une heure à plusieurs mains.",
        description="Chaises, balais et **bonne humeur**.",
        place_name="Salle des fêtes",
        tokens=tokens,
        day_1=f"{start:%Y-%m-%d}",
        from_1=f"{start:%H:%M}",
        to_1=f"{start + timedelta(hours=3):%H:%M}",
        places_1=10,
    )
    ines.main.locator('[name="theme"]').select_option("festivities")
    ines.press("Publier", within=ines.main)
    assert ines.text("h1") == title, ines.text()
    return ines.path


def sign_up(leila: Person, title: str) -> None:
    """Found on the entrance page, or among all missions when the entrance shows other ones."""
    leila.go("/")
    if title not in leila.text():
        leila.press("Toutes les missions", within=leila.main)
    leila.press(title, within=leila.main)
    leila.press("Je viens", within=leila.main)
    assert "Vous venez" in leila.text()


def card_code(person: Person) -> str:
    """The eight characters on their card, as they are read aloud."""
    person.go("/carte")
    found = re.search(r"\b[0-9A-Z]{4} [0-9A-Z]{4}\b", person.text(".pass .code"))
    assert found, person.text()
    return found[0]


def balance(person: Person) -> int:
    """What the card page says."""
    person.go("/carte")
    return int(re.sub(r"\D", "", person.text(".pass .coin")))


def certify_by_card(ines: Person, mission: str, code: str) -> None:
    ines.go(mission)
    ines.press("Présences du jour", within=ines.main)
    ines.fill(code=code.lower())
    ines.press("Valider la présence", within=ines.main)


def certify_by_list(ines: Person, mission: str, name: str) -> None:
    ines.go(f"{mission}/presence")
    ines.main.get_by_label(name).check()
    ines.press("Valider les présences cochées", within=ines.main)


def publish_offer(theo: Person, place: str, title: str, price: int) -> None:
    theo.go("/bureau")
    theo.press(f"Offres {place}", within=theo.main)
    theo.press("Proposer une offre", within=theo.main)
    theo.fill(title=title, price=price, summary="Pour apprendre en une heure.")
    theo.press("Enregistrer", within=theo.main)
    if title not in theo.text():
        theo.press("Retour", within=theo.main)
    row = theo.main.locator(".card", has_text=title)
    if "Brouillon" in row.inner_text():
        theo.press("Mettre en ligne", within=row)
    assert "En ligne" in theo.main.locator(".card", has_text=title).inner_text()


def charge(cashier: Person, place: str, code: str, offer: str, *, commune: str | None = None) -> None:
    """At the till: type the code, choose what is paid, press the one big button."""
    cashier.go("/bureau")
    cashier.press(f"Encaisser {place}", within=cashier.main)
    cashier.fill(card=code)
    if commune:
        cashier.main.locator('[name="host"]').select_option(label=commune)
    choice = cashier.main.locator('[name="offer_id"] option', has_text=offer).get_attribute("value")
    cashier.main.locator('[name="offer_id"]').select_option(choice)
    cashier.main.locator('button[name="step"][value="charge"]').click()
    cashier.page.locator("html:not([data-till-busy])").wait_for()  # with scripts, the page itself asks the server
    cashier.page.wait_for_load_state()


def wait_for(person: Person, words: str, *, path: str | None = None) -> None:
    """Look at the page (or at `path`) again and again until the words are there."""
    end = time.monotonic() + PATIENCE_S
    if path is not None:
        person.go(path)
    while words not in person.text():
        assert time.monotonic() < end, f"no {words!r} on {person.page.url}: {person.text()}"
        person.page.wait_for_timeout(200)
        person.page.reload()


def propose_terms(administrator: Person, commune: str) -> None:
    """Sign terms for a neighbour to countersign, forty tokens a day each way."""
    administrator.go("/bureau")
    administrator.press("Conditions", within=administrator.main)
    administrator.press(f"Proposer à {commune}", within=administrator.main)
    administrator.fill(ours_day_cap=40, theirs_day_cap=40)
    administrator.press("Signer et envoyer", within=administrator.main)
    assert "en attente" in administrator.text(), administrator.text()
