"""Fixtures every test may use: nodes on SQLite and on PostgreSQL, a clock, a unit of work."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.nodes import NodeFactory, TestClock, fresh_database, open_unit
from tests.fixtures.places import use_memory
from tests.fixtures.postgres import postgres_server

RARELY = (20_000, 20, 50)
"""How often Python looks for circles of objects: a process of tests holds a million of them."""


def pytest_configure() -> None:
    use_memory()
    gc.set_threshold(*RARELY)


def pytest_collection_finish() -> None:
    """Nothing that is there now will go: looking through it again and again took a sixth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> TestClock:
    """Monday 23 November 2026, 10:00 in Paris, until the test says otherwise."""
    return TestClock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def settings(request: pytest.FixtureRequest) -> Iterator[ProcessSettings]:
    """Process settings on each of the two databases: whatever uses it, runs twice."""
    common = {"federation_allow_private": True, "mail_from": "ygor@castanet.localhost"}
    if request.param == "sqlite":
        yield ProcessSettings.model_validate(common)
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield ProcessSettings.model_validate({**common, "database_url": url, "database_connections": 8})


@pytest.fixture
def node_factory(tmp_path: Path, settings: ProcessSettings, clock: TestClock) -> Iterator[NodeFactory]:
    factory = NodeFactory(tmp_path, settings, clock)
    yield factory
    factory.close()


@pytest.fixture
def node(node_factory: NodeFactory) -> Node:
    """Castanet-Tolosan, with every module."""
    return node_factory()


@pytest.fixture
def unit(node: Node) -> Iterator[Unit]:
    """A write unit on `node`, committed at the end of the test."""
    with open_unit(node) as unit:
        yield unit
