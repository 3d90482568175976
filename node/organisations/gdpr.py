"""What a person may take along from this part, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from node.core.unit import Unit
from node.organisations.models import Member, OrganisationRow


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's places in organisations, as JSON."""
    wanted = select(OrganisationRow.name, Member.role, Member.joined_at)
    wanted = wanted.where(OrganisationRow.id == Member.organisation_id, Member.account_id == account_id)
    rows = unit.session.execute(wanted.order_by(Member.joined_at))
    return {"memberships": [{"name": n, "role": r, "joined_at": at.isoformat()} for n, r, at in rows]}


def erase(unit: Unit, account_id: str) -> None:
    """Take a person out of every organisation; one that is left without a manager is the town hall's to care for."""
    unit.session.execute(delete(Member).where(Member.account_id == account_id))
    asked = update(OrganisationRow).where(OrganisationRow.requested_by == account_id)
    unit.session.execute(asked.values(requested_by=None))
