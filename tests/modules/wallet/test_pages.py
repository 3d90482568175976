"""The pages of the wallet, through a real server."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.models import AuditEntry
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import settle


def audited(unit: Unit, action: str) -> int:
    counted = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
    return unit.session.execute(counted).scalar_one()


async def test_from_the_door_to_the_card(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        stranger = await site.visitor()
        assert (await stranger.get("/carte")).path == "/connexion?next=/carte"
        assert (await stranger.get("/carte/imprimer")).path == "/connexion?next=/carte/imprimer"
        leila = await site.signed_in(town.leila)
        page = await leila.get("/carte")
        assert page.title == "Ma carte – Ygor – Castanet-Tolosan"
        assert f"{town.code[:4]} {town.code[4:]}" in page.text
        assert "Leila B." in page.text
        assert "Benali" not in page.text
        assert "Aide aux devoirs" in page.text
        printed = await leila.get("/carte/imprimer")
        assert town.code[:4] in printed.text
        assert "<svg" in printed.text
        marcel = await site.signed_in(town.marcel)
        empty = await marcel.get("/carte")
        assert "Pas encore de jetons" in empty.text
        assert town.code[:4] not in empty.text


async def test_balance_lots_and_what_ends_soon(node: Node, clock: TestClock) -> None:
    start, clock.now = clock.now, datetime(2026, 5, 30, 8, tzinfo=UTC)
    town = await node.write(settle)

    def more(unit: Unit) -> str:
        wallet_id = ledger.open_wallet(unit, town.leila)
        ledger.award(unit, "award-2", wallet_id, 7, memo={"title": "<script>alert(1)</script>"})
        ledger.spend(unit, "spend-1", wallet_id, 4, memo={"title": "Piscine"})
        ledger.hold(unit, "hold-1", wallet_id, 2, until=unit.now + timedelta(hours=1), memo={"title": "Place"})
        return wallet_id

    clock.now = start
    await node.write(more)
    async with site_of(node) as site:
        leila = await site.signed_in(town.leila)
        page = (await leila.get("/carte")).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page
        assert "dont 2 réservés" in page
        assert "6 jetons s'éteignent" in page
        assert re.search(r"−4|−\s*4", page)
        headers = await site.bearer(town.leila, "wallet:read")
        status, seen = await site.call("GET", "/api/v1/wallet", headers=headers)
        assert status == 200
        assert (seen["total"], seen["available"], seen["held"]) == (13, 11, 2)
        assert [lot["amount"] for lot in seen["lots"]] == [6, 7]
        assert seen["lots"][0]["expiry_day"] == date(2026, 11, 30).isoformat()
        assert [line["amount"] for line in seen["movements"]] == [-4, 7, 10]
        wrong = await site.bearer(town.leila, "profile:read")
        assert (await site.call("GET", "/api/v1/wallet", headers=wrong))[0] == 403
        assert (await site.call("GET", "/api/v1/wallet"))[0] == 401
        status, figures = await site.call("GET", "/api/v1/supply")
        assert status == 200
        assert figures["minted"] == 1000
        kept = figures["treasury"] + figures["circulating"] + figures["lapsed"] + figures["owed"]
        assert kept == figures["minted"] - figures["destroyed"]


async def test_a_lost_card_is_replaced_once(node: Node) -> None:
    town = await node.write(settle)
    first = await node.write(cards.issue, town.leila)
    async with site_of(node) as site:
        leila = await site.signed_in(town.leila)
        done = await leila.post("/carte/perdue", {"card": first.id}, page="/carte")
        assert done.path == "/carte"
        assert "ne marche plus" in done.text
        second = await node.write(cards.issue, town.leila)
        assert second.code != first.code
        assert second.grouped_code in done.text
        again = await leila.post("/carte/perdue", {"card": first.id}, page="/carte")
        assert "déjà remplacée" in again.text
        assert (await node.write(cards.issue, town.leila)).code == second.code
        marcel = await site.signed_in(town.marcel)
        await marcel.post("/carte/perdue", {"card": second.id}, page="/carte")
        assert (await node.write(cards.issue, town.leila)).code == second.code
        assert await node.read(audited, "cards.replaced") == 1


async def test_the_desk_prints_and_replaces_cards(node: Node) -> None:
    town = await node.write(settle)
    nadia = await node.read(accounts.viewer, town.agent)
    jeanne = (await node.write(accounts.create_account_at_desk, nadia, "Jeanne", "<b>Roux")).id
    path = f"/guichet/cartes/{jeanne}"
    async with site_of(node) as site:
        for account in (town.leila, town.theo, town.elected):
            visitor = await site.signed_in(account)
            assert (await visitor.get(path)).status == 403
            assert (await visitor.post(path + "/perdue", {"card": ""}, page="/moi/compte")).status == 403
        assert (await (await site.visitor()).get(path)).path.startswith("/connexion")
        agent = await site.signed_in(town.agent)
        page = await agent.get(path)
        assert page.status == 200
        assert "<b>Roux" not in page.text
        card = await node.write(cards.issue, jeanne)
        assert card.grouped_code in page.text
        replaced = await agent.post(path + "/perdue", {"card": card.id}, page=path)
        assert card.grouped_code not in replaced.text
        assert (await node.write(cards.issue, jeanne)).grouped_code in replaced.text
        for unknown in ("/guichet/cartes/nobody", "/guichet/cartes/01K00000000000000000000000"):
            assert (await agent.get(unknown)).status == 404
