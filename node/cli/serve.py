"""`ygor serve`."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.nodes import FOLDER
from node.core.config import ProcessSettings
from node.core.node import Node
from node.serving import serve as run

SHOWN = 5


@click.command()
@click.argument("paths", nargs=-1, required=True, type=FOLDER)
@click.option("--host", default=None, help="address to listen on [env YGOR_HOST, default 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="port [env YGOR_PORT, default 8000]")
def serve(paths: tuple[Path, ...], host: str | None, port: int | None) -> None:
    """Serve nodes, or whole territories (folders of nodes), in one process, told apart by host name."""
    settings = ProcessSettings.from_environment()
    changed = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    run(list(paths), settings.model_copy(update=changed), ready=tell)


async def tell(port: int, nodes: list[Node]) -> None:
    """Say what is served, in a few lines however many nodes there are."""
    click.echo(f"serving {len(nodes)} node{'s' if len(nodes) > 1 else ''} on port {port}")
    for node in nodes[:SHOWN]:
        click.echo(f"  {node.name}: {node.base_url}")
    if len(nodes) > SHOWN:
        click.echo(f"  … and {len(nodes) - SHOWN} more")
