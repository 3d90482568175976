"""Periodic work: say that a child has come of age. Nobody's rights hang on when it runs (specs/people.md §5)."""

from __future__ import annotations

from node.core import audit
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.households import guardians, invitations, letters


def come_of_age(unit: Unit) -> None:
    """Tell guardians once, note the end, and drop codes that are too old."""
    over = guardians.grown_up(unit)
    for row in over:
        letters.tell(unit, row.guardian_id, "came-of-age", row.child_id, "/foyer")
        row.ended_at, row.ended_why = unit.now, "age"
    for child_id in sorted({row.child_id for row in over}):
        audit.record(unit, SYSTEM.account_id or "", "households.came-of-age", child_id)
        invitations.withdraw(unit, "guardian", child_id)
    invitations.forget_old(unit)
    unit.session.flush()
