"""Two served communes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.wire import Wire, wire_checked
from tests.node.honour.communes import Communes, MovingClock, free_port


@pytest.fixture(autouse=True)
def wire() -> Iterator[Wire]:
    """All that the nodes send each other is held against specs/schemas."""
    with wire_checked() as found:
        yield found


@pytest.fixture
async def strangers(tmp_path: Path, settings: ProcessSettings) -> AsyncIterator[Communes]:
    """Two communes on one port that do not know each other yet."""
    clock, port = MovingClock(), free_port()
    factory = NodeFactory(tmp_path, settings, clock)
    try:
        a = factory("Castanet-Tolosan", address=f"http://castanet.localhost:{port}")
        b = factory("Ramonville", code="31446", address=f"http://ramonville.localhost:{port}")
        async with serving([a, b], factory.runtime, port=port):
            yield Communes(a, b, clock)
    finally:
        factory.close()


@pytest.fixture
async def communes(strangers: Communes) -> Communes:
    """Two communes with live terms."""
    await strangers.befriend()
    await strangers.agree()
    return strangers
