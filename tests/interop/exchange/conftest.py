"""Our commune served on one port of loopback, a foreign node on another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from node.core.node import Node
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.serving import free_port, local_address
from tests.fixtures.wire import Wire, wire_checked
from tests.interop.reference import node as reference
from tests.interop.reference.network import Peer
from tests.node.honour.communes import MovingClock

LOCAL = ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")


@pytest.fixture(autouse=True)
def wire() -> Iterator[Wire]:
    """All that the nodes send each other is held against specs/schemas."""
    with wire_checked() as found:
        yield found


@dataclass
class Neighbours:
    """`ours` is Ygor, `theirs` the reference node; `us` is how it knows ours."""

    ours: Node
    theirs: reference.ReferenceNode
    us: Peer


def watching(wire: Wire) -> Callable[[str, int, Mapping[str, str], bytes, bytes | None], None]:
    """What the foreign node sends and is answered is held against the schemas too."""

    def watch(url: str, status: int, headers: Mapping[str, str], answer: bytes, body: bytes | None) -> None:
        wire.answered(url, status, headers, answer)
        wire.sent(url, {"content-type": "application/json"}, body)

    return watch


@pytest.fixture
async def strangers(tmp_path: Path, wire: Wire) -> AsyncIterator[Neighbours]:
    """Two nodes that have only heard each other's address."""
    port, clock = free_port(), MovingClock()
    factory = NodeFactory(tmp_path, LOCAL, clock)
    try:
        ours = factory("Castanet-Tolosan", address=local_address("castanet", port))
        async with (
            serving([ours], factory.runtime, port=port),
            reference.served("Refaville", "refaville.localhost", free_port()) as theirs,
        ):
            wire.also.add(theirs.me.authority)
            theirs.network.watch = watching(wire)
            yield Neighbours(ours, theirs, await theirs.network.find(ours.base_url))
    finally:
        factory.close()
