"""Tables and engines: one declarative base for all parts, SQLite in WAL by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import JSON, DateTime, Engine, MetaData, String, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 10_000
READ_CONNECTIONS = 4
POSTGRES_CONNECTIONS = 16


class Base(DeclarativeBase):
    """Every table of every part. Tables are named `<part>_<plural noun>` (a test checks it)."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps none of the zone, so both directions are checked here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


IdColumn = String(26)
JsonColumn = JSON


def sqlite_engine(path: Path, *, writer: bool) -> Engine:
    """An engine on one file. The writer takes the lock when it begins, so that it never has to upgrade a read lock
    in the middle of a transaction (which SQLite may refuse at any time)."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=1 if writer else READ_CONNECTIONS,
        max_overflow=0,
        query_cache_size=400,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-1000")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgres_engine(url: str, schema: str, *, connections: int = POSTGRES_CONNECTIONS) -> Engine:
    """An engine whose connections see one node's schema only."""
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=True,
        connect_args={"options": f"-csearch_path={schema}"},
    )


def insert_new(session: Session, key: InstrumentedAttribute[str], rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert the rows whose `key` is not in its table yet, all in one statement; the keys that were inserted."""
    if not rows:
        return set()
    return set(session.connection().scalars(_insert(key, session.get_bind().dialect.name), list(rows)))


@cache
def _insert(key: InstrumentedAttribute[str], dialect: str) -> Any:
    """Made once: putting a statement together costs more than carrying it out."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = cast(Table, key.class_.__table__)
    return make(table).on_conflict_do_nothing().returning(table.c[key.key])


def is_postgres(url: str) -> bool:
    return url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://"))
