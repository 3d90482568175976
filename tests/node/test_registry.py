"""What the manifests promise: routes, navigation, errors with their sentences, modules that can be switched off."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import func, select

from node.app import build
from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.registry import Part, Registry, installed
from node.core.unit import Unit
from node.modules.rewards.models import Offer
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.town import settle

ROOT = Path(__file__).resolve().parents[2]
RAISED = {"DomainError", "NotFound", "Forbidden", "Conflict", "Invalid"}


def named_routes(part: Part) -> list[str]:
    found = [part.load(reference)() for reference in (part.module.routes, part.module.api) if reference]
    return [route.kwargs.get("name", "") for routes in found for route in routes]


def test_route_names_begin_with_their_part_and_are_unique() -> None:
    names: list[str] = []
    for part in installed().parts:
        own = named_routes(part)
        assert all(name.startswith(part.name + ".") for name in own), part.name
        names += own
    assert len(names) == len(set(names))
    assert len(names) > 60


def test_navigation_leads_somewhere() -> None:
    for part in installed().parts:
        for item in part.module.navigation:
            assert item.route in named_routes(part), item


def test_every_reference_of_a_manifest_resolves() -> None:
    kinds = (
        "routes",
        "api",
        "models",
        "settings",
        "subscriptions",
        "activities",
        "services",
        "page_facts",
        "home_cards",
        "desk_cards",
        "datasets",
        "checks",
        "gdpr",
        "demo",
        "sharing",
    )
    for part in installed().parts:
        for kind in kinds:
            if reference := getattr(part.module, kind):
                assert part.load(reference) is not None, (part.name, kind)
        for job in part.module.jobs:
            assert callable(part.load(job.run)), (part.name, job.name)
            assert job.every_s > 0
        assert set(part.module.needs) <= set(installed().by_name)


def raised_keys(path: Path) -> list[tuple[int, str]]:
    """Line and key of every `DomainError("part.reason", …)` (or subclass) that a file makes."""
    found = []
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and call.args and isinstance(call.func, ast.Name) and call.func.id in RAISED:
            key = call.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.append((call.lineno, key.value))
    return found


def test_every_error_has_its_sentence() -> None:
    known, seen = installed().errors, set()
    for path in sorted((ROOT / "node").rglob("*.py")):
        for line, key in raised_keys(path):
            seen.add(key)
            assert key in known, f"{path.relative_to(ROOT)}:{line}: {key} stands in no manifest"
    assert len(seen) > 60
    for part in installed().parts:
        assert all(key.startswith(part.name + ".") for key in part.module.errors), part.name
    assert all(sentence.strip() for sentence in known.values())


def count_offers(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).select_from(Offer)).scalar_one()


def write_modules(node: Node, modules: str) -> None:
    path = node.folder / "node.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("modules")]
    lines.insert(1, f"modules = {modules}")
    path.write_text("\n".join(lines))


async def test_a_module_switched_off_is_gone_and_its_data_stays(node_factory: NodeFactory) -> None:
    node = node_factory()
    town = await node.write(settle)
    offers = await node.read(count_offers)
    assert offers == 2
    write_modules(node, '["home", "wallet"]')
    small = node_factory.open(node.folder)
    async with site_of(small) as site:
        visitor = await site.signed_in(town.paul)
        home = await visitor.get("/")
        assert home.status == 200
        assert "Récompenses" not in home.text
        assert "Entrée adulte" not in home.text
        for path in ("/recompenses", f"/recompenses/{town.pool_offer}", "/caisse/piscine", "/agir", "/associations"):
            assert (await visitor.get(path)).status == 404, path
        assert (await visitor.post("/caisse/piscine", {}, page="/moi/compte")).status == 404
        assert (await site.call("GET", "/api/v1/offers"))[0] == 404
        card = await visitor.get("/carte")
        assert card.status == 200
        assert 'href="/recompenses"' not in card.text
        assert 'href="/agir"' not in card.text
        assert (await visitor.get("/bureau")).status == 200
    assert await small.read(count_offers) == offers
    write_modules(node, '["home", "wallet", "rewards"]')
    again = node_factory.open(node.folder)
    async with site_of(again) as site:
        assert "Entrée adulte" in (await (await site.visitor()).get("/recompenses")).text


async def test_a_node_with_core_parts_only_still_answers(node_factory: NodeFactory) -> None:
    node = node_factory(modules=[])
    town = await node.write(settle)
    async with site_of(node) as site:
        visitor = await site.signed_in(town.administrator)
        page = await visitor.get("/moi/compte")
        assert page.status == 200
        assert 'href="/accessibilite"' not in page.text
        assert (await visitor.get("/")).status == 404


def test_two_parts_cannot_share_a_name() -> None:
    part = installed().parts[0]
    with pytest.raises(ValueError, match="same name"):
        Registry([part, part])


def test_the_order_of_parts_is_fixed() -> None:
    names = [part.name for part in installed().parts]
    core = [part.name for part in installed().parts if part.module.core]
    assert names[: len(core)] == core
    assert names[len(core) :] == sorted(names[len(core) :])


def test_the_application_refuses_two_nodes_of_one_host(node_factory: NodeFactory, settings: ProcessSettings) -> None:
    node = node_factory()
    with pytest.raises(ValueError, match="same host"):
        build(node.runtime, [node, node], work=False)
