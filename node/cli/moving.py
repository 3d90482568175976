"""`move-domain`: a node changes its address."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from node.cli.nodes import FOLDER, opened
from node.core.config import change_address
from node.core.errors import DomainError
from node.core.node import Node
from node.neighbours import arrival
from node.neighbours.moving import last_told


@click.command("move-domain")
@click.argument("folder", type=FOLDER)
@click.argument("address")
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--unchecked", is_flag=True, help="do not ask the new address whether it leads to this server")
def move_domain(folder: Path, address: str, yes: bool, unchecked: bool) -> None:
    """Move the node in FOLDER to ADDRESS, like https://participer.commune.fr.

    Before: the new name must lead to this server, with a certificate, while `ygor serve` runs. After: restart it. The
    old address must go on leading here: it answers with redirects, and says to other nodes where the commune is now.
    """
    with opened(folder) as node:
        target = arrival.new_address(node, address)
        if node.border.submit_read(last_told).result() != node.base_url:
            raise DomainError("neighbours.untold-move")
        if not unchecked:
            asyncio.run(arrival.check(node, target))
        _explain(node, target)
    if not yes:
        click.confirm("Move now?", abort=True)
    change_address(folder, target)
    click.echo(f"{folder} is at {target} now. Restart `ygor serve`: it tells the neighbours.")


def _explain(node: Node, target: str) -> None:
    click.echo(f"{node.name} moves from {node.base_url} to {target}:")
    click.echo(f"  - {node.base_url} redirects there for as long as its name leads here: keep it at least a year")
    click.echo("  - neighbours and followers are told to follow; they ask both addresses before they believe it")
    click.echo("  - terms, logs and printed cards keep the old name and stay valid")
    click.echo("  - people sign in again, and notifications of their browsers have to be allowed again")
