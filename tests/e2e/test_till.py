"""The till of a cashier whose network comes and goes: nothing is lost, nothing is paid twice, nothing is called paid
that is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.e2e import gestures
from tests.e2e.people import Person
from tests.e2e.test_axe import faults, overflow

pytestmark = pytest.mark.browser
HOME = "castanet-tolosan"
TILL = "/caisse/mediatheque"
CONTROLLED = """new Promise((done) => {
  if (navigator.serviceWorker.controller) done(true);
  navigator.serviceWorker.addEventListener("controllerchange", () => done(true));
})"""
KEPT = """async () => {
  const cache = await caches.open("ygor-kept");
  return (await cache.keys()).map((request) => new URL(request.url).pathname);
}"""


def earn(person: Callable[..., Person], title: str, tokens: int) -> tuple[Person, str]:
    """Leïla carries out a mission; her browser and her code."""
    ines, leila = person("ines"), person("leila")
    mission = gestures.post_mission(ines, title, tokens=tokens)
    gestures.sign_up(leila, title)
    code = gestures.card_code(leila)
    gestures.certify_by_card(ines, mission, code)
    return leila, code


def ready_for_no_network(theo: Person) -> None:
    """The till was open once with network; the browser has put away all it needs."""
    theo.go(TILL)
    theo.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    theo.page.evaluate(CONTROLLED)
    theo.go(TILL)
    for _ in range(100):
        kept = theo.page.evaluate(KEPT)
        if {TILL, "/static/rewards/queue.js", "/static/rewards/till.js"} <= set(kept):
            return
        theo.page.wait_for_timeout(50)
    raise AssertionError(kept)


def type_in(page: Page, code: str, amount: int) -> None:
    page.locator('[name="offer_id"]').select_option("")
    page.locator("#f-card").fill(code)
    page.locator("#f-price").fill(str(amount))
    page.locator('button[name="step"][value="charge"]').click()


def waiting(page: Page) -> Locator:
    return page.locator("[data-till-count]")


def test_charges_without_network_survive_everything_and_are_paid_once(person: Callable[..., Person]) -> None:
    leila, code = earn(person, "Repeindre les bancs", 30)
    theo = person("theo")
    had = gestures.balance(leila)
    ready_for_no_network(theo)
    theo.context.set_offline(True)
    type_in(theo.page, code, 3)
    said = theo.page.locator("[data-till-said]")
    expect(said).to_contain_text("pas encore payé")
    expect(waiting(theo.page)).to_have_text("1")
    type_in(theo.page, code, 4)
    expect(waiting(theo.page)).to_have_text("2")
    expect(theo.page.locator(".waiting-list")).to_contain_text("personne ne garantit cette somme")
    assert "C’est payé" not in theo.text()
    assert faults(theo.page) == []
    assert overflow(theo.page) <= 0
    theo.page.close()  # the browser is closed in the middle, and opened again while there is still no network
    theo.page = theo.context.new_page()
    theo.page.goto(theo.territory.url(HOME, TILL))
    expect(waiting(theo.page)).to_have_text("2")
    type_in(theo.page, code, 500)
    expect(waiting(theo.page)).to_have_text("3")
    assert gestures.balance(leila) == had
    second = theo.context.new_page()  # and a second tab
    second.goto(theo.territory.url(HOME, TILL))
    expect(waiting(second)).to_have_text("3")
    theo.context.set_offline(False)
    expect(waiting(theo.page)).to_have_text("0", timeout=30_000)
    expect(waiting(second)).to_have_text("0")
    answers = theo.page.locator(".waiting-list li")
    expect(answers.nth(0)).to_contain_text("refusé")
    expect(answers.nth(0)).to_contain_text("ne suffit pas")
    expect(answers.nth(1)).to_contain_text("payé")
    expect(answers.nth(1)).to_contain_text("Leïla")
    assert gestures.balance(leila) == had - 7
    for page in (theo.page, second):
        page.reload()
    theo.go(f"{TILL}/journee")
    lines = theo.page.locator("table").nth(1).locator("tbody tr", has_text="Médiathèque")
    states = [re.sub(r"\s+", " ", text) for text in lines.all_inner_texts()[:3]]
    assert ["payé" in text for text in states] == [False, True, True], states
    assert gestures.balance(leila) == had - 7
    theo.faults[:] = [fault for fault in theo.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def deliver(theo: Person, request: Request) -> int:
    """Hand a request of their page to the server ourselves; returns the status of the answer that they never see."""
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in theo.context.cookies())
    headers = {**request.headers, "Host": urlsplit(request.url).netloc, "Cookie": cookies}
    path = f"http://127.0.0.1:{theo.territory.port}{urlsplit(request.url).path}"
    with urlopen(UrlRequest(path, request.post_data_buffer, headers)) as answer:
        return int(answer.status)


def test_an_answer_that_is_lost_is_not_paid_again(person: Callable[..., Person]) -> None:
    """The charge arrives, the network goes before the answer does, the tab is closed; what then comes is the answer."""
    amina = person("amina")  # she has some tokens already
    code = gestures.card_code(amina)
    theo = person("theo")
    had = gestures.balance(amina)
    ready_for_no_network(theo)
    sent: list[int] = []

    def lose(route: Route) -> None:
        sent.append(deliver(theo, route.request))
        route.abort()

    theo.context.route("**/envoi", lose, times=1)
    type_in(theo.page, code, 5)
    expect(theo.page.locator("[data-till-said]")).to_contain_text("pas encore payé")
    assert sent == [200]
    assert gestures.balance(amina) == had - 5
    theo.page.close()
    theo.page = theo.context.new_page()
    theo.go(TILL)
    expect(theo.page.locator(".waiting-list li").first).to_contain_text("payé", timeout=15_000)
    assert gestures.balance(amina) == had - 5
    theo.faults.clear()


def test_signing_in_again_keeps_the_queue(person: Callable[..., Person]) -> None:
    amina = person("amina")
    code = gestures.card_code(amina)
    theo = person("theo")
    had = gestures.balance(amina)
    ready_for_no_network(theo)
    theo.context.set_offline(True)
    type_in(theo.page, code, 2)
    expect(waiting(theo.page)).to_have_text("1")
    theo.context.clear_cookies()
    theo.context.set_offline(False)
    expect(theo.page.locator("[data-till-state]")).to_contain_text("reconnectez-vous", timeout=15_000)
    assert gestures.balance(amina) == had
    theo.page.locator("[data-till-sign-in] a").click()
    theo.page.wait_for_url("**/connexion**")
    theo.go(f"/connexion/mot-de-passe?next={TILL}")
    theo.fill(email=f"theo@{HOME}.demo", password="demonstration-ygor")
    theo.press("Entrer", within=theo.main)
    expect(theo.page.locator(".waiting-list li").first).to_contain_text("payé", timeout=15_000)
    assert gestures.balance(amina) == had - 2
    theo.faults.clear()


def test_a_booking_from_the_phone_to_the_till_and_its_sheet(person: Callable[..., Person]) -> None:
    amina, theo = person("amina"), person("theo")
    had = gestures.balance(amina)
    amina.go("/recompenses?bookable=on")
    amina.press("Liseuse à emporter", within=amina.main)
    amina.press("Réserver", within=amina.main)
    assert "C'est réservé" in amina.said()
    code = amina.text(".pass .code")
    assert faults(amina.page) == []
    assert overflow(amina.page) <= 0
    assert gestures.balance(amina) == had - 3
    theo.go(TILL)
    theo.page.locator("#f-card").fill(code.lower())
    theo.page.locator('button[name="step"][value="look"]').click()
    expect(theo.main).to_contain_text("réservé")
    theo.page.locator('button[name="step"][value="charge"]').click()
    theo.page.wait_for_url("**/paiements/**")
    assert "C'est payé" in theo.text()
    assert "Liseuse à emporter" in theo.text()
    assert gestures.balance(amina) == had - 3
    theo.go(f"{TILL}/journee")
    assert "Liseuse à emporter" in theo.text()
    theo.page.emulate_media(media="print")
    hidden = [".top", ".thumbs", "footer", "main form", "main button"]
    assert [each for each in hidden if theo.page.locator(each).first.is_visible()] == []
    assert "Liseuse à emporter" in theo.text()
    assert len(theo.page.pdf(format="A4")) > 10_000
