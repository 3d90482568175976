"""The pages of draws through a real server: planning at the desk, seeing, winning, checking without JavaScript."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData
from sqlalchemy import select

from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.unit import Unit
from node.modules.gold import filing, holding, planning
from node.modules.gold import public as gold
from node.modules.gold.models import WonPrize
from tests.fixtures.browser import Page, Visitor
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import Town, settle
from tests.modules.gold.people import gold_of, mint_gold
from tests.protocols.gold import draws
from tests.protocols.gold.instants import decided
from web.typography import plain


@pytest.fixture
def settings() -> ProcessSettings:
    """On SQLite alone: what differs between the databases is tested below the pages."""
    return ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")


def prepare(unit: Unit) -> Town:
    """The town, gold in its reserve, one certified action of Leïla's."""
    town = settle(unit)
    mint_gold(unit)
    gold.record_action(unit, "mission:1", town.leila, "Planter la haie", unit.now - timedelta(days=2))
    return town


def fields(page: Page, **changes: str) -> dict[str, str]:
    found = re.search(r'value="([0-9A-Z]{26})"[^>]*|name="draw_id"[^>]* value="([0-9A-Z]{26})"', page.text)
    assert found, page.text
    return {
        "draw_id": found[1] or found[2], "name": "Tirage de l'hiver", "from_day": "2026-11-01",
        "until_day": "2026-11-22", "cap": "2", "draw_at": "2026-11-24T18:00",
        "prizes": "1 × Dix jetons d'or = 10\nDeux places au théâtre",
        **changes,
    }  # fmt: skip


async def planned(agent: Visitor, **changes: str) -> Page:
    form = await agent.get("/gestion/tirages/nouveau")
    return await agent.post("/gestion/tirages", fields(form, **changes), page="/gestion/tirages/nouveau")


async def test_an_agent_plans_somebody_wins_and_takes_it(node: Node, clock: TestClock) -> None:
    town = await node.write(prepare)
    async with site_of(node) as site:
        agent, leila = await site.signed_in(town.agent), await site.signed_in(town.leila)
        shown = await planned(agent)
        assert shown.status == 200, shown.text
        draw_path = shown.path
        assert "Le tirage est prévu" in shown.text
        assert await node.write(planning.announce_due) == 1
        page = await leila.get(draw_path)
        assert "Mes participations" in page.text
        proof = re.search(rf"{draw_path}/preuve/[0-9a-f]{{64}}", page.text)
        assert proof
        assert json.loads((await leila.get(proof[0])).text)["person"] == town.leila
        assert (await agent.get(proof[0])).status == 404
        clock.now += timedelta(days=2)
        assert await node.write(holding.hold_due) == 1
        assert "C'est vous !" in (await leila.get(draw_path)).text
        [prize] = await node.read(lambda unit: unit.session.scalars(select(WonPrize)).all())
        taken = await leila.post(f"/mes-lots/{prize.id}/prendre", page="/mes-lots")
        assert "C'est à vous !" in taken.text
        assert await node.read(gold_of, town.leila) == 10
        again = await agent.post(f"/mes-lots/{prize.id}/laisser", page="/mes-lots")
        assert again.status == 404


async def test_mistakes_are_told_beside_their_field(node: Node) -> None:
    town = await node.write(prepare)
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)
        for changes, words in (
            ({"prizes": "Or = 5000"}, "La réserve ne contient que 100 jetons d'or"),
            ({"prizes": "0 × rien"}, "Écrivez un lot par ligne"),
            ({"draw_at": "2026-11-22T18:00"}, "au moins une heure après son annonce"),
            ({"until_day": "2026-10-01"}, "La fin de la période doit venir après son début"),
            ({"witnesses": "https://elsewhere.example/actor"}, "Choisissez des témoins de la liste"),
        ):
            page = await planned(agent, **changes)
            assert page.status in (409, 422)
            assert words in page.text
            assert "Tirage de l'hiver" in page.text
        stranger = await site.signed_in(town.leila)
        assert (await stranger.get("/gestion/tirages")).status == 403
        assert "Pas encore de tirage" in (await agent.get("/gestion/tirages")).text


async def test_instant_wins_are_announced_at_the_desk(node: Node) -> None:
    town = await node.write(prepare)
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)
        page = await agent.get("/gestion/tirages/instantanes")
        found = re.search(r'value="([0-9A-Z]{26})"', page.text)
        assert found
        sent = {"schedule_id": found[1], "from_day": "2026-11-23", "until_day": "2026-12-23", "gold": "2", "most": "5"}
        wrong = await agent.post(
            "/gestion/tirages/instantanes", {**sent, "chance": "souvent"}, page="/gestion/tirages/instantanes"
        )
        assert "La chance s'écrit" in wrong.text
        for _ in range(2):
            done = await agent.post(
                "/gestion/tirages/instantanes", {**sent, "chance": "1 sur 20"}, page="/gestion/tirages/instantanes"
            )
        assert done.text.count("1 action sur 20 gagne") == 1


async def upload(visitor: Visitor, body: bytes) -> tuple[int, str]:
    shown = await visitor.get("/tirages/verifier")
    token = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert token
    form = FormData({"csrf": token[1]})
    form.add_field("file", body, filename="tirage.json", content_type="application/json")
    async with visitor._client.post("/tirages/verifier", data=form) as answer:
        return answer.status, plain(await answer.text())


async def test_the_server_checks_too_for_those_without_javascript(node: Node) -> None:
    async with site_of(node) as site:
        visitor = await site.visitor("en")
        right: Any = draws.held(missing=["Auzeville"])
        status, text = await upload(visitor, json.dumps(right).encode())
        assert status == 200
        assert "This draw is right" in text
        assert "Auzeville did not answer" in text
        assert right["result"]["winners"][0] in text
        right["entries"][4][1] = "0" * 64
        status, text = await upload(visitor, json.dumps(right).encode())
        assert status == 422
        assert f"Entry no. 5 was changed: {right['entries'][4][0]}" in text
        assert "wins" in (await upload(visitor, json.dumps(decided(3)).encode()))[1]
        assert (await upload(visitor, b"{"))[0] == 422


async def test_the_file_of_a_draw_is_for_anybody(node: Node) -> None:
    town = await node.write(prepare)
    async with site_of(node) as site:
        path = (await planned(await site.signed_in(town.agent))).path
        stranger = await site.visitor()
        assert (await stranger.get(f"{path}/fichier.json")).status == 404, "it is not announced yet"
        await node.write(planning.announce_due)
        served = json.loads((await stranger.get(f"{path}/fichier.json")).text)
        assert served == await node.read(filing.file_of, path.rpartition("/")[2])
        assert "n'a pas encore eu lieu" in (await stranger.get(f"/tirages/verifier?tirage={path[-26:]}")).text
        assert town.leila not in json.dumps(served)
