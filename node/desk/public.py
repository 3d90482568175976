"""What other parts may ask of the desk: for whom somebody may act, and that it be written down (specs/people.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Forbidden
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.desk import visits
from node.desk.visits import ActShown, done_for, write_by_agent
from node.households import public as households

__all__ = ["ActShown", "Acting", "acting_for", "done_for", "note", "require_acting", "write_by_agent"]


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody for whom the viewer may act. how: `guardian`, or `desk` while the person stands before the agent."""

    account_id: str
    name: str
    how: Literal["guardian", "desk"]


def acting_for(unit: Unit, viewer: Viewer) -> tuple[Acting, ...]:
    """The viewer's children, and the person whom they look after at the desk now."""
    if viewer.account_id is None:
        return ()
    found = [
        Acting(ward.account_id, ward.given_name, "guardian") for ward in households.wards_of(unit, viewer.account_id)
    ]
    visited = visits.visited(unit, viewer)
    if visited is not None and visited not in {each.account_id for each in found}:
        found.append(Acting(visited, accounts.names(unit, [visited]).get(visited, ""), "desk"))
    return tuple(found)


def require_acting(unit: Unit, viewer: Viewer, account_id: str) -> Acting:
    """Raises Forbidden `desk.not-for-them`."""
    for acting in acting_for(unit, viewer):
        if acting.account_id == account_id:
            return acting
    raise Forbidden("desk.not-for-them")


def note(unit: Unit, viewer: Viewer, acting: Acting, action: str, detail: str = "") -> None:
    """Write down what was done for somebody: at the desk where they read it, a guardian's deed in the audit log."""
    assert viewer.account_id is not None
    if acting.how == "desk":
        visits.record(unit, viewer, acting.account_id, action, detail)
    else:
        audit.record(unit, viewer.account_id, action, acting.account_id, as_guardian=True, detail=detail)
