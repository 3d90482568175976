"""`ygor demo`: make what is missing, fill it, serve it, tie it together."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from node.core import demo_mark
from node.core.config import ProcessSettings
from node.core.node import Node, Runtime
from node.demo import bonds, world
from node.demo.filling import fill, hashed_password
from node.serving import open_nodes
from node.territory import make_territory

FILLED = ".ygor-filled"
Tell = Callable[[str, int, int], None]


def demo_settings(port: int) -> ProcessSettings:
    """Settings of a demonstration: loopback only, neighbours on this machine, no mail leaves."""
    base = ProcessSettings.from_environment({k: v for k, v in os.environ.items() if k in KEPT})
    changed = {"host": "127.0.0.1", "port": port, "federation_allow_private": True, "log_level": "warning"}
    return base.model_copy(update=changed)


KEPT = frozenset({"YGOR_THREADS"})


def prepare(folder: Path, settings: ProcessSettings, tell: Tell) -> None:
    """Make the territory of 36 communes and their grouping in `folder`, and fill the inhabited ones.

    Interrupted, it goes on where it stopped.
    """
    domain = f"localhost:{settings.port}"

    def made(done: int, total: int) -> None:
        tell("communes", done, total)

    places = make_territory(world.DEMO_SIREN, folder, domain, settings, scheme="http", tell=made, marked=demo_mark.put)
    waiting = [place for place in places if world.town(place.name) and not (place / FILLED).exists()]
    runtime = Runtime(settings=settings)
    try:
        password = hashed_password() if waiting else ""
        for number, place in enumerate(waiting):
            tell("people", number, len(waiting))
            _fill(place, runtime, password)
    finally:
        runtime.close()


def _fill(place: Path, runtime: Runtime, password: str) -> None:
    town = world.town(place.name)
    assert town is not None
    node = Node(place, runtime)
    try:
        node.border.submit_write(lambda unit: fill(unit, town, password)).result()
    finally:
        node.close()
    (place / FILLED).touch()


def open_territory(folder: Path, runtime: Runtime) -> list[Node]:
    """All nodes of the demonstration."""
    return open_nodes(runtime, [folder])


async def tie(nodes: list[Node]) -> None:
    """Follow and sign, while the server runs."""
    await bonds.tie({node.hostname.split(".")[0]: node for node in nodes})
