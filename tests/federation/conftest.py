"""A clock that stands still, and a town in which to start peers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.federation.peers import Peer, SettableClock, Town


@pytest.fixture
def time() -> SettableClock:
    return SettableClock()


@pytest.fixture
async def town(time: SettableClock) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town(time, stack)


@pytest.fixture
async def sicoval(town: Town) -> Peer:
    return await town.peer("sicoval")


@pytest.fixture
async def labege(town: Town) -> Peer:
    return await town.peer("labege")
