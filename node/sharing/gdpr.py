"""What a person may take along of what they asked for elsewhere, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from node.core.unit import Unit
from node.sharing.models import Request
from node.sharing.requests import withdraw_all


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """Everything this part knows of a person, as JSON."""
    query = select(Request).where(Request.account_id == account_id).order_by(Request.asked_at, Request.id)
    return {
        "participations": [
            {
                "event": row.object_uri,
                "slot": row.slot_uri,
                "commune": row.peer_name,
                "participant": row.participant,
                "name_shown": row.name,
                "title": row.title,
                "organisation": row.organisation,
                "starts_at": row.starts_at.isoformat(),
                "state": row.state,
                "tokens": row.tokens,
                "asked_at": row.asked_at.isoformat(),
                "evidence": row.evidence,
            }
            for row in unit.session.scalars(query)
        ]
    }


def erase(unit: Unit, account_id: str) -> None:
    """Places elsewhere are given back (a Leave for each), the name shown is forgotten here as it is there."""
    withdraw_all(unit, account_id)
    unit.session.execute(update(Request).where(Request.account_id == account_id).values(name=""))
