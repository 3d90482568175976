"""Backup and restore. An archive is the node's folder with its database as one SQLite file, whichever engine it ran on:
so it also carries a commune from SQLite to PostgreSQL and back, or to another host."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import DBAPIError

from node.core import demo_mark
from node.core.config import FILE, ConfigError, ProcessSettings, load_config
from node.core.database import Base, is_postgres, postgres_engine, sqlite_engine
from node.core.keyring import load_keyring
from node.core.migrations import is_current, migrate_engine, new_schema, new_sqlite
from node.core.node import DATABASE, Node, schema_name
from node.core.registry import installed

CHUNK_ROWS = 1000
HELD = (DATABASE, FILE, demo_mark.FILE, "keys", "media")
"""All that a node's folder holds, and an archive of it."""
MOST_BYTES = 64 * 2**30
MOST_FILES = 1_000_000


def back_up(node: Node, archive: Path) -> int:
    """Write the archive, atomically; return its size in bytes. Raises ConfigError."""
    if not archive.parent.is_dir():
        raise ConfigError(f"{archive.parent} is not a folder")
    with tempfile.TemporaryDirectory(dir=archive.parent) as place:
        copy = Path(place) / DATABASE
        _copy_database(node, copy)
        unfinished = Path(place) / "archive.tar.gz"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream, tarfile.open(fileobj=stream, mode="w:gz") as tar:
            tar.add(copy, DATABASE)
            for name in HELD:
                if name != DATABASE and (node.folder / name).exists():
                    tar.add(node.folder / name, name)
        os.replace(unfinished, archive)
    return archive.stat().st_size


def _copy_database(node: Node, target: Path) -> None:
    if not is_postgres(node.runtime.settings.database_url):
        with closing(sqlite3.connect(node.folder / DATABASE)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return
    if not node.border.submit_read(lambda unit: is_current(unit.session.connection(), node.runtime.registry)).result():
        raise ConfigError(f"{node.folder}: the database is not that of this program: run `ygor migrate` first")
    new_sqlite(target, node.runtime.registry)
    engine = sqlite_engine(target, writer=True)
    source_engine = _postgres(node.runtime.settings, node.folder)
    snapshot = source_engine.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as source, engine.begin() as copy:
        _copy_rows(source, copy)
    source_engine.dispose()
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        connection.rollback()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table, parents before children."""
    for table in Base.metadata.sorted_tables:
        result = source.execution_options(yield_per=CHUNK_ROWS).execute(select(table))
        for chunk in result.mappings().partitions(CHUNK_ROWS):
            target.execute(insert(table), [dict(row) for row in chunk])


def bring_back(archive: Path, folder: Path, settings: ProcessSettings, *, most_bytes: int = MOST_BYTES) -> None:
    """Unpack an archive into an absent or empty folder. Raises ConfigError, leaving nothing behind."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".restore-"))
    try:
        _unpack(archive, place, most_bytes)
        _require_node(archive, place)
        _bring_up_to_date(archive, place, settings)
        (place / "media").mkdir(exist_ok=True)
        if folder.exists():
            folder.rmdir()
        place.chmod(0o755)
        place.rename(folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unpack(archive: Path, place: Path, most_bytes: int) -> None:
    """Only plain files and folders, inside the folder, within bounds."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            count = size = 0
            for member in tar:
                count, size = count + 1, size + member.size
                if count > MOST_FILES or size > most_bytes:
                    raise ConfigError(f"{archive} is too large")
                if member.name.split("/")[0] not in HELD:
                    raise ConfigError(f"{archive}: {member.name} does not belong to a node")
                if not (member.isreg() or member.isdir()):
                    raise ConfigError(f"{archive}: {member.name} is neither a file nor a folder")
                tar.extract(member, place, filter="data")
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{archive}: {error}") from error


def _require_node(archive: Path, place: Path) -> None:
    """Settings, keys and database must be there. Raises ConfigError."""
    load_config(place)
    try:
        load_keyring(place / "keys")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{archive}: keys: {error}") from error
    if not (place / DATABASE).is_file():
        raise ConfigError(f"{archive} holds no {DATABASE}")


def _bring_up_to_date(archive: Path, place: Path, settings: ProcessSettings) -> None:
    registry = installed()
    registry.import_models()
    engine = sqlite_engine(place / DATABASE, writer=True)
    try:
        migrate_engine(engine, registry)
        if is_postgres(settings.database_url):
            _to_postgres(engine, place, settings)
    except (DBAPIError, CommandError) as error:  # not a database, or that of a newer program
        raise ConfigError(f"{archive}: {DATABASE}: {error}") from error
    finally:
        engine.dispose()
    if is_postgres(settings.database_url):
        (place / DATABASE).unlink()


def _to_postgres(engine: Engine, place: Path, settings: ProcessSettings) -> None:
    target = _postgres(settings, place)
    try:
        new_schema(target, _schema(place), installed())
        with engine.connect() as source, target.begin() as connection:
            _require_empty(connection)
            _copy_rows(source, connection)
    finally:
        target.dispose()


def _require_empty(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if connection.execute(select(func.count()).select_from(table)).scalar():
            raise ConfigError(f"the node's schema on the server already holds rows ({table.name})")


def _schema(folder: Path) -> str:
    return schema_name(load_config(folder).first_host)


def _postgres(settings: ProcessSettings, folder: Path) -> Engine:
    return postgres_engine(settings.database_url, _schema(folder), connections=1)
