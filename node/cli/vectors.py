"""`vectors check`: test vectors, ours or another implementation's, against this program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from protocols import strict_json
from protocols.conformance import Result, VectorError, check, read
from protocols.errors import RemoteProtocolError

MOST_BYTES = 8_000_000
FORMAT_NAME = b"ygor-vectors/"


@click.group()
def vectors() -> None:
    """Test vectors of the protocol (specs/vectors)."""


@vectors.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--quiet", is_flag=True, help="only what failed, and the sum")
def check_vectors(paths: tuple[Path, ...], quiet: bool) -> None:
    """Run every case of the vector files PATHS (in a folder: of all files of vectors below it).

    Exits with 1 if a case fails, with 2 if a file cannot be read.
    """
    passed = failed = 0
    for file in _files(paths):
        try:
            results = _run(file)
        except (VectorError, RemoteProtocolError) as error:
            click.echo(f"{file}: not a file of vectors: {error}", err=True)
            sys.exit(2)
        for result in results:
            passed += not result.problems
            failed += bool(result.problems)
            _tell(file, result, quiet)
    if passed + failed == 0:
        click.echo("no vectors there", err=True)
        sys.exit(2)
    click.echo(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (file for file in sorted(path.rglob("*.json")) if file.is_file())
            yield from (file for file in found if FORMAT_NAME in file.read_bytes()[:400])
        else:
            yield path


def _run(file: Path) -> list[Result]:
    return [check(case) for case in read(strict_json.loads(file.read_bytes(), max_bytes=MOST_BYTES))]


def _tell(file: Path, result: Result, quiet: bool) -> None:
    if result.problems:
        click.echo(f"FAILED {file.name}: {result.name}")
        for problem in result.problems:
            click.echo(f"       {problem}")
    elif not quiet:
        click.echo(f"passed {file.name}: {result.name}")
