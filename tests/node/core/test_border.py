"""The border: what it promises about transactions, batches and failures."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from node.core import throttle
from node.core.errors import DomainError
from node.core.models import Setting, Throttle
from node.core.node import Node
from node.core.unit import Unit


def put(unit: Unit, key: str) -> str:
    unit.session.add(Setting(part="test", key=key, value=1))
    return key


def fail(unit: Unit, key: str) -> None:
    put(unit, key)
    unit.session.flush()
    raise DomainError("core.stale")


def keys(unit: Unit) -> list[str]:
    return list(unit.session.execute(select(Setting.key).order_by(Setting.key)).scalars())


async def test_a_failure_undoes_only_its_own_work(node: Node) -> None:
    works = [node.write(fail if i % 5 == 2 else put, f"k{i:02}") for i in range(20)]
    results = await asyncio.gather(*works, return_exceptions=True)
    kept = [r for r in results if isinstance(r, str)]
    assert len(kept) == 16
    assert all(isinstance(r, DomainError) for r in results if not isinstance(r, str))
    assert await node.read(keys) == sorted(kept)


async def test_read_cannot_write(node: Node) -> None:
    def sneaky(unit: Unit) -> None:
        put(unit, "x")
        unit.session.flush()

    with pytest.raises(Exception, match=r"readonly|read-only"):
        await node.read(sneaky)
    assert await node.read(keys) == []


async def test_after_commit_runs_only_when_committed(node: Node) -> None:
    seen: list[str] = []

    def ok(unit: Unit) -> None:
        unit.after_commit(lambda: seen.append("ok"))
        put(unit, "a")

    def bad(unit: Unit) -> None:
        unit.after_commit(lambda: seen.append("bad"))
        fail(unit, "b")

    await asyncio.gather(node.write(ok), node.write(bad), return_exceptions=True)
    assert seen == ["ok"]


async def test_counters_lose_nothing_under_concurrency(node: Node) -> None:
    async def one() -> bool:
        try:
            await node.write(throttle.count, "door", limit=10, window_s=3600)
        except DomainError as error:
            return error.key != "core.too-many"
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(25)))) == 10
    assert await node.read(lambda unit: unit.session.execute(select(func.sum(Throttle.count))).scalar()) == 10


async def test_what_was_written_survives_closing(node: Node) -> None:
    await node.write(put, "kept")
    node.border.release()
    assert await node.read(keys) == ["kept"]
