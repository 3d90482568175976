"""What a person may take along of their household and children, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from node.core.unit import Unit
from node.households import membership
from node.households.models import ChildLimit, Guardianship, Household, Invitation, Member, Taking


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's households, what they took from purses, whom they answer or answered for, as JSON."""
    places = select(Member, Household.name).join(Household, Household.id == Member.household_id)
    places = places.where(Member.account_id == account_id).order_by(Member.joined_at)
    takings = select(Taking).join(Member, Member.id == Taking.member_id).where(Member.account_id == account_id)
    mine = or_(Guardianship.guardian_id == account_id, Guardianship.child_id == account_id)
    return {
        "households": [
            {"name": name, "role": row.role, "joined_at": row.joined_at.isoformat(),
             "left_at": row.left_at.isoformat() if row.left_at else None}
            for row, name in unit.session.execute(places)
        ],
        "takings": [
            {"id": row.id, "amount": row.amount, "day": row.day.isoformat()}
            for row in unit.session.scalars(takings.order_by(Taking.day, Taking.id))
        ],
        "guardianships": [
            {"as": "guardian" if row.guardian_id == account_id else "child", "since": row.since.isoformat(),
             "ended_at": row.ended_at.isoformat() if row.ended_at else None}
            for row in unit.session.scalars(select(Guardianship).where(mine).order_by(Guardianship.since))
        ],
    }  # fmt: skip


def erase(unit: Unit, account_id: str) -> None:
    """Leave the household, as on its page; nobody answers for anybody any more. A child left without a guardian is the
    town hall's to care for."""
    if membership.member_of(unit, account_id) is not None:
        membership.leave(unit, account_id)
    mine = or_(Guardianship.guardian_id == account_id, Guardianship.child_id == account_id)
    over = update(Guardianship).where(mine, Guardianship.ended_at.is_(None))
    unit.session.execute(over.values(ended_at=unit.now, ended_why="closed"))
    unit.session.execute(delete(ChildLimit).where(ChildLimit.child_id == account_id))
    unit.session.execute(delete(Invitation).where(Invitation.created_by == account_id))
