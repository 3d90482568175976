"""What a module offers to residents of other communes: the door through which `sharing` lets guests in.

A module that has something to take part in names an object of this shape in its manifest (`sharing="sharing:OFFERED"`).
It keeps places and waiting list in its own tables, with the guest's id where a resident's account id would stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from node.core.registry import Part, installed
from node.core.unit import Unit
from protocols.joining import State


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a guest stands, by the module's own tables, and what they should know of the slot. `state` is None when the
    module has no entry of them; times are aware."""

    state: State | None
    title: str
    organisation: str = ""
    place: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Joinable(Protocol):
    """Everything is called inside the transaction of the message; a DomainError leaves no trace of the call."""

    def owns(self, unit: Unit, object_uri: str) -> bool:
        """Whether this address may be one of this module's (a look at the path is enough)."""
        ...

    def join(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> None:
        """Give a place, or one in the waiting list; doing it again changes nothing. Raises DomainError; the part of its
        key after the dot should be one of `protocols.joining.REASONS`."""
        ...

    def leave(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> None:
        """Free the place; somebody who has none is passed over. Raises DomainError (`…begun` when it is too late)."""
        ...

    def standing(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> Standing | None:
        """Where the guest stands; None when there is no such event any more."""
        ...

    def page_of(self, local_id: str) -> str:
        """The path of our own page about something that a neighbour offers, by the id this module gave it."""
        ...


@cache
def _offering() -> tuple[tuple[Part, Joinable], ...]:
    return tuple((part, part.load(part.module.sharing)) for part in installed().parts if part.module.sharing)


def owner_of(unit: Unit, object_uri: str) -> tuple[str, Joinable] | None:
    """The module that is on and offers what lies at an address of ours: its name and its door."""
    for part, offered in _offering():
        if part.name in unit.node.modules and offered.owns(unit, object_uri):
            return part.name, offered
    return None


def of_kind(unit: Unit, kind: str) -> Joinable | None:
    """The door of one module; None while it is switched off."""
    found = next((offered for part, offered in _offering() if part.name == kind), None)
    return found if kind in unit.node.modules else None
