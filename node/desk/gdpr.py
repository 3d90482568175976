"""What a person may take along of what was done for them at the desk, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from node.core.unit import Unit
from node.desk.models import Act, Visit


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """Every act at the desk for a person, as JSON."""
    rows = unit.session.scalars(select(Act).where(Act.account_id == account_id).order_by(Act.at, Act.id))
    return {
        "acts": [
            {"at": row.at.isoformat(), "action": row.action, "purpose": row.purpose, "details": row.details}
            for row in rows
        ]
    }


def erase(unit: Unit, account_id: str) -> None:
    """That something was done stays, for whoever checks the agents; details, which may name things, do not."""
    unit.session.execute(update(Act).where(Act.account_id == account_id).values(details={}))
    unit.session.execute(delete(Visit).where((Visit.account_id == account_id) | (Visit.agent_id == account_id)))
