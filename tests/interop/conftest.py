"""Our commune served on one port of loopback, a foreign node on another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.serving import free_port, local_address
from tests.interop.reference import node as reference
from tests.interop.reference.network import Peer
from tests.node.honour.communes import MovingClock

LOCAL = ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")


@dataclass
class Neighbours:
    """`ours` is Ygor, `theirs` the reference node; `us` is how it knows ours."""

    ours: Node
    theirs: reference.ReferenceNode
    us: Peer


@pytest.fixture
async def strangers(tmp_path: Path) -> AsyncIterator[Neighbours]:
    """Two nodes that have only heard each other's address."""
    port, clock = free_port(), MovingClock()
    factory = NodeFactory(tmp_path, LOCAL, clock)
    try:
        ours = factory("Castanet-Tolosan", address=local_address("castanet", port))
        async with (
            serving([ours], factory.runtime, port=port),
            reference.served("Refaville", "refaville.localhost", free_port()) as theirs,
        ):
            yield Neighbours(ours, theirs, await theirs.network.find(ours.base_url))
    finally:
        factory.close()
