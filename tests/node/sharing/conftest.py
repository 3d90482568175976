"""Communes served on one port, as for the neighbours; and two that talk by hand."""

import pytest

from tests.fixtures.nodes import NodeFactory, TestClock
from tests.node.neighbours.conftest import pair, three
from tests.node.sharing.wire import Wired, wired_pair

__all__ = ["pair", "three"]


@pytest.fixture
async def wired(node_factory: NodeFactory, clock: TestClock) -> Wired:
    """Castanet and Ramonville, without a network between them, on both databases."""
    return await wired_pair(node_factory("Castanet-Tolosan"), node_factory("Ramonville", code="31446"), clock)
