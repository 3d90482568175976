"""What everybody who has not signed in sees alike is read once, until this process writes something to the node or
a few seconds have passed on its clock (another process may have written, a day may have begun)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from node.core.node import Node
from node.core.unit import Unit

P = ParamSpec("P")
R = TypeVar("R")
KEPT = timedelta(seconds=5)
MOST = 256


@dataclass(frozen=True, slots=True)
class Answer:
    """What a read gave, after so many writes, at an instant of the node's clock."""

    value: Any
    writes: int
    at: datetime


_answers: WeakKeyDictionary[Node, OrderedDict[Hashable, Answer]] = WeakKeyDictionary()


async def read_for_everybody(
    node: Node, key: Hashable, fn: Callable[Concatenate[Unit, P], R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """`node.read(fn, …)`, or what it gave a moment ago. `key` names the read and everything its answer depends on;
    the answer must be a frozen value and must not depend on who asks. At most `MOST` answers a node are kept."""
    answers = _answers.setdefault(node, OrderedDict())
    found, now = answers.get(key), node.runtime.clock()
    if found is not None and found.writes == node.writes and abs(now - found.at) < KEPT:
        kept: R = found.value
        return kept
    writes = node.writes
    value = await node.read(fn, *args, **kwargs)
    answers[key] = Answer(value, writes, now)
    answers.move_to_end(key)
    while len(answers) > MOST:
        answers.popitem(last=False)
    return value
