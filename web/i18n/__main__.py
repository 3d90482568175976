"""``python -m web.i18n extract`` updates every package's English catalogue; ``check`` fails when one is incomplete."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from web.catalogue import PO_PATH
from web.i18n.extraction import Found, messages_of, packages


def merged(found: list[Found], path: Path) -> Catalog:
    """The catalogue with exactly the texts found, keeping translations already there."""
    old = Catalog(locale="en")
    if path.is_file():
        with path.open("rb") as file:
            old = read_po(file, locale="en")
    new = Catalog(locale="en", project="Ygor", fuzzy=False)
    for item in found:
        known = old.get(item.id if isinstance(item.id, str) else item.id[0])
        text = known.string if known is not None and not known.fuzzy else None
        new.add(item.id, text, locations=[(item.path, item.line)])
    return new


def untranslated(catalog: Catalog) -> list[str]:
    """The French texts that have no English yet."""
    missing = []
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(strings):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def rendered(catalog: Catalog) -> bytes:
    """The .po file's bytes: sorted, without line numbers or dates, so that diffs stay small."""
    out = io.BytesIO()
    out.write(b"# English for the French texts of this package.\n\n")
    write_po(out, catalog, width=120, sort_output=True, include_lineno=False, omit_header=True)
    return out.getvalue()


@click.group()
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path())
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """Keep the English catalogues complete."""
    context.obj = root


@main.command()
@click.argument("only", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def extract(root: Path, only: tuple[Path, ...]) -> None:
    """Update catalogues (all packages, or only those given) with the texts of the source."""
    owners = packages(root)
    for package in owners:
        if only and package not in only and package.resolve() not in {p.resolve() for p in only}:
            continue
        found = messages_of(package, owners, root)
        path = package / "locale" / PO_PATH
        if not found and not path.is_file():
            continue
        catalog = merged(found, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rendered(catalog))
        click.echo(f"{path}: {len(catalog)} texts, {len(untranslated(catalog))} to translate")


@main.command()
@click.argument("only", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def check(root: Path, only: tuple[Path, ...]) -> None:
    """Exit 1 when a text has no English translation."""
    owners = packages(root)
    missing = 0
    for package in owners:
        if only and package not in only and package.resolve() not in {p.resolve() for p in only}:
            continue
        path = package / "locale" / PO_PATH
        for text in untranslated(merged(messages_of(package, owners, root), path)):
            click.echo(f"{path}: no English for {text!r}", err=True)
            missing += 1
    if missing:
        sys.exit(1)
    click.echo("every text has its English translation")


if __name__ == "__main__":
    main()
