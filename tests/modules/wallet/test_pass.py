"""The code for a neighbour's till: signed by the resident's key, fresh at each look, of no use at home."""

from __future__ import annotations

from node.accounts import public as accounts
from node.core.ids import new_id
from node.core.node import Node
from node.honour import public as honour
from node.honour.consents import pass_document
from node.neighbours.public import own_actor
from protocols.honour.consent import verify_pass
from tests.fixtures.clients import site_of
from tests.fixtures.town import settle


async def test_the_pass_is_the_residents_and_fresh(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        assert (await (await site.visitor()).get("/carte/voisins")).path == "/connexion?next=/carte/voisins"
        leila = await site.signed_in(town.leila)
        assert "Payer chez un voisin" in (await leila.get("/carte")).text
        page = await leila.get("/carte/voisins")
        assert page.title == "Payer chez un voisin – Ygor – Castanet-Tolosan"
        assert "<svg" in page.text
    first, second = [await node.read(honour.make_pass, town.leila) for _ in range(2)]
    assert first != second
    shown = verify_pass(pass_document(first), issuer=await node.read(own_actor))
    assert shown.holder == await node.read(accounts.resident_did, town.leila)


async def test_at_home_the_till_asks_for_the_card(node: Node) -> None:
    town = await node.write(settle)
    text = await node.read(honour.make_pass, town.leila)
    async with site_of(node) as site:
        paul = await site.signed_in(town.paul)
        typed = {"card": text, "price": "3", "payment_id": new_id(), "step": "charge"}
        page = await paul.post("/caisse/piscine", typed, page="/caisse/piscine")
        assert page.status == 422
        assert "scannez la carte" in page.text
