"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click

from node.archives import back_up, bring_back
from node.cli.nodes import FOLDER, opened
from node.core.config import ProcessSettings


@click.command()
@click.argument("folder", type=FOLDER)
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False))
def backup(folder: Path, archive: Path) -> None:
    """Write the node in FOLDER to ARCHIVE (.tar.gz), consistent even while it serves.

    Keep it safe: it holds the keys.
    """
    with opened(folder) as node:
        size = back_up(node, archive)
    click.echo(f"{archive}: {size:,} bytes")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("folder", type=FOLDER)
def restore(archive: Path, folder: Path) -> None:
    """Make FOLDER from ARCHIVE. The folder must be absent or empty; with PostgreSQL so must the node's schema."""
    bring_back(archive, folder, ProcessSettings.from_environment())
    click.echo(f"{folder} is back. Verify it with: ygor check {folder}")
