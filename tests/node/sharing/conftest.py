"""Communes served on one port, as for the neighbours; and two that talk by hand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.nodes import NodeFactory, TestClock
from tests.node.neighbours.conftest import LOCAL, pair, three
from tests.node.sharing.wire import Wired, wired_pair

__all__ = ["pair", "three"]


@pytest.fixture
async def wired(tmp_path: Path, clock: TestClock) -> AsyncIterator[Wired]:
    """Castanet and Ramonville, without a network between them."""
    factory = NodeFactory(tmp_path, LOCAL, clock)
    try:
        yield await wired_pair(factory("Castanet-Tolosan"), factory("Ramonville", code="31446"), clock)
    finally:
        factory.close()


@pytest.fixture
async def wired_on_each(node_factory: NodeFactory, clock: TestClock) -> Wired:
    """The same on both databases, for what must hold under concurrency."""
    return await wired_pair(node_factory("Castanet-Tolosan"), node_factory("Ramonville", code="31446"), clock)
