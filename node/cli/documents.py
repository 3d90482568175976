"""`openapi`: the JSON API of a node as a document."""

from __future__ import annotations

import json
from pathlib import Path

import click

from node.api.describing import describe
from node.app import build
from node.cli.nodes import FOLDER, opened


@click.command()
@click.argument("folder", type=FOLDER)
def openapi(folder: Path) -> None:
    """Print the OpenAPI 3.1 document of the node in FOLDER: the same that it serves at /api/v1/openapi.json."""
    with opened(folder) as node:
        document = describe(build(node.runtime, [node], work=False), node, str)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
