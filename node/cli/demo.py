"""`ygor demo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from node.cli.nodes import FOLDER
from node.core.node import Node
from node.demo import world
from node.demo.playing import play_all
from node.demo.running import demo_settings, prepare, tie
from node.serving import serve


@click.command()
@click.option("--folder", type=FOLDER, default=Path("demo-data"), show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT")
@click.option("--play", is_flag=True, help="play the main thread over HTTP in a temporary folder, check the sums, stop")
def demo(folder: Path, port: int, play: bool) -> None:
    """A whole territory on this machine: the Sicoval and its 36 communes, three of them with people in them."""
    if play:
        sys.exit(0 if play_all(click.echo) else 1)
    settings = demo_settings(port)
    place = folder / str(port)
    with Progress(transient=True) as progress:
        tasks = {name: progress.add_task(name, total=None) for name in ("communes", "people")}

        def tell(name: str, done: int, total: int) -> None:
            progress.update(tasks[name], completed=done, total=total)

        prepare(place, settings, tell)
    serve([place], settings, ready=_greet)


async def _greet(port: int, nodes: list[Node]) -> None:
    click.echo("Tying the communes together…")
    await tie(nodes)
    table = Table(title="Ygor: a demonstration", title_justify="left")
    for heading in ("commune", "address", "become anybody"):
        table.add_column(heading, no_wrap=True)
    inhabited = {town.label: town for town in world.TOWNS}
    for node in nodes:
        label = node.hostname.split(".")[0]
        if label in inhabited:
            table.add_row(node.name, node.base_url, f"{node.base_url}/demo")
    Console(width=max(Console().width, 130)).print(table)
    click.echo(f"and {len(nodes) - len(inhabited)} more communes, like {_empty(nodes, inhabited)}")
    click.echo(f"Password of everybody, if you prefer to sign in: {world.DEMO_PASSWORD}. Stop with Ctrl-C.")


def _empty(nodes: list[Node], inhabited: dict[str, world.Town]) -> str:
    return next(node.base_url for node in nodes if node.hostname.split(".")[0] not in inhabited)
