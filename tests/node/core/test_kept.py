"""What is read once for everybody: never older than a write of this process, nor than a few seconds."""

from __future__ import annotations

from sqlalchemy import func, select

from node.core.kept import MOST, read_for_everybody
from node.core.models import Setting
from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.nodes import TestClock


def count(unit: Unit) -> int:
    reads.append(1)
    return unit.session.execute(select(func.count()).select_from(Setting)).scalar_one()


reads: list[int] = []


async def test_read_once_until_a_write_or_a_few_seconds(node: Node, clock: TestClock) -> None:
    reads.clear()
    assert [await read_for_everybody(node, "settings", count) for _ in range(3)] == [0, 0, 0]
    assert len(reads) == 1
    await node.write(lambda unit: unit.session.add(Setting(part="test", key="a", value=1)))
    assert await read_for_everybody(node, "settings", count) == 1
    assert len(reads) == 2
    clock.forward(seconds=6)
    assert await read_for_everybody(node, "settings", count) == 1
    assert len(reads) == 3


async def test_keys_are_told_apart_and_bounded(node: Node) -> None:
    reads.clear()
    for number in range(MOST + 1):
        await read_for_everybody(node, number, count)
    await read_for_everybody(node, MOST, count)
    assert len(reads) == MOST + 1
    await read_for_everybody(node, 0, count)
    assert len(reads) == MOST + 2, "the oldest went"
