"""The OpenAPI document and its page: complete, valid, true."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from aiohttp.test_utils import TestServer

from node.accounts.rules import SCOPES
from node.api.describing import PREFIX, describe
from node.app import build
from node.core.config import ProcessSettings
from node.core.node import Node
from tests.fixtures.browser import Visitor, serving, visiting
from tests.fixtures.nodes import NodeFactory
from tests.node.cli.commands import ok
from web.openapi import endpoints
from web.typography import plain


@pytest.fixture
async def server(node: Node) -> AsyncIterator[TestServer]:
    async with serving(node) as server:
        yield server


@pytest.fixture
async def visitor(server: TestServer, node: Node) -> AsyncIterator[Visitor]:
    async with visiting(server, node) as visitor:
        yield visitor


def document_of(node: Node) -> dict[str, Any]:
    return describe(build(node.runtime, [node], work=False), node, str)


def test_every_route_of_the_api_says_what_it_does(node: Node) -> None:
    app = build(node.runtime, [node], work=False)
    silent = [f"{found.method} {found.path}" for found in endpoints(app, PREFIX) if found.operation is None]
    assert silent == [], "these handlers lack @operation (web.operations)"


def test_the_scopes_asked_for_can_be_given(node: Node) -> None:
    app = build(node.runtime, [node], work=False)
    asked = {found.operation.scope for found in endpoints(app, PREFIX) if found.operation}
    assert asked <= {"", *SCOPES}


def test_it_is_valid_openapi(node: Node) -> None:
    document = document_of(node)
    assert document["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_part_that_is_off_is_not_described(node_factory: NodeFactory) -> None:
    whole = document_of(node_factory())
    small = document_of(node_factory("Pechbusque", modules=["home", "associations", "missions"]))
    assert "/api/v1/wallet" in whole["paths"]
    assert "/api/v1/wallet" not in small["paths"]
    assert "/api/v1/missions" in small["paths"]


async def test_it_is_served_to_anybody(visitor: Visitor, node: Node) -> None:
    answer = await visitor.get("/api/v1/openapi.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    document = json.loads(answer.text)
    assert document["info"]["title"] == "Ygor – Castanet-Tolosan"
    assert document["servers"] == [{"url": node.base_url}]
    wallet = document["paths"]["/api/v1/wallet"]["get"]
    assert wallet["security"] == [{"bearer": ["wallet:read"]}]
    assert {"200", "401", "403"} == set(wallet["responses"])
    charge = document["paths"]["/api/v1/payments"]["post"]
    assert {"201", "202", "400", "415", "422", "429"} < set(charge["responses"])
    assert charge["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ChargeIn"}


@pytest.mark.parametrize("path", ["/api/v1/missions/nothing", "/api/v1/wallet", "/api/v1/missions?page=0", "/api/v1/x"])
async def test_refusals_are_the_problem_it_describes(visitor: Visitor, path: str) -> None:
    document = json.loads((await visitor.get("/api/v1/openapi.json")).text)
    answer = await visitor.get(path)
    assert answer.status >= 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = json.loads(answer.text)
    jsonschema.validate(problem, document["components"]["schemas"]["Problem"])
    assert problem["status"] == answer.status


async def test_an_address_with_a_nul_leads_nowhere(visitor: Visitor) -> None:
    assert (await visitor.get("/api/v1/missions/%00")).status == 404


async def test_the_page_lists_every_operation(visitor: Visitor, node: Node) -> None:
    page = await visitor.get("/api")
    assert page.title == "API – Ygor – Castanet-Tolosan"
    for path, methods in document_of(node)["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "lots[].expiry_day" in page.text
    assert "wallet:read" in page.text


async def test_in_english(server: TestServer, node: Node) -> None:
    async with visiting(server, node, "en") as visitor:
        assert "My profile: interests" in (await visitor.get("/api")).text
        assert "My profile: interests" in (await visitor.get("/api/v1/openapi.json")).text


async def test_the_command_prints_what_the_node_serves(node: Node, visitor: Visitor, settings: ProcessSettings) -> None:
    served = json.loads((await visitor.get("/api/v1/openapi.json")).text)
    assert json.loads(plain(ok(settings, "openapi", node.folder))) == served
