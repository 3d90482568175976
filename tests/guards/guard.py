"""What a guard is, and taking it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest

from federation.remote_actor import read_actor


@dataclass(frozen=True, slots=True)
class Guard:
    """`out`: the names in product code that are replaced by something permissive. `tests`: test ids below `tests/`,
    with their parameters where one suffices; every one of them fails without the guard."""

    name: str
    attack: str
    what: str
    out: Mapping[str, Any]
    tests: tuple[str, ...]
    crashes: bool = False
    """Without it the product breaks on the attack, where it should refuse it."""

    @contextmanager
    def taken_out(self) -> Iterator[None]:
        """The product without this guard."""
        with pytest.MonkeyPatch.context() as patch:
            for where, permissive in self.out.items():
                patch.setattr(where, permissive)
            yield

    @property
    def places(self) -> tuple[str, ...]:
        """Where in the code it stands."""
        return tuple(self.out)


def answering(value: Any) -> Callable[..., Any]:
    """A function that gives `value` whatever it is asked."""
    return lambda *_args, **_named: value


def later(value: Any) -> Callable[..., Any]:
    """The same as a coroutine."""

    async def answer(*_args: Any, **_named: Any) -> Any:
        return value

    return answer


def untouched(position: int = 0) -> Callable[..., Any]:
    """A function that gives back what it was given."""
    return lambda *args, **_named: args[position]


def untouched_later(position: int = 0) -> Callable[..., Any]:
    """The same as a coroutine."""

    async def answer(*args: Any, **_named: Any) -> Any:
        return args[position]

    return answer


def open_gate(*_args: Any, **_named: Any) -> nullcontext[None]:
    """A context that lets everybody in."""
    return nullcontext()


async def hearsay(self: Any, activity: Any, actor_id: str, budget: Any) -> Any:
    """In place of `Inbox._from_origin`: what a forwarder says of somebody else is believed."""
    return activity, read_actor(await self._client.fetch_object(actor_id, budget))


def no_limit(*_args: Any, **_named: Any) -> Any:
    """An asynchronous context without a time."""
    return nullcontext()
