"""Every page that somebody can reach: accessible, within the screen, quiet on the console, named and light."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e import gestures
from tests.e2e.people import DESK, PHONE, Person
from tests.e2e.walking import kinds, walk
from web.typography import plain

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HOME, NEIGHBOUR = "castanet-tolosan", "ramonville-saint-agne"
NAMES = {
    HOME: "Castanet-Tolosan",
    NEIGHBOUR: "Ramonville-Saint-Agne",
    "sicoval": "Sicoval",
    "auzeville-tolosane": "Auzeville-Tolosane",
}
WALKERS = (
    (None, HOME), ("ines", HOME), ("theo", HOME), ("claire", HOME), ("amina", HOME), ("leila", HOME),
    ("paul", NEIGHBOUR), ("nadia", HOME), ("hugo", HOME), ("maya", "sicoval"), ("sophie", "auzeville-tolosane"),
)  # fmt: skip
STARTS = {
    None: ("/", "/connexion", "/inscription"),
    "paul": ("/", "/bureau", "/caisse/piscine/journee"),
    "theo": ("/", "/bureau", "/caisse/mediatheque/journee"),
    "amina": ("/", "/foyer", "/recompenses", "/moi/reservations"),
    "claire": ("/", "/bureau", "/admin/messages-abandonnes"),
    "sophie": ("/admin/reseau/rejoindre?address=sicoval.localhost:{port}",),
}
"""Where one begins; what nothing leads to unless something failed or was typed stands here too."""
BY_MAIL = frozenset({"accounts.link", "accounts.link_sent", "desk.person"})
"""One comes to these by a mail and by sending a form: looked at in their own tests."""
HUBS = frozenset({"home.show", "home.desk", "profile.show", "missions.mine", "households.show"})
LOOKS = 2
"""The most walkers who look at one kind of page, hubs apart; those with most to do go first."""
MAIN = HUBS | {
    "missions.list",
    "missions.show",
    "events.list",
    "events.month",
    "events.show",
    "news.list",
    "news.show",
    "wallet.card",
    "rewards.till",
    "honour.terms",
    "accounts.people",
}
"""Looked at in the dark too."""
WEIGHT, REQUESTS = 100_000, 15


def faults(page: Page, *, only: str | None = None) -> list[str]:
    """What axe finds, in words."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    wanted = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
    found = page.evaluate("wanted => axe.run(document, {runOnly: wanted, resultTypes: ['violations']})", wanted)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


def shape(page: Page) -> str:
    """The page without its words: two pages of one shape need axe only once."""
    parts = "[...document.querySelectorAll('main *')].map(e => e.tagName + '.' + e.className)"
    return str(page.evaluate(f"() => [...new Set({parts})].join()"))


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def look(person: Person, kind: str, seen: set[str]) -> list[str]:
    """Everything wrong with the page that is open."""
    page, wrong = person.page, list[str]()
    title = plain(page.title())
    if not title.endswith(f" – Ygor – {NAMES[person.label]}") or title.startswith(" "):
        wrong.append(f"title {title!r}")
    if overflow(page) > 0:
        wrong.append(f"{overflow(page)} px too wide on a phone")
    known = f"{kind} {shape(page)}"
    new, first = known not in seen, kind not in seen
    seen |= {known, kind}
    if new:
        wrong += faults(page)
    if first:
        page.set_viewport_size(DESK)
        wrong += [f"{overflow(page)} px too wide on a desk"] if overflow(page) > 0 else []
        if kind in MAIN:
            wrong += faults(page)
            page.emulate_media(color_scheme="dark")
            wrong += [f"dark: {fault}" for fault in faults(page, only="color-contrast")]
            page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
    return [f"{person.path}: {fault}" for fault in wrong]


@pytest.mark.timeout(500)
def test_every_page_somebody_can_reach(person: Callable[..., Person]) -> None:
    ines, leila, paul = person("ines", HOME), person("leila", HOME), person("paul", NEIGHBOUR)
    mission = gestures.post_mission(ines, "Accrocher les lampions", tokens=9)
    gestures.sign_up(leila, "Accrocher les lampions")
    gestures.certify_by_card(ines, mission, gestures.card_code(leila))
    gestures.charge(paul, "Piscine", gestures.card_code(leila), "Entrée enfant", commune="Castanet-Tolosan")
    gestures.propose_terms(person("claire", HOME), "Sicoval")
    wrong, seen, reached = list[str](), set[str](), Counter[str]()
    for key, label in WALKERS:
        walker = person(key, label)
        enough = {kind for kind, times in reached.items() if times >= LOOKS and kind not in HUBS}
        visited = set[str]()
        starts = [start.format(port=walker.territory.port) for start in STARTS.get(key, ("/", "/bureau"))]
        for kind in walk(walker, *starts, without=enough):
            visited.add(kind)
            wrong += look(walker, kind, seen)
        reached.update(visited)
    assert wrong == []
    assert set(kinds()) - set(reached) - BY_MAIL - {"honour.statement"} == set(), "pages nobody finds a link to"


def test_the_first_page_is_light(person: Callable[..., Person]) -> None:
    visitor, sizes = person(None, HOME), list[int]()
    visitor.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    visitor.go("/")
    visitor.page.wait_for_load_state("networkidle")
    assert 3 < len(sizes) <= REQUESTS
    assert sum(sizes) <= WEIGHT, sizes


def test_a_form_with_mistakes_and_a_missing_page_are_accessible_too(person: Callable[..., Person]) -> None:
    ines = person("ines", HOME)
    ines.go("/bureau")
    ines.press("Missions et présences", within=ines.main)
    ines.press("Nouvelle mission", within=ines.main)
    ines.page.locator("main form").first.evaluate("form => { form.noValidate = true }")
    ines.press("Publier", within=ines.main)
    assert "à corriger" in ines.text()
    assert faults(ines.page) == []
    assert overflow(ines.page) <= 0
    ines.page.goto(ines.territory.url(HOME, "/nulle-part"))
    assert faults(ines.page) == []


@pytest.mark.parametrize("key", ["leila", "theo", "ines", "nadia", "hugo", "claire"])
def test_everybody_reaches_their_main_gesture_in_three_taps(person: Callable[..., Person], key: str) -> None:
    gestures_of = {
        "leila": (("Ma carte",), "/carte"),
        "theo": (("Bureau", "Encaisser"), "/caisse/mediatheque"),
        "ines": (("Bureau", "Missions et présences Familles", "Présences"), "/presence"),
        "nadia": (("Bureau", "Personnes", "Carte"), "/guichet/cartes/"),
        "hugo": (("Bureau", "Jetons"), "/admin/jetons"),
        "claire": (("Bureau", "Conditions"), "/admin/conditions"),
    }
    taps, goal = gestures_of[key]
    someone = person(key, HOME)
    someone.go("/")
    thumbs = someone.page.locator(".thumbs")
    for number, words in enumerate(taps):
        someone.press(words, within=thumbs if number == 0 else someone.main)
    assert goal in someone.path
