"""Both administrators on their pages, without JavaScript, in French and English."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.fixtures.browser import Page, Visitor
from tests.fixtures.serving import until
from tests.node.groupings.networks import Network, all_honour, join, pays, publish
from tests.node.honour.test_pages import administrator
from tests.node.neighbours.communes import post, shows

TERMS = {
    "limit": "5000", "day_cap": "60", "card_day_cap": "30", "services": "*", "till_hold_minutes": "15",
    "booking_hold_hours": "72", "statement_period": "month", "dispute_days": "30", "refund_days": "30",
}  # fmt: skip
ADMIN, JOIN, CONDITIONS = "/admin/reseau", "/admin/reseau/rejoindre", "/admin/reseau/conditions"


def hidden(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


async def open_page(who: Visitor, path: str, words: str) -> Page:
    """The page, once it shows these words."""

    async def shown() -> Page | None:
        page = await who.get(path)
        return page if words in page.text else None

    found = await until(shown)
    assert found is not None
    return found


async def test_from_the_terms_to_leaving_on_pages(network: Network) -> None:
    today = await network.today()
    dates = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=300)).isoformat()}
    look = f"{JOIN}?address={network.g.host}"
    async with administrator(network.g) as maya, administrator(network.a) as claire:
        assert "Ouvrez le réseau" in (await maya.get(ADMIN)).text
        nothing = await claire.get(look)
        assert nothing.status == 422
        assert "n'a pas encore publié" in nothing.text
        wrong = await maya.post(CONDITIONS, {**TERMS, **dates, "day_cap": "9000"}, page=CONDITIONS)
        assert wrong.status == 422
        assert "dépasse la limite" in wrong.text
        assert "Pas encore de membre" in (await maya.post(CONDITIONS, {**TERMS, **dates}, page=CONDITIONS)).text

        commune = await claire.get(f"{JOIN}?address={network.b.host}")
        assert "une commune, pas un groupement" in commune.text
        seen = await claire.get(look)
        for words in (
            "Rien n'est encore envoyé",
            "Qui paie où",
            "Quelles données circulent",
            "5 000 jetons",
            "60 jetons",
        ):
            assert words in seen.text, words
        await publish(network.g, day_cap=50, card_day_cap=30)
        fields = {"address": hidden(seen, "address"), "terms": hidden(seen, "terms")}
        changed = await claire.post(JOIN, fields, page=look)
        assert changed.status == 422
        assert "viennent de changer" in changed.text
        assert "50 jetons" in changed.text
        fields = {"address": hidden(changed, "address"), "terms": hidden(changed, "terms")}
        asked = await claire.post(JOIN, fields, page=look)
        assert "en attente" in asked.text

        one = f"{ADMIN}/membres/{network.a.host}"
        await open_page(maya, ADMIN, "À vous de répondre")
        applicant = await maya.get(one)
        for words in ("Castanet-Tolosan demande à adhérer", "31113", "liste officielle", "si vous l'admettez"):
            assert words in applicant.text, words
        unsaid = await maya.post(f"{one}/refuser", {"reason": ""}, page=one)
        assert unsaid.status == 422
        admitted = await maya.post(f"{one}/admettre", {"terms": hidden(applicant, "terms")}, page=one)
        assert "Version 2 acceptée" in admitted.text
        again = await maya.post(f"{one}/admettre", {"terms": hidden(applicant, "terms")}, page=one)
        assert (again.status, "déjà décidé" in again.text) == (422, True)

        group = f"{ADMIN}/groupements/{network.g.host}"
        await open_page(claire, group, "Quitter Sicoval")
        await all_honour(network.g, network.a)
        assert (await pays(network.g, network.a)).state == "posted"
        left = await claire.post(f"{group}/quitter", {}, page=group)
        assert "Ce qui est dû reste dû" in left.text
        await open_page(maya, one, "Partie")


async def test_the_state_of_the_network_for_everybody_and_for_administrators(network: Network) -> None:
    await publish(network.g)
    await join(network.a, network.g)
    await join(network.b, network.g)
    await all_honour(network.g, network.a, network.b)
    await post(network.a, "Planter la haie")
    await shows(network.g, "Planter la haie")
    async with administrator(network.g) as maya, administrator(network.a) as claire:
        inside = (await maya.get(ADMIN)).text
        for words in ("Tout va bien", "1 mission à venir", "Castanet-Tolosan", "Ramonville-Saint-Agne", "Version 1"):
            assert words in inside, words
        await claire.get("/langue/en")
        english = (await claire.get("/reseau")).text
        for words in ("The network", "Ramonville-Saint-Agne", "terms, version 1"):
            assert words in english, words
        assert "Tout va bien" not in (await maya.get("/reseau")).text
        assert "Les communes du réseau" in (await maya.get("/")).text
        await publish(network.g, day_cap=40, card_day_cap=30, previous_until=await network.today())
        group = f"{ADMIN}/groupements/{network.g.host}"
        waiting = await open_page(claire, group, "New version of the terms")
        assert "new version" in (await claire.get("/bureau")).text
        signed = await claire.post(f"{group}/accepter", {"terms": hidden(waiting, "terms")}, page=group)
        assert "signed and sent" in signed.text
        await open_page(maya, ADMIN, "Version 2 acceptée")
        stranger = await claire.get(CONDITIONS)
        assert stranger.status == 403
