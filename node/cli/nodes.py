"""`init`, `create-admin`, `migrate`, `check`: one node at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from node.checks import check_node
from node.core.config import DEFAULT_MODULES, ConfigError, ProcessSettings
from node.core.folder import init_node, node_folders
from node.core.node import Node, Runtime, prepare_database

FOLDER = click.Path(path_type=Path, file_okay=False)


@contextmanager
def opened(folder: Path) -> Iterator[Node]:
    """A node for the length of one command."""
    runtime = Runtime()
    try:
        node = Node(folder, runtime)
        try:
            yield node
        finally:
            node.close()
    finally:
        runtime.close()


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--name", required=True, help="name of the commune or grouping")
@click.option("--address", required=True, help="public address, like https://participer.commune.fr")
@click.option("--kind", type=click.Choice(["commune", "grouping"]), default="commune", show_default=True)
@click.option("--code", default="", help="INSEE code of the commune")
@click.option("--siren", default="", help="SIREN number")
@click.option("--timezone", default="Europe/Paris", show_default=True)
def init(folder: Path, name: str, address: str, kind: str, code: str, siren: str, timezone: str) -> None:
    """Make a new node in FOLDER."""
    section = {"name": name, "kind": kind, "code": code, "siren": siren, "address": address, "timezone": timezone}
    init_node(folder, section | {"modules": list(DEFAULT_MODULES)})
    click.echo(f"{name} is ready in {folder}. Next: ygor create-admin {folder} E-MAIL, then ygor serve {folder}")


@click.command("create-admin")
@click.argument("folder", type=FOLDER)
@click.argument("email")
def create_admin(folder: Path, email: str) -> None:
    """Make EMAIL an administrator of the node in FOLDER and print a link to sign in once."""
    from node.accounts.public import create_admin as create

    with opened(folder) as node:
        link = node.border.submit_write(lambda unit: create(unit, email)).result()
    click.echo(link)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=FOLDER)
def migrate(paths: tuple[Path, ...]) -> None:
    """Bring the databases of nodes (or of whole territories) up to date."""
    settings = ProcessSettings.from_environment()
    for folder in node_folders(list(paths)):
        prepare_database(folder, settings)
        click.echo(f"{folder}: up to date")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=FOLDER)
def check(paths: tuple[Path, ...]) -> None:
    """Verify nodes: settings, keys, database, the ledger's sums, the logs' hash chains, the files.

    Exits with 1 if anything is wrong, after naming all of it.
    """
    wrong = 0
    for folder in node_folders(list(paths)):
        try:
            with opened(folder) as node:
                problems = check_node(node)
        except ConfigError as error:
            problems = [str(error)]
        wrong += len(problems)
        click.echo(f"{folder}: {'in order' if not problems else f'problems: {len(problems)}'}")
        for problem in problems:
            click.echo(f"  - {problem}")
    sys.exit(1 if wrong else 0)
