"""The pages of offers and of the till, and the till's API, through a real server."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from node.cards import public as cards
from node.core.ids import new_id
from node.core.node import Node
from node.modules.rewards import offers
from tests.fixtures.browser import Page
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.town import TOKENS, Town, available, settle

HOSTILE = '"><script>alert(1)</script>'


def hidden(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"|value="([^"]*)"[^>]* name="{name}"', page.text)
    assert found, f"no field {name}"
    return found[1] or found[2] or ""


def filled(page: Page, town: Town, **changes: str) -> dict[str, str]:
    fields = {"card": town.code, "offer_id": town.pool_offer, "step": "charge", **changes}
    return {"payment_id": hidden(page, "payment_id"), **fields}


async def test_residents_see_what_is_offered(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        stranger = await site.visitor()
        page = await stranger.get("/recompenses")
        assert page.text.index("Entrée adulte") < page.text.index("Carte d'un an")
        assert "Entrée adulte" in (await stranger.get("/")).text
        shown = await stranger.get(f"/recompenses/{town.pool_offer}")
        assert "<strong>obligatoire</strong>" in shown.text
        assert (await stranger.get("/recompenses/nothing")).status == 404
        status, listed = await site.call("GET", "/api/v1/offers")
        assert status == 200
        assert [(o["title"], o["price"], o["partner"]) for o in listed] == [
            ("Entrée adulte", 6, "piscine"),
            ("Carte d’un an", 40, "mediatheque"),
        ]


async def test_a_partner_writes_changes_and_withdraws(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        paul, theo = await site.signed_in(town.paul), await site.signed_in(town.theo)
        form = await paul.get("/partenaires/piscine/offres/nouvelle")
        fields = {
            "title": HOSTILE,
            "price": "3",
            "kind": "free",
            "conditions": f"**{HOSTILE}** [x](javascript:alert(2))",
        }
        fields["offer_id"] = hidden(form, "offer_id")
        for _ in range(2):
            made = await paul.post("/partenaires/piscine/offres", fields, page="/partenaires/piscine/offres/nouvelle")
            assert made.path == "/partenaires/piscine/espace"
        assert made.text.count("</script><") == 0
        assert made.text.count("&lt;script&gt;") == 1
        path = f"/recompenses/{fields['offer_id']}"
        seen = await theo.get(path)
        for text in (seen.text, (await theo.get("/recompenses")).text, (await theo.get("/")).text):
            assert "<script>alert" not in text
            assert 'href="javascript' not in text
        first = hidden(await paul.get(path + "/modifier"), "version")
        change = {**fields, "title": "Aquagym", "version": first}
        assert (
            await paul.post(path + "/modifier", change, page=path + "/modifier")
        ).path == "/partenaires/piscine/espace"
        stale = await paul.post(path + "/modifier", {**change, "title": "Aquabike"}, page=path + "/modifier")
        assert stale.status in {409, 422}
        assert "vient de modifier" in stale.text
        assert "Aquabike" in stale.text
        assert (await node.read(offers.get, fields["offer_id"])).title == "Aquagym"
        for bad in (
            {"title": "x"},
            {"title": "x" * 121},
            {"price": "0"},
            {"price": "10001"},
            {"price": ""},
            {"kind": "gold"},
            {"offer_id": "short"},
            {"conditions": "x" * 4001},
        ):
            refused = await paul.post(
                "/partenaires/piscine/offres", {**fields, **bad}, page="/partenaires/piscine/offres/nouvelle"
            )
            assert refused.status == 422, bad
        for _ in range(2):
            done = await paul.post(path + "/retirer", page="/partenaires/piscine/espace")
            assert done.path == "/partenaires/piscine/espace"
        assert (await theo.get(path)).status == 404
        assert (await paul.get(path)).status == 200
        back = await paul.post(path + "/publier", page="/partenaires/piscine/espace")
        assert "En ligne" in back.text


async def test_a_partners_pages_are_its_own(node: Node) -> None:
    town = await node.write(settle)
    offer = f"/recompenses/{town.pool_offer}"
    pages = [
        "/partenaires/piscine/espace",
        "/partenaires/piscine/offres/nouvelle",
        offer + "/modifier",
        "/caisse/piscine",
        "/caisse/piscine/journee",
        "/caisse/piscine/paiements/x",
    ]
    posts = [
        "/partenaires/piscine/offres",
        offer + "/modifier",
        offer + "/publier",
        offer + "/retirer",
        "/caisse/piscine",
        "/caisse/piscine/paiements/x/annuler",
    ]
    async with site_of(node) as site:
        stranger = await site.visitor()
        for path in pages:
            assert (await stranger.get(path)).path.startswith("/connexion?next="), path
        for account in (town.theo, town.leila, town.ines, town.elected):
            other = await site.signed_in(account)
            for path in pages:
                assert (await other.get(path)).status == 403, path
            for path in posts:
                assert (await other.post(path, {}, page="/moi/compte")).status == 403, path
        nadia = await site.signed_in(town.agent)  # writes offers in a partner's place, never keeps its till
        assert [(await nadia.get(path)).status for path in pages] == [200, 200, 200, 403, 403, 403]
        assert (await nadia.post("/caisse/piscine", {}, page="/moi/compte")).status == 403
        ines = await site.signed_in(town.ines)
        assert (await ines.get("/caisse/arbres-et-paysages")).status == 403
        assert (await ines.get("/caisse/rien")).status == 404
    assert (await node.read(offers.get, town.pool_offer)).state == "published"


async def test_a_payment_from_card_to_sheet(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        paul = await site.signed_in(town.paul)
        page = await paul.get("/caisse/piscine")
        looked = await paul.post("/caisse/piscine", filled(page, town, step="look"), page="/caisse/piscine")
        assert "solde suffisant" in looked.text
        assert "Leila" in looked.text
        assert "Benali" not in looked.text
        assert hidden(looked, "payment_id") == hidden(page, "payment_id")
        assert await node.read(available, town.leila) == TOKENS
        for _ in range(2):
            paid = await paul.post("/caisse/piscine", filled(page, town), page="/caisse/piscine")
            assert paid.path.startswith("/caisse/piscine/paiements/")
            assert "C'est payé" in paid.text
        assert await node.read(available, town.leila) == 4
        again = await paul.get("/caisse/piscine")
        short = await paul.post("/caisse/piscine", filled(again, town), page="/caisse/piscine")
        assert short.status in {409, 422}
        assert "ne suffit pas" in short.text
        assert f'value="{town.code}"' in short.text
        sheet = await paul.get("/caisse/piscine/journee")
        assert "Entrée adulte" in sheet.text
        assert (await paul.get("/caisse/piscine/journee?jour=2026-11-22")).status == 200
        assert (await paul.get("/caisse/piscine/journee?jour=nonsense")).status == 200
        theo = await site.signed_in(town.theo)
        wrong_till = paid.path.replace("piscine", "mediatheque")
        assert (await theo.get(wrong_till)).status == 403
        undone = await paul.post(paid.path + "/annuler", page="/caisse/piscine")
        assert "Paiement annulé" in undone.text
        assert await node.read(available, town.leila) == TOKENS
        late = await paul.post("/caisse/piscine", filled(again, town), page="/caisse/piscine")
        clock.forward(minutes=31)
        assert "Annuler ce paiement" not in (await paul.get(late.path)).text
        refused = await paul.post(late.path + "/annuler", page="/caisse/piscine")
        assert refused.status == 409
        assert "trop tard" in refused.text


async def test_bad_input_at_the_till(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        paul = await site.signed_in(town.paul)
        page = await paul.get("/caisse/piscine")
        for bad in (
            {"card": ""},
            {"card": HOSTILE},
            {"card": "x" * 2001},
            {"price": "abc", "offer_id": ""},
            {"price": "-1"},
            {"offer_id": "", "price": ""},
            {"offer_id": town.library_offer},
            {"payment_id": "x"},
            {"step": "steal"},
            {"host": "ramonville.localhost:8000"},
            {"host": HOSTILE},
            {"card": "\x00"},
            {"offer_id": "", "price": "10001"},
        ):
            refused = await paul.post("/caisse/piscine", filled(page, town, **bad), page="/caisse/piscine")
            assert 400 <= refused.status < 500, bad
            assert "<script>alert" not in refused.text
            assert 'name="payment_id"' in refused.text, bad
        assert await node.read(available, town.leila) == TOKENS


async def test_codes_cannot_be_tried_at_random(node_factory: NodeFactory) -> None:
    node = node_factory(parts={"rewards": {"reads_per_hour": 10}})
    town = await node.write(settle)
    async with site_of(node) as site:
        paul = await site.signed_in(town.paul)
        page = await paul.get("/caisse/piscine")
        guess = filled(page, town, card="00000000", step="look")
        for _ in range(10):
            assert "Aucune carte" in (await paul.post("/caisse/piscine", guess, page="/caisse/piscine")).text
        stopped = await paul.post("/caisse/piscine", filled(page, town), page="/caisse/piscine")
        assert "Trop d'essais" in stopped.text
        assert await node.read(available, town.leila) == TOKENS
        headers = await site.bearer(town.paul, "rewards:write")
        body = {"id": new_id(), "partner": "piscine", "card": town.code, "offer_id": town.pool_offer}
        assert (await site.call("POST", "/api/v1/payments", headers=headers, json=body))[0] == 429


@pytest.fixture
def body() -> dict[str, Any]:
    return {"id": new_id(), "partner": "piscine", "offer_id": ""}


async def test_a_tills_machine(node: Node, clock: TestClock, body: dict[str, Any]) -> None:
    town = await node.write(settle)
    lost = await node.write(cards.issue, town.marcel)
    await node.write(cards.report_lost, town.marcel, town.marcel)
    async with site_of(node) as site:
        headers = await site.bearer(town.paul, "rewards:write")
        body |= {"card": town.code, "price": 4}
        for _ in range(2):
            status, paid = await site.call("POST", "/api/v1/payments", headers=headers, json=body)
            assert (status, paid["state"], paid["price"], paid["first_name"]) == (201, "posted", 4, "Leila")
        assert await node.read(available, town.leila) == TOKENS - 4
        for changes, wanted, key in (
            ({"price": 5}, 409, "rewards.payment-taken"),
            ({"id": new_id(), "price": 7}, 409, "rewards.short"),
            ({"id": new_id(), "price": None}, 422, "rewards.price"),
            ({"id": new_id(), "card": lost.code}, 409, "cards.lost"),
            ({"id": new_id(), "card": "00000000"}, 404, "cards.unknown"),
            ({"id": new_id(), "partner": "mediatheque"}, 403, "rewards.not-yours"),
            ({"id": new_id(), "partner": "rien"}, 404, "organisations.unknown"),
        ):
            status, problem = await site.call("POST", "/api/v1/payments", headers=headers, json={**body, **changes})
            assert (status, key in str(problem)) == (wanted, True), (changes, problem)
        for bad in ({"id": "x"}, {"price": 0}, {"price": "six"}, {"card": ""}, {"card": 7}):
            status, problem = await site.call("POST", "/api/v1/payments", headers=headers, json={**body, **bad})
            assert status == 422, (bad, problem)
        for wrong in ({}, await site.bearer(town.paul, "wallet:read")):
            assert (await site.call("POST", "/api/v1/payments", headers=wrong, json=body))[0] in {401, 403}
        path = f"/api/v1/payments/{body['id']}"
        assert (await site.call("GET", path, headers=headers))[1]["state"] == "posted"
        theo = await site.bearer(town.theo, "rewards:write")
        assert (await site.call("GET", path, headers=theo))[0] == 403
        assert (await site.call("POST", path + "/undo", headers=theo))[0] == 403
        assert (await site.call("GET", "/api/v1/payments/nothing", headers=headers))[0] == 404
        assert (await site.call("POST", path + "/undo", headers=headers))[1]["state"] == "undone"
        clock.now += timedelta(hours=2)
        assert (await site.call("POST", path + "/undo", headers=headers))[1]["state"] == "undone"
        assert await node.read(available, town.leila) == TOKENS
