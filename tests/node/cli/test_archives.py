"""`backup` and `restore`: whole, across engines, and nothing that an archive may do to the machine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from node.archives import bring_back
from node.core.config import ConfigError, ProcessSettings
from node.core.database import Base, is_postgres
from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory, fresh_database
from tests.fixtures.town import settle
from tests.node.cli.commands import ok, run

Rows = dict[str, list[tuple[Any, ...]]]


def rows(unit: Unit) -> Rows:
    """Every row of every table, in an order of its own."""
    found = {table.name: unit.session.execute(select(table)).all() for table in Base.metadata.sorted_tables}
    return {name: sorted((tuple(row) for row in all_rows), key=repr) for name, all_rows in found.items()}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[ProcessSettings]:
    """Another installation, of either engine."""
    if request.param == "sqlite":
        yield ProcessSettings()
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield ProcessSettings(database_url=url, database_connections=4)


async def used(node: Node) -> Rows:
    """A node people have used: sessions, mails, payments, media; all its rows."""
    await node.write(settle)
    async with site_of(node) as site:
        await (await site.visitor()).post("/connexion", {"email": "leila@castanet.example"})
    (node.folder / "media" / "a").mkdir()
    (node.folder / "media" / "a" / "picture.png").write_bytes(b"\x89PNG")
    found = await node.read(rows)
    assert sum(map(len, found.values())) > 30
    return found


async def test_a_node_moves_with_every_row(
    node: Node, settings: ProcessSettings, elsewhere: ProcessSettings, tmp_path: Path
) -> None:
    before = await used(node)
    archive = tmp_path / "castanet.tar.gz"
    assert "bytes" in ok(settings, "backup", node.folder, archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    target = tmp_path / "moved" / "castanet"
    ok(elsewhere, "restore", archive, target)
    factory = NodeFactory(tmp_path, elsewhere, node.runtime.clock)
    moved = factory.open(target)
    assert await moved.read(rows) == before
    assert moved.keys.secret == node.keys.secret
    assert (target / "media" / "a" / "picture.png").read_bytes() == b"\x89PNG"
    assert (target / "node.db").exists() != is_postgres(elsewhere.database_url)
    assert {path.stat().st_mode & 0o777 for path in (target / "keys").iterdir()} == {0o600}
    assert sorted(path.name for path in target.parent.iterdir()) == ["castanet"]
    factory.close()
    assert "in order" in ok(elsewhere, "check", target)


async def test_a_backup_is_consistent_while_people_write(node: Node, settings: ProcessSettings, tmp_path: Path) -> None:
    await node.write(settle)
    archive, target = tmp_path / "castanet.tar.gz", tmp_path / "again" / "castanet"
    ok(settings, "backup", node.folder, archive)
    await node.write(lambda unit: None)
    ok(settings, "backup", node.folder, archive)
    ok(ProcessSettings(), "restore", archive, target)
    assert "in order" in ok(ProcessSettings(), "check", target)


async def test_nothing_is_overwritten(node: Node, settings: ProcessSettings, tmp_path: Path) -> None:
    archive, target = tmp_path / "castanet.tar.gz", tmp_path / "full"
    await node.write(settle)
    ok(settings, "backup", node.folder, archive)
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    refused = run(settings, "restore", archive, target)
    assert "is not empty" in str(refused.exception)
    assert [path.name for path in target.iterdir()] == ["letter.txt"]
    assert "is not empty" in str(run(settings, "restore", archive, node.folder).exception)
    if is_postgres(settings.database_url):
        refused = run(settings, "restore", archive, tmp_path / "new")
        assert "already holds rows" in str(refused.exception)
        assert not (tmp_path / "new").exists()
    assert "is not a folder" in str(run(settings, "backup", node.folder, tmp_path / "no" / "x.tar.gz").exception)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """An archive of a fresh node, on SQLite."""
    folder, archive = tmp_path / "made" / "castanet", tmp_path / "good.tar.gz"
    ok(ProcessSettings(), "init", folder, "--name", "Castanet", "--address", "http://castanet.localhost:8000")
    ok(ProcessSettings(), "backup", folder, archive)
    return archive


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", content: bytes = b"x"
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(content) if kind == tarfile.REGTYPE else 0
    return info, content


def rewritten(
    source: Path, target: Path, change: Callable[[str, bytes], bytes | None], *more: tuple[Any, bytes]
) -> None:
    """A copy of an archive with files changed (None: left out) and members added."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for info in old:
            stream = old.extractfile(info)
            content = change(info.name, stream.read()) if stream else b""
            if content is not None:
                info.size = len(content) if info.isreg() else 0
                new.addfile(info, io.BytesIO(content))
        for info, content in more:
            new.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize(
    "evil",
    [
        member("../outside"),
        member("media/../../outside"),
        member("/etc/outside"),
        member("media/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("media/link", tarfile.SYMTYPE, "../node.toml"),
        member("media/link", tarfile.LNKTYPE, "node.toml"),
        member("media/device", tarfile.CHRTYPE),
        member("media/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda evil: f"{evil[0].name} {evil[0].type.decode()}",
)
def test_an_archive_cannot_reach_outside(good: Path, tmp_path: Path, evil: tuple[tarfile.TarInfo, bytes]) -> None:
    bad, place = tmp_path / "bad.tar.gz", tmp_path / "place"
    place.mkdir()
    rewritten(good, bad, lambda name, content: content, evil)
    refuse(bad, place)
    assert not (tmp_path / "outside").exists()


def refuse(archive: Path, place: Path, **limits: int) -> str:
    """Restoring must fail and leave nothing; what it says."""
    before = sorted(place.parent.iterdir())
    with pytest.raises(ConfigError) as refused:
        bring_back(archive, place / "node", ProcessSettings(), **limits)
    assert list(place.iterdir()) == []
    assert sorted(place.parent.iterdir()) == before
    return str(refused.value)


@pytest.mark.parametrize("broken", ["node.toml", "node.db", "keys/secret.key"])
def test_what_is_missing_or_broken_is_named(good: Path, tmp_path: Path, broken: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    changes: list[Callable[[str, bytes], bytes | None]] = [
        lambda name, content: None if name == broken else content,
        lambda name, content: b"nonsense" * 1000 if name == broken else content,
    ]
    for number, change in enumerate(changes):
        bad = tmp_path / f"bad-{number}.tar.gz"
        rewritten(good, bad, change)
        assert broken.rpartition("/")[2] in refuse(bad, place)


def test_archives_that_are_none(good: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    cut = tmp_path / "cut.tar.gz"
    whole = good.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"hello", whole[:100] + b"\x00" * 500 + whole[600:]):
        cut.write_bytes(content)
        refuse(cut, place)
    assert "too large" in refuse(good, place, most_bytes=10_000)
