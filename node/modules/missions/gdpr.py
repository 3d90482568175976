"""What a person may take along of their missions, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.missions import rules, service
from node.modules.missions.models import Mission, Shift, Signup


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's sign-ups, as JSON."""
    query = (
        select(Signup, Shift, Mission)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Mission, Mission.id == Shift.mission_id)
        .where(Signup.account_id == account_id)
        .order_by(Shift.starts_at, Signup.id)
    )
    return {
        "signups": [
            {"mission": mission.title, "mission_id": mission.id, "starts_at": shift.starts_at.isoformat(),
             "ends_at": shift.ends_at.isoformat(), "state": signup.state, "at": signup.at.isoformat()}
            for signup, shift, mission in unit.session.execute(query)
        ]
    }  # fmt: skip


def erase(unit: Unit, account_id: str) -> None:
    """Places of slots to come go to whoever waits; what was done stays counted, without a name. Missions that the
    person wrote are their organisation's."""
    query = (
        select(Signup, Shift, Mission)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Mission, Mission.id == Shift.mission_id)
        .where(Signup.account_id == account_id, Signup.state.in_(("registered", "waiting")), Shift.ends_at > unit.now)
        .order_by(Shift.id)
    )
    for signup, shift, mission in unit.session.execute(query).all():
        signup.state = rules.next_signup_state(signup.state, "leave")
        unit.session.flush()
        service.promote(unit, mission, shift)
