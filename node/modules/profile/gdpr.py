"""What a person may take along from this part, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from node.core.unit import Unit
from node.modules.profile import reading
from node.modules.profile.models import Action, Interest


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's interests and register, as JSON; each action is its signed statement, which proves itself."""
    chosen = reading.interests(unit, account_id)
    wanted = select(Action).where(Action.account_id == account_id).order_by(Action.done_on, Action.id)
    return {
        "interests": {"themes": list(chosen.themes), "skills": list(chosen.skills)},
        "actions": [
            {
                "id": row.id,
                "expiry_day": row.expiry_day.isoformat() if row.expiry_day else None,
                "transfer_id": row.transfer_id,
                "digest": row.digest,
                "evidence": row.evidence,
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
            }
            for row in unit.session.scalars(wanted)
        ],
    }


def erase(unit: Unit, account_id: str) -> None:
    """The register and the interests are the person's own and go with them; what they took along proves itself."""
    for table in (Action, Interest):
        unit.session.execute(delete(table).where(table.account_id == account_id))
