"""Every operation, with every role's token, fed by schemathesis with what the document allows and what it forbids:
no crash, no undocumented answer, nothing that does not fit its schema."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from node.core.node import Node
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.node.api.living import Commune, filled, served_apart

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection, ignored_auth,
]  # fmt: skip
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    host: str
    commune: Commune


@pytest.fixture
def node(node_factory: NodeFactory) -> Node:
    """Castanet-Tolosan behind a proxy that says who calls: so many calls from one address would be slowed down."""
    node_factory.runtime.settings = node_factory.settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    return node_factory(parts={"rewards": {"reads_per_hour": 5000}})


@pytest.fixture
def target(node: Node, clock: TestClock) -> Iterator[Target]:
    commune = asyncio.run(filled(node, clock))
    with served_apart(node) as url:
        yield Target(url, node.host, commune)


def realistic(case: Case[Any], known: dict[str, str]) -> None:
    """Put things that exist in the places of random ones."""
    if case.path_parameters and "id" in case.path_parameters:
        case.path_parameters["id"] = known["id"]
    if isinstance(case.body, dict):
        case.body.update({name: known[name] for name in known if name in case.body and name != "id"})


@pytest.mark.parametrize("settings", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_keeps_to_the_document(target: Target, mode: GenerationMode) -> None:
    headers = {"Host": target.host, "X-Forwarded-Proto": "http", "X-Forwarded-Host": target.host}
    document = requests.get(f"{target.url}/api/v1/openapi.json", headers=headers, timeout=10).json()
    schema = schemathesis.openapi.from_dict(document)
    roles = strategies.sampled_from([*target.commune.tokens, ""])
    existing = {name: strategies.sampled_from(values) for name, values in target.commune.known.items()}
    known: strategies.SearchStrategy[dict[str, str]] = strategies.one_of(
        strategies.fixed_dictionaries(existing), strategies.just({})
    )
    callers = strategies.ip_addresses(v=4, network="10.0.0.0/8")
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not operation.query and not operation.body:
            continue  # nothing can be wrong: any text may stand in a path
        tried += 1

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), derandomize=True,
        )  # fmt: skip
        @given(
            role=roles, known=known, caller=callers, case=operation.as_strategy(generation_mode=mode),
        )  # fmt: skip
        def fits(role: str, known: dict[str, str], caller: object, case: Case[Any]) -> None:
            if mode is GenerationMode.POSITIVE and known:
                realistic(case, known)
            sent = {**headers, "X-Forwarded-For": str(caller)}
            if role:
                sent["Authorization"] = f"Bearer {target.commune.tokens[role]}"
            case.call_and_validate(base_url=target.url, headers=sent, checks=CHECKS, timeout=10)

        fits()
    assert tried >= (4 if mode is GenerationMode.NEGATIVE else 10)
