"""Sends the nodes' mail while the process serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from node.core.mail import MailSender

if TYPE_CHECKING:
    from node.app import Running


@asynccontextmanager
async def run(running: Running) -> AsyncIterator[None]:
    async with MailSender(running.runtime.settings, running.nodes):
        yield
