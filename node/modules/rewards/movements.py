"""The lines that statements and the accountant's export add up: one for each charge and each refund, on the day it
became certain, never changed afterwards. A month that is over can therefore get no line more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.rewards.models import Payment
from node.modules.rewards.month_models import Movement


def record(unit: Unit, row: Payment, kind: str, amount: int, movement_id: str, by: str | None = None) -> bool:
    """Add one line; whether it is new."""
    if unit.session.get(Movement, movement_id) is not None:
        return False
    unit.session.flush()
    unit.session.add(
        Movement(
            id=movement_id,
            payment_id=row.id,
            organisation_id=row.organisation_id,
            offer_id=row.offer_id,
            title=row.title,
            kind=kind,
            cls=row.cls,
            amount=amount,
            host=row.host,
            operator_id=by or row.operator_id,
            day=unit.today,
            at=unit.now,
        )
    )
    unit.session.flush()
    return True


def find(unit: Unit, movement_id: str) -> Movement | None:
    return unit.session.get(Movement, movement_id)


def between(unit: Unit, organisation_id: str, first: date, last: date) -> Sequence[Movement]:
    """A partner's lines from one day to another, both included, in their order."""
    query = select(Movement).where(Movement.organisation_id == organisation_id)
    query = query.where(Movement.day >= first, Movement.day <= last)
    return unit.session.scalars(query.order_by(Movement.at, Movement.id)).all()
