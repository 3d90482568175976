"""The pages of organisations, through a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from node.accounts import public as accounts
from node.core.mail import recent_mails
from node.core.node import Node
from node.organisations import public
from tests.fixtures.browser import Visitor, serving, visiting
from tests.node.accounts.people import person


@pytest.fixture
async def server(node: Node) -> AsyncIterator[TestServer]:
    async with serving(node) as server:
        yield server


@pytest.fixture
async def leila(server: TestServer, node: Node) -> AsyncIterator[Visitor]:
    await node.write(person)
    async with visiting(server, node) as visitor:
        await visitor.sign_in("leila@castanet.example")
        yield visitor


@pytest.fixture
async def agent(server: TestServer, node: Node) -> AsyncIterator[Visitor]:
    await node.write(person, "Omar Sy", "agent")
    async with visiting(server, node) as visitor:
        await visitor.sign_in("omar@castanet.example")
        yield visitor


ASK = "/moi/organisations/demander"


async def test_asking_agreeing_and_looking_after(node: Node, leila: Visitor, agent: Visitor) -> None:
    assert (await leila.get("/moi/organisations")).status == 200
    wrong = await leila.post(ASK, {"name": "V", "summary": "<b>Ensemble</b>", "kind": "association"}, page=ASK)
    assert wrong.status == 422
    assert "&lt;b&gt;Ensemble" in wrong.text
    assert "<b>Ensemble" not in wrong.text
    asked = await leila.post(ASK, {"name": "Voisins <i>solidaires", "kind": "association"}, page=ASK)
    assert asked.path == "/organisations/voisins-i-solidaires/equipe"
    assert "pas encore répondu" in asked.text
    assert "<i>solidaires" not in asked.text
    waiting = await agent.get("/admin/organisations?state=pending")
    assert "Voisins &lt;i&gt;solidaires" in waiting.text
    path = "/organisations/voisins-i-solidaires/equipe"
    assert (await leila.post(path + "/accepter", page=path)).status == 403
    agreed = await agent.post(path + "/accepter", page=path)
    assert agreed.path == "/admin/organisations"
    member = {"member_email": "new@castanet.example", "role": "member"}
    added = await leila.post(path + "/membres", member, page=path)
    assert "invitation est partie" in added.text
    assert "Invitation envoyée" in added.text
    assert (await node.read(recent_mails))[0].recipient == "new@castanet.example"
    bad = await leila.post(path + "/membres", {**member, "member_email": "nobody"}, page=path)
    assert bad.status == 422
    assert 'value="nobody"' in bad.text
    again = await leila.post(path + "/membres", {**member, "member_email": "leila@castanet.example"}, page=path)
    assert again.status == 422
    assert "en fait déjà partie" in again.text
    gone = await leila.post(path + "/invitations/retirer", {"email": "new@castanet.example"}, page=path)
    assert "Invitation envoyée" not in gone.text
    person_found = await node.read(accounts.find_by_email, "leila@castanet.example")
    assert person_found
    last = await leila.post(f"{path}/membres/{person_found.id}/retirer", page=path)
    assert "au moins un responsable" in last.text
    changed = await leila.post(path, {"name": "Voisins", "description": "**Bonjour**"}, page=path)
    assert changed.status == 200
    assert (await node.read(public.by_slug, "voisins-i-solidaires")).description == "**Bonjour**"
    closed = await agent.post(path + "/fermer", page=path)
    assert closed.path == "/admin/organisations"
    assert "est fermée" in (await agent.get(path)).text
    assert (await leila.get(path)).status in {403, 409}


async def test_the_desk_makes_one(leila: Visitor, agent: Visitor) -> None:
    page = "/admin/organisations/nouvelle"
    assert (await leila.get(page)).status == 403
    made = await agent.post(page, {"name": "Piscine", "kind": "partner"}, page=page)
    assert made.path == "/organisations/piscine/equipe"
    twice = await agent.post(page, {"name": "Piscine", "kind": "partner", "address": "Rue bleue"}, page=page)
    assert twice.status == 422
    assert "porte déjà ce nom" in twice.text
    assert 'value="Rue bleue"' in twice.text
    assert (await leila.get("/organisations/piscine/equipe")).status == 403
    assert (await leila.get("/organisations/nobody/equipe")).status == 404


async def test_a_resident_cannot_ask_for_a_service(leila: Visitor) -> None:
    refused = await leila.post(ASK, {"name": "Voirie", "kind": "service"}, page=ASK)
    assert refused.status == 422


async def test_nobody_anonymous_gets_in(server: TestServer, node: Node) -> None:
    async with visiting(server, node) as stranger:
        for path in ("/moi/organisations", "/admin/organisations", ASK, "/organisations/x/equipe"):
            assert (await stranger.get(path)).path.startswith("/connexion?next=")
