"""The one border between the asynchronous edges and the synchronous domain.

`read` and `write` carry a plain function over to a thread, with a unit of work as its first argument. SQLite: writes
of one node go through its queue to one writer at a time, and what waits together shares one commit; the queues of all
nodes are drained by one small pool of threads, so an idle commune costs neither thread nor open file. PostgreSQL: the
same functions run side by side under SERIALIZABLE and are retried when the server says they collided.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from node.core.database import postgres_engine, sqlite_engine
from node.core.errors import DomainError
from node.core.mailbox import mailbox
from node.core.unit import Unit

P = ParamSpec("P")
R = TypeVar("R")
Work = Callable[[Unit], Any]
MakeUnit = Callable[[Session], Unit]

log = structlog.get_logger("node.border")
BATCH = 128
QUEUE_LIMIT = 4096
RETRIES = 40
RETRIED_STATES = {"40001": RETRIES, "40P01": RETRIES, "23505": 3}
"""SQLSTATE → how often work is tried. 40001 and 40P01: it collided with other work. 23505: when two insert the same
key at once, the second may hear of the key before it hears of the collision; tried again, it sees the row."""


class Border(Protocol):
    """Run work in a transaction, from any thread. `Future` results are frozen values, never live rows."""

    def submit_read(self, work: Work) -> Future[Any]: ...
    def submit_write(self, work: Work) -> Future[Any]: ...
    def release(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class Waiting:
    work: Work
    future: Future[Any]


class SqliteBorder:
    """One file. Writes queue; reads see a WAL snapshot on connections of their own."""

    def __init__(self, path: Path, make_unit: MakeUnit, pool: Executor) -> None:
        self._path, self._make_unit, self._pool = path, make_unit, pool
        self._lock = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._draining = False
        self._engines: dict[bool, Engine] = {}
        self._busy_reads = 0

    def submit_read(self, work: Work) -> Future[Any]:
        with self._lock:
            self._busy_reads += 1
        try:
            future = self._pool.submit(self._read, work)
        except BaseException:
            self._read_over()
            raise
        future.add_done_callback(self._read_over)  # also for one that was cancelled before it ran
        return future

    def _read_over(self, _future: Future[Any] | None = None) -> None:
        with self._lock:
            self._busy_reads -= 1

    def submit_write(self, work: Work) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            if len(self._waiting) >= QUEUE_LIMIT:
                raise DomainError("core.busy", status=503)
            self._waiting.append(Waiting(work, future))
            if not self._draining:
                self._pool.submit(self._drain)
                self._draining = True
        return future

    def release(self) -> None:
        """Give the open files back if nothing runs; they are opened again when needed."""
        with self._lock:
            if self._draining or self._busy_reads:
                return
            engines, self._engines = self._engines, {}
        for engine in engines.values():
            engine.dispose()

    def close(self) -> None:
        while True:
            with self._lock:
                if not self._draining and not self._busy_reads:
                    break
            time.sleep(0.005)
        self.release()

    def _engine(self, *, writer: bool) -> Engine:
        with self._lock:
            if writer not in self._engines:
                self._engines[writer] = sqlite_engine(self._path, writer=writer)
            return self._engines[writer]

    def _read(self, work: Work) -> Any:
        with Session(self._engine(writer=False), autoflush=False) as session:
            return work(self._make_unit(session))

    def _drain(self) -> None:
        """Commit one batch; if more waits, queue up again behind the other nodes."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        batch = [item for item in batch if item.future.set_running_or_notify_cancel()]
        try:
            self._commit(batch)
        finally:
            with self._lock:
                self._draining = bool(self._waiting)
                if self._draining:
                    self._pool.submit(self._drain)

    def _commit(self, batch: list[Waiting]) -> None:
        try:
            results = self._together([item.work for item in batch])
        except BaseException as error:
            if len(batch) == 1:
                batch[0].future.set_exception(error)
                return
            for item in batch:  # one of them failed: each gets a transaction of its own
                self._commit([item])
            return
        for item, result in zip(batch, results, strict=True):
            item.future.set_result(result)

    def _together(self, works: list[Work]) -> list[Any]:
        if not works:
            return []
        calls: list[Callable[[], None]] = []
        with Session(self._engine(writer=True)) as session, session.begin():
            results = []
            for work in works:
                unit = self._make_unit(session)
                results.append(work(unit))
                session.flush()
                session.expunge_all()  # the next command must not find this one's objects
                calls += unit.on_commit
        _tell(calls)
        return results


class PostgresBorder:
    """One schema. Side by side, serialisable, retried."""

    def __init__(self, url: str, schema: str, make_unit: MakeUnit, pool: Executor, connections: int) -> None:
        self._make_unit, self._pool = make_unit, pool
        self._under_way: set[Future[Any]] = set()
        self._engine = postgres_engine(url, schema, connections=connections)
        self._writer = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def submit_read(self, work: Work) -> Future[Any]:
        return self._submit(self._read, work)

    def submit_write(self, work: Work) -> Future[Any]:
        return self._submit(self._write, work)

    def _submit(self, run: Callable[[Work], Any], work: Work) -> Future[Any]:
        future = self._pool.submit(run, work)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def release(self) -> None:
        """Nothing to give back: the pool's connections are bounded and shared."""

    def close(self) -> None:
        wait(self._under_way.copy())  # whoever asked may be gone; the thread still holds a connection
        self._engine.dispose()

    def _read(self, work: Work) -> Any:
        with Session(self._reader, autoflush=False) as session:
            return work(self._make_unit(session))

    def _write(self, work: Work) -> Any:
        for attempt in range(RETRIES):
            try:
                with Session(self._writer) as session, session.begin():
                    unit = self._make_unit(session)
                    result = work(unit)
            except DBAPIError as error:
                if attempt + 1 >= RETRIED_STATES.get(getattr(error.orig, "sqlstate", ""), 0):
                    raise
                time.sleep(random.uniform(0, 0.004 * 2 ** min(attempt, 6)))  # noqa: S311 - spreads retries, no secret
                continue
            _tell(unit.on_commit)
            return result
        raise AssertionError("unreachable: the last attempt returns or raises")


def _tell(calls: Sequence[Callable[[], None]]) -> None:
    """What happens after a commit can no longer undo it: a call that fails is logged, the work stands."""
    for call in calls:
        try:
            call()
        except Exception:
            log.exception("a call after the commit failed")


class HasBorder:
    """`await node.read(fn, …)` and `await node.write(fn, …)`."""

    border: Border
    writes = 0
    """How many writes this process has carried out here: what was read before the number changed may be stale."""

    async def read(self, fn: Callable[Concatenate[Unit, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn(unit, …)` in a read transaction."""
        result: R = await asyncio.wrap_future(self.border.submit_read(lambda unit: fn(unit, *args, **kwargs)))
        return result

    async def write(self, fn: Callable[Concatenate[Unit, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn(unit, …)` in a write transaction. Once asked it is carried out, even if the caller goes away."""
        future = self.border.submit_write(lambda unit: fn(unit, *args, **kwargs))
        try:
            result: R = await mailbox().answer(future)
        finally:
            self.writes += 1
        return result
