"""What is kept in memory in front of the database is never older than a change made in this process."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from node.core.recent import Recent


async def test_asked_once_until_it_is_cleared_or_over() -> None:
    asked: list[str] = []

    async def read() -> int:
        asked.append("")
        return len(asked)

    kept: Recent[str, int] = Recent(good_for_s=0.05, most=2)
    assert [await kept.get("a", read) for _ in range(3)] == [1, 1, 1]
    kept.clear()
    assert await kept.get("a", read) == 2
    await asyncio.sleep(0.06)
    assert await kept.get("a", read) == 3
    kept.put("a", 9)
    assert await kept.get("a", read) == 9


async def test_the_oldest_goes_when_it_is_full() -> None:
    kept: Recent[int, int] = Recent(good_for_s=60, most=2)
    asked: list[int] = []

    async def read(number: int) -> int:
        asked.append(number)
        return number

    for number in (1, 2, 3, 1, 3):
        await kept.get(number, partial(read, number))
    assert asked == [1, 2, 3, 1]


async def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    kept: Recent[str, str] = Recent(good_for_s=60, most=2)
    changed = asyncio.Event()

    async def slow() -> str:
        await changed.wait()
        return "old"

    async def quick() -> str:
        return "new"

    reading = asyncio.create_task(kept.get("key", slow))
    await asyncio.sleep(0)
    kept.clear()
    changed.set()
    assert await reading == "old", "it was asked before the change"
    assert await kept.get("key", quick) == "new"


async def test_who_asks_while_it_is_being_read_gets_the_same_answer() -> None:
    kept: Recent[str, int] = Recent(good_for_s=60, most=2)
    go, asked = asyncio.Event(), 0

    async def read() -> int:
        nonlocal asked
        asked += 1
        number = asked
        await go.wait()
        return number

    early = [asyncio.create_task(kept.get("key", read)) for _ in range(5)]
    await asyncio.sleep(0)
    kept.clear()
    late = [asyncio.create_task(kept.get("key", read)) for _ in range(5)]
    early[0].cancel()
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*early[1:]) == [1] * 4, "whoever goes away takes nothing with them"
    assert await asyncio.gather(*late) == [2] * 5, "after a change it is read anew"
    assert await kept.get("key", read) == 2


async def test_a_read_that_fails_is_not_kept() -> None:
    kept: Recent[str, int] = Recent(good_for_s=60, most=2)

    async def fail() -> int:
        raise ValueError("out of order")

    async def read() -> int:
        return 1

    for _ in range(2):
        with pytest.raises(ValueError, match="out of order"):
            await kept.get("key", fail)
    assert await kept.get("key", read) == 1
