"""What sharing hears: wishes of neighbours' residents, answers to ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from node.core.unit import Unit
from node.neighbours.public import Incoming
from node.sharing import hosting, requests
from protocols.joining import PARTICIPATION


def heard_join(unit: Unit, incoming: Incoming) -> str:
    return hosting.heard_wish(unit, incoming, joins=True)


def heard_leave(unit: Unit, incoming: Incoming) -> str:
    return hosting.heard_wish(unit, incoming, joins=False)


HANDLERS: Final[Mapping[tuple[str, str], Callable[[Unit, Incoming], str]]] = {
    ("Join", ""): heard_join,
    ("Leave", ""): heard_leave,
    ("Accept", PARTICIPATION): requests.heard_answer,
    ("Reject", PARTICIPATION): requests.heard_answer,
}
