"""What a person may take along from this part."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from node.core.unit import Unit
from node.organisations.models import Member, OrganisationRow


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's places in organisations, as JSON."""
    wanted = select(OrganisationRow.name, Member.role, Member.joined_at)
    wanted = wanted.where(OrganisationRow.id == Member.organisation_id, Member.account_id == account_id)
    rows = unit.session.execute(wanted.order_by(Member.joined_at))
    return {"memberships": [{"name": n, "role": r, "joined_at": at.isoformat()} for n, r, at in rows]}
