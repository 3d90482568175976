"""The directory, an association's page and its members' desk, through a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.modules.missions import service, signups
from node.organisations import service as organisations
from node.organisations.service import Draft
from tests.fixtures.browser import serving
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.modules.missions.conftest import People
from tests.modules.missions.people import DRAFT, SATURDAY, draft_with, prepared, town


@pytest.fixture
async def browser(node: Node) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(await stack.enter_async_context(serving(node)), node, stack)


async def test_the_directory(node: Node, browser: People) -> None:
    here, _mission, _shifts = await prepared(node)
    hostile = Draft(name="<script>alert(1)</script>", summary="<b>Gras</b>")
    await node.write(lambda unit: organisations.create(unit, SYSTEM, hostile))
    await node.write(lambda unit: organisations.create(unit, SYSTEM, Draft(name="Piscine", kind="partner")))
    visitor = await browser()
    page = await visitor.get("/associations")
    assert page.title == "Associations – Ygor – Castanet-Tolosan"
    assert f"/associations/{here.slug}" in page.text
    assert "1 mission" in page.text
    assert "Piscine" not in page.text
    assert "<script>alert" not in page.text
    assert "<b>Gras" not in page.text
    found = await visitor.get("/associations?text=FETES comite")
    assert ("Comité des fêtes" in found.text, "Arbres et Paysages" in found.text) == (True, False)
    assert (await visitor.get("/associations?text=" + "x" * 101)).status == 422


async def test_a_page_and_its_missions(node: Node, browser: People) -> None:
    here, _mission, _shifts = await prepared(node)
    visitor = await browser()
    page = await visitor.get(f"/associations/{here.slug}")
    assert DRAFT.title in page.text
    assert "Notre espace" not in page.text
    assert (await visitor.get("/associations/nobody")).status == 404


async def test_closed_ones_and_partners_have_no_page(node: Node, browser: People) -> None:
    here = await node.write(town)

    def close(unit: Unit) -> None:
        organisations.close(unit, SYSTEM, here.association_id)
        organisations.create(unit, SYSTEM, Draft(name="Piscine", kind="partner"))

    await node.write(close)
    visitor = await browser()
    assert (await visitor.get(f"/associations/{here.slug}")).status == 404
    assert (await visitor.get("/associations/piscine")).status == 404


async def test_the_members_desk(node: Node, browser: People, clock: TestClock) -> None:
    here, _mission, [shift_id] = await prepared(node)
    await node.write(signups.sign_up, here.resident, shift_id)
    later = draft_with(title="Tailler les fruitiers", shifts=())
    await node.write(service.create, here.manager, here.association_id, later)
    clock.now = SATURDAY
    path = f"/associations/{here.slug}/espace"
    page = await (await browser(here.helper)).get(path)
    assert page.status == 200
    for words in (DRAFT.title, "Tailler les fruitiers", "présence à valider", "brouillon à finir", "Maya M."):
        assert words in page.text, words
    for account_id in (here.stranger, here.resident):
        assert (await (await browser(account_id)).get(path)).status == 403
    assert (await (await browser()).get(path, follow=False)).status == 303
    desk = await (await browser(here.helper)).get("/bureau")
    assert "présences à valider" in desk.text


async def test_without_missions(node_factory: NodeFactory) -> None:
    modules = ["home", "associations", "wallet", "profile"]
    node = node_factory("Auzeville", modules=modules)
    here = await node.write(town)
    async with AsyncExitStack() as stack:
        browser = People(await stack.enter_async_context(serving(node)), node, stack)
        maya = await browser(here.manager)
        for path in ("/associations", f"/associations/{here.slug}", f"/associations/{here.slug}/espace"):
            assert (await maya.get(path)).status == 200
        assert (await maya.get("/agir")).status == 404
