"""A served grouping and three served communes; on SQLite, and on PostgreSQL too where a test asks for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.serving import serving
from tests.fixtures.nodes import NodeFactory, fresh_database
from tests.fixtures.serving import free_port, local_address
from tests.node.groupings.networks import MovingClock, Network


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Iterator[ProcessSettings]:
    """Four nodes take a while to make: `networks.both_databases` marks the tests that run twice."""
    common = {"federation_allow_private": True, "mail_from": "ygor@castanet.localhost"}
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ProcessSettings.model_validate(common)
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield ProcessSettings.model_validate({**common, "database_url": url, "database_connections": 8})


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
