"""What a person may take along, and what is forgotten when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from node.core.unit import Unit
from node.emission import districts
from node.emission.models import Award, Residence


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's awards and the district they chose."""
    rows = unit.session.scalars(select(Award).where(Award.account_id == account_id).order_by(Award.at, Award.id))
    return {
        "district": districts.of(unit, account_id),
        "awards": [
            {
                "id": row.id, "kind": row.kind, "title": row.title, "day": row.day.isoformat(), "asked": row.asked,
                "amount": row.amount, "reason": row.reason, "state": row.state, "taken": row.taken, "lost": row.lost,
            }
            for row in rows
        ],
    }  # fmt: skip


def erase(unit: Unit, account_id: str) -> None:
    """The district goes; awards stay as the accounts' vouchers, under an id that nobody can read any more."""
    unit.session.execute(delete(Residence).where(Residence.account_id == account_id))
