"""A served grouping and three served communes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.serving import free_port, local_address
from tests.node.groupings.networks import MovingClock, Network


@pytest.fixture
async def network(tmp_path: Path, settings: ProcessSettings) -> AsyncIterator[Network]:
    clock, port = MovingClock(), free_port()
    factory = NodeFactory(tmp_path, settings, clock)
    try:
        g = factory("Sicoval", kind="grouping", code="", siren="243100633", address=local_address("sicoval", port))
        a = factory("Castanet-Tolosan", address=local_address("castanet", port))
        b = factory("Ramonville-Saint-Agne", code="31446", address=local_address("ramonville", port))
        c = factory("Auzeville-Tolosane", code="31035", address=local_address("auzeville", port))
        async with serving([g, a, b, c], factory.runtime, port=port):
            yield Network(g, a, b, c, clock)
    finally:
        factory.close()
