"""The command line `ygor`: one file per group of commands."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import DBAPIError

from node.cli.archives import backup, restore
from node.cli.audit import audit_books, net_books
from node.cli.demo import demo
from node.cli.develop import new_module
from node.cli.documents import openapi
from node.cli.draws import draw
from node.cli.moving import move_domain
from node.cli.nodes import check, create_admin, init, migrate
from node.cli.serve import serve
from node.cli.simulate import simulate
from node.cli.territory import territory
from node.cli.vectors import vectors
from node.core.config import ConfigError
from node.core.errors import DomainError
from node.core.registry import installed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ygor")
def ygor() -> None:
    """Ygor: civic participation and citizen tokens for communes and groupings, federated."""


for command in (
    init,
    serve,
    demo,
    create_admin,
    migrate,
    backup,
    restore,
    check,
    territory,
    new_module,
    move_domain,
    openapi,
    vectors,
    simulate,
    audit_books,
    net_books,
    draw,
):
    ygor.add_command(command)


def main() -> None:
    """The entry point: what went wrong is one line on stderr and exit status 2, never a traceback."""
    try:
        ygor(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DomainError as error:
        words = installed().errors.get(error.key, error.key).format_map({**error.params})
        click.echo(f"ygor: {words} ({error.key})", err=True)
        sys.exit(2)
    except (ConfigError, OSError) as error:
        click.echo(f"ygor: {error}", err=True)
        sys.exit(2)
    except DBAPIError as error:
        click.echo(f"ygor: database: {error.orig}", err=True)
        sys.exit(2)
