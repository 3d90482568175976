"""A node kept for a whole file, whose units are rolled back: what properties and state machines need, which try
hundreds of histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy.orm import Session

from node.core.config import ProcessSettings
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from tests.fixtures.nodes import NodeFactory, TestClock, _engine, fresh_database

hypothesis.settings.register_profile("ygor", deadline=None)  # a busy machine is not a mistake
hypothesis.settings.load_profile("ygor")

Scratch = Callable[[], AbstractContextManager[Unit]]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kept_node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Tokens live one month here, so that histories reach their end."""
    folder = tmp_path_factory.mktemp("ledger")
    if request.param == "sqlite":
        yield from _node(folder, ProcessSettings())
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield from _node(folder, ProcessSettings(database_url=url, database_connections=8))


def _node(folder: Path, settings: ProcessSettings) -> Iterator[Node]:
    factory = NodeFactory(folder, settings, TestClock())
    yield factory(parts={"ledger": {"validity_months": 1, "grace_days": 7}})
    factory.close()


@pytest.fixture(scope="module")
def scratch(kept_node: Node) -> Scratch:
    """Opens a unit on `kept_node` that is rolled back."""

    @contextmanager
    def opened() -> Iterator[Unit]:
        with Session(_engine(kept_node), expire_on_commit=False) as session, session.begin() as transaction:
            yield kept_node.unit(session)
            transaction.rollback()

    return opened


@pytest.fixture
def wallet(unit: Unit) -> str:
    """An empty wallet beside a treasury of 1,000 tokens."""
    ledger.mint(unit, "mint", 1_000, {"vote": "2026-14"})
    return ledger.open_wallet(unit, "lea")
