"""Signing in at the edge: the slow part of a password is done here, in two threads of its own, outside any unit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from aiohttp import web as aio

from node.accounts import passwords, public, service
from node.core.errors import DomainError, Invalid
from node.core.node import Node
from node.core.requests import node_of
from node.core.viewer import SESSION_ACCOUNT, Viewer
from web.session import rotate

R = TypeVar("R")
MOST_WAITING: Final = 64
# Each hash takes 64 MiB: two at a time bound the memory that strangers can make us use.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")
_waiting = 0


async def slowly(work: Callable[[], R]) -> R:
    """Run one argon2id computation. Raises `core.busy` (503) when too many wait already."""
    global _waiting
    if _waiting >= MOST_WAITING:
        raise DomainError("core.busy", status=503)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
    finally:
        _waiting -= 1


async def with_password(node: Node, email: str, password: str, caller: str) -> str:
    """The account id behind an address and its password.

    Raises Invalid `accounts.sign-in-failed`, the same and as slowly whether the address is unknown, has no password or
    the password is wrong; `core.too-many` after too many tries.
    """
    await node.write(service.count_password_try, email, caller)
    known = await node.read(service.credentials, email)
    stored = known.password_hash if known else None
    if not await slowly(lambda: passwords.check_password(stored, password)) or known is None:
        raise Invalid("accounts.sign-in-failed")
    return known.account_id


async def enter(request: aio.Request, account_id: str) -> Viewer:
    """Begin a session of this person under a new cookie."""
    viewer = await node_of(request).read(public.viewer, account_id)
    rotate(request, **{SESSION_ACCOUNT: account_id, "lang": viewer.locale})
    return viewer


def caller_of(request: aio.Request) -> str:
    """The address a request comes from, behind trusted proxies too."""
    return request.remote or "unknown"
