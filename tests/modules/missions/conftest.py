"""Browsers of the people of the town, at a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiohttp.test_utils import TestServer

from node.accounts import public as accounts
from node.core.node import Node
from tests.fixtures.browser import Visitor, serving, visiting


class People:
    """Opens one browser per person, signed in; the empty id is somebody who is not."""

    def __init__(self, server: TestServer, node: Node, stack: AsyncExitStack) -> None:
        self._server, self._node, self._stack = server, node, stack

    async def __call__(self, account_id: str = "", language: str = "fr") -> Visitor:
        visitor = await self._stack.enter_async_context(visiting(self._server, self._node, language))
        if account_id:
            summary = await self._node.read(accounts.account_summary, account_id)
            assert summary is not None
            assert summary.email
            await visitor.sign_in(summary.email)
        return visitor


@pytest.fixture
async def server(node: Node) -> AsyncIterator[TestServer]:
    async with serving(node) as server:
        yield server


@pytest.fixture
async def browser(server: TestServer, node: Node) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(server, node, stack)
