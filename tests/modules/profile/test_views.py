"""The pages of the profile and its JSON, through a real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from node.accounts import public as accounts
from node.accounts import tokens
from node.core.node import Node
from node.modules.profile import reading
from node.modules.profile.values import Interests
from protocols.proofs import evidence_digest
from tests.fixtures.browser import Visitor, serving, visiting
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import SATURDAY, Town, draft_with, person, published, shift_at, town
from tests.modules.profile.doing import certified


@pytest.fixture
async def server(node: Node) -> AsyncIterator[TestServer]:
    async with serving(node) as server:
        yield server


@pytest.fixture
async def visitor(server: TestServer, node: Node) -> AsyncIterator[Visitor]:
    async with visiting(server, node) as visitor:
        yield visitor


async def sign_in(node: Node, visitor: Visitor, account_id: str) -> None:
    person = await node.read(accounts.account_summary, account_id)
    assert person is not None
    assert person.email
    await visitor.sign_in(person.email)


async def with_next_mission(node: Node, clock: TestClock) -> Town:
    made = await certified(node, clock)
    later = draft_with(title="Tailler les fruitiers", shifts=(shift_at(SATURDAY + timedelta(days=7)),))
    await node.write(lambda unit: published(unit, made, later))
    return made


@pytest.mark.parametrize("path", ["/moi", "/moi/envies", "/moi/registre", f"/moi/registre/{'0' * 26}"])
async def test_nobody_reads_a_profile_without_signing_in(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)
    assert page.path == f"/connexion?next={path}"


async def test_the_empty_profile_says_how_to_begin(node: Node, visitor: Visitor) -> None:
    made = await node.write(town)
    await sign_in(node, visitor, made.resident)
    page = await visitor.get("/moi")
    assert page.status == 200
    assert page.title == "Moi – Ygor – Castanet-Tolosan"
    assert "Bonjour Lucie" in page.text
    assert "Votre histoire commence ici" in page.text
    assert 'href="/moi/envies"' in page.text
    assert "Votre registre est encore vide" in (await visitor.get("/moi/registre")).text


async def test_my_story_with_skills_hours_and_what_fits(node: Node, visitor: Visitor, clock: TestClock) -> None:
    made = await with_next_mission(node, clock)
    await sign_in(node, visitor, made.resident)
    text = (await visitor.get("/moi")).text
    for expected in (
        "Planter la haie du chemin des écoliers", "Arbres et Paysages", "3 h", "Jardinage × 1", "Transition écologique",
        "Tailler les fruitiers", "Vous savez déjà faire : Jardinage", 'href="/carte"', "samedi 28 novembre 2026",
    ):  # fmt: skip
        assert expected in text


async def test_choosing_interests_changes_what_fits(node: Node, visitor: Visitor, clock: TestClock) -> None:
    made = await with_next_mission(node, clock)
    await sign_in(node, visitor, made.resident)
    answer = await visitor.post(
        "/moi/envies", {"themes": ["ecology", "sport"], "skills": ["cooking"]}, page="/moi/envies"
    )
    assert (answer.status, answer.path) == (200, "/moi")
    assert "Vous avez choisi le thème Transition écologique" in answer.text
    form = (await visitor.get("/moi/envies")).text
    assert form.count(" checked") == 3
    refused = await visitor.post("/moi/envies", {"themes": ["sport", "gold"]}, page="/moi/envies")
    assert refused.status == 422
    assert "Choisissez des thèmes de la liste." in refused.text
    await visitor.post("/moi/envies", {}, page="/moi/envies")
    assert await node.read(reading.interests, made.resident) == Interests()


async def test_the_register_carries_digest_and_signed_file(node: Node, visitor: Visitor, clock: TestClock) -> None:
    made = await certified(node, clock)
    await sign_in(node, visitor, made.resident)
    page = await visitor.get("/moi/registre")
    [action] = await node.read(reading.actions, made.resident)
    assert page.title.startswith("Mon registre – ")
    assert action.digest in page.text
    assert "Registre des actions de Lucie Bernard" in page.text
    file = await visitor.get(f"/moi/registre/{action.id}")
    assert file.headers["Content-Disposition"].startswith("attachment")
    signed = json.loads(file.text)
    assert evidence_digest(signed) == action.digest


async def test_somebody_elses_statement_does_not_exist(node: Node, visitor: Visitor, clock: TestClock) -> None:
    made = await certified(node, clock)
    [action] = await node.read(reading.actions, made.resident)
    await sign_in(node, visitor, made.helper)
    assert (await visitor.get(f"/moi/registre/{action.id}")).status == 404


async def test_english(node: Node, visitor: Visitor) -> None:
    account_id = await node.write(lambda unit: person(unit, "Ann", locale="en"))
    await sign_in(node, visitor, account_id)
    assert "Keep my interests" in (await visitor.get("/moi/envies")).text
    assert "Your story begins here" in (await visitor.get("/moi")).text


async def test_the_entrance_shows_why_only_to_me(node: Node, visitor: Visitor, clock: TestClock) -> None:
    made = await with_next_mission(node, clock)
    assert "Pourquoi pour vous" not in (await visitor.get("/")).text
    await sign_in(node, visitor, made.resident)
    text = (await visitor.get("/")).text
    assert "Pourquoi pour vous" in text
    assert "Vous savez déjà faire : Jardinage" in text


async def test_the_profile_for_machines(node: Node, server: TestServer, clock: TestClock) -> None:
    made = await certified(node, clock)
    good = await node.write(tokens.create, made.resident, "essai", ["profile:read"])
    other = await node.write(tokens.create, made.resident, "autre", ["wallet:read"])
    async with ClientSession(server.make_url("/"), headers={"Host": node.host}) as client:
        async with client.get("/api/v1/profile", headers={"Authorization": f"Bearer {good}"}) as answer:
            body = await answer.json()
        for headers, status in (({}, 401), ({"Authorization": f"Bearer {other}"}, 403)):
            async with client.get("/api/v1/profile", headers=headers) as refused:
                assert refused.status == status
                assert refused.content_type == "application/problem+json"
    assert (body["minutes"], body["tokens_earned"]) == (180, 6)
    assert body["skills"][0] == {"key": "gardening", "actions": 1, "minutes": 180}
    assert body["actions"][0]["done_on"] == "2026-11-28"
