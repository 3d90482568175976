"""Communes served on one port of loopback, on SQLite (what PostgreSQL does differently is tested at the stores)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import free_port, local_address, served
from tests.fixtures.wire import Wire, wire_checked

LOCAL = ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")


@pytest.fixture(autouse=True)
def wire() -> Iterator[Wire]:
    """All that the nodes send each other is held against specs/schemas."""
    with wire_checked() as found:
        yield found


@pytest.fixture
async def three(tmp_path: Path, clock: TestClock) -> AsyncIterator[tuple[Node, Node, Node]]:
    """Castanet, Ramonville and Auzeville, strangers to each other, whose clock stands still."""
    port = free_port()
    factory = NodeFactory(tmp_path, LOCAL, clock)
    try:
        nodes = (
            factory("Castanet-Tolosan", address=local_address("castanet", port)),
            factory("Ramonville", code="31446", address=local_address("ramonville", port)),
            factory("Auzeville", code="31035", address=local_address("auzeville", port)),
        )
        async with served(nodes):
            yield nodes
    finally:
        factory.close()


@pytest.fixture
async def pair(three: tuple[Node, Node, Node]) -> tuple[Node, Node]:
    """The first two of them."""
    return three[:2]
