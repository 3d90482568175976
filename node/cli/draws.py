"""`draw verify`: anybody does a draw again from its file, without an account and without a network."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from node.core.registry import installed
from node.modules.gold.words import ALL
from protocols import strict_json
from protocols.errors import RemoteProtocolError
from protocols.gold.checking import Checked, check_draw
from protocols.gold.filing import INSTANT_FORMAT, MOST_BYTES, DrawFault, Note
from protocols.gold.instant import check_instants
from protocols.types import JsonObject
from web.catalogue import read_catalogues
from web.i18n import fill

Say = Callable[[Note], str]
RIGHT = {"fr": "Ce tirage est juste.", "en": "This draw is right."}
WRONG = {"fr": "Ce tirage est faux.", "en": "This draw is wrong."}
KEYS = {
    "fr": "Clés qui ont signé, à comparer avec celles que chaque commune publie à son adresse :",
    "en": "Keys that signed, to be compared with those that each commune publishes at its address:",
}


@click.group()
def draw() -> None:
    """Draws of gold tokens (specs/gold.md)."""


@draw.command("verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def verify(file: Path, language: str) -> None:
    """Do the draw (or the instant wins) in FILE again.

    Exits with 1 and names the first thing that is wrong, with 2 if the file cannot be read.
    """
    say = _words(language)
    try:
        document = strict_json.loads(file.read_bytes(), max_bytes=MOST_BYTES)
    except RemoteProtocolError as error:
        click.echo(f"{file}: {say(Note('not-a-draw'))} ({error})", err=True)
        sys.exit(2)
    try:
        _tell(document, say, language)
    except DrawFault as fault:
        click.echo(WRONG[language])
        click.echo(f"  ✗ {say(fault.note)}")
        sys.exit(1)


def _tell(document: JsonObject, say: Say, language: str) -> None:
    if document.get("format") == INSTANT_FORMAT:
        found = check_instants(document)
        params = {"decided": found.decided, "wins": found.wins, "expected": found.expected // 1000}
        click.echo(f"  ✓ {say(Note('instants-match', params))}")
        keys = found.keys
    else:
        checked = check_draw(document)
        _tell_draw(checked, say)
        keys = checked.keys
    click.echo(RIGHT[language])
    click.echo(KEYS[language])
    for method, key in keys:
        click.echo(f"  {key}  {method}")


def _tell_draw(checked: Checked, say: Say) -> None:
    click.echo(f"{checked.announcement.name} ({checked.announcement.id})")
    for note in checked.done:
        click.echo(f"  ✓ {say(note)}")
    for note in checked.remarks:
        click.echo(f"  ! {say(note)}")
    for winner in checked.winners:
        click.echo(f"  → {winner.prize}: {winner.reference or '–'}")


def _words(language: str) -> Say:
    folder = next(part.folder for part in installed().parts if part.name == "gold")
    catalogues = read_catalogues([folder / "locale"])
    return lambda note: fill(catalogues.gettext(language, ALL[note.code]), dict(note.params))
