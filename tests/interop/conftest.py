"""Our communes served on one port of loopback, foreign nodes on another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.serving import free_port, local_address, served
from tests.interop.foreign import Fedify, running_fedify

LOCAL = ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")


@pytest.fixture(scope="module")
def fedify() -> Iterator[Fedify]:
    with running_fedify() as running:
        yield running


@pytest.fixture
async def communes(tmp_path: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Castanet and Ramonville, strangers to everybody, on the real clock: servers of others have no other."""
    port = free_port()
    factory = NodeFactory(tmp_path, LOCAL, lambda: datetime.now(UTC))
    try:
        ramonville = {"address": local_address("ramonville", port), "code": "31446", "siren": "213104466"}
        pair = (
            factory("Castanet-Tolosan", address=local_address("castanet", port)),
            factory("Ramonville-Saint-Agne", **ramonville),
        )
        async with served(pair):
            yield pair
    finally:
        factory.close()
