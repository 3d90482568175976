"""`ygor territory new`: a grouping and its communes, from the official codes."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from node.cli.nodes import FOLDER
from node.core.config import ProcessSettings
from node.territory import make_territory


@click.group()
def territory() -> None:
    """Work on a whole territory: a grouping of communes."""


@territory.command("new")
@click.option("--siren", required=True, help="SIREN number of the grouping, e.g. 243100633 for the Sicoval")
@click.option("--domain", default="localhost:8000", show_default=True, help="each node gets NAME.DOMAIN")
@click.option("--scheme", type=click.Choice(["http", "https"]), default=None, help="default: http for localhost")
@click.argument("folder", type=FOLDER)
def new(siren: str, domain: str, scheme: str | None, folder: Path) -> None:
    """Make one node for the grouping and one for each of its communes in FOLDER, from the official codes."""
    with Progress(transient=True) as progress:
        task = progress.add_task("making nodes", total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        made = make_territory(siren, folder, domain, ProcessSettings.from_environment(), scheme=scheme, tell=tell)
    click.echo(f"{len(made)} nodes in {folder}. Next: ygor serve {folder}")
