"""Our communes served on one port of loopback, foreign nodes on another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.serving import free_port, local_address, served
from tests.interop.foreign import Fedify, running_fedify
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
