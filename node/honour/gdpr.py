"""What a person may take along of their payments at neighbours', and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from node.core.unit import Unit
from node.honour.models import IssuedRow, SaltRow


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's payments at neighbours', and the salts by which they find their own entries in the published logs."""
    payments = select(IssuedRow).where(IssuedRow.holder == account_id).order_by(IssuedRow.opened_on, IssuedRow.payment)
    salts = select(SaltRow).where(SaltRow.account_id == account_id).order_by(SaltRow.log)
    return {
        "payments_at_neighbours": [
            {"commune": row.sender, "payment": row.payment, "state": row.state, "day": row.opened_on.isoformat(),
             "amount": row.amount, "refunded": row.refunded_amount, "service": row.service}
            for row in unit.session.scalars(payments)
        ],
        "salts": [{"log": row.log, "salt": row.salt.hex()} for row in unit.session.scalars(salts)],
    }  # fmt: skip


def erase(unit: Unit, account_id: str) -> None:
    """Forget the salts: the entries of the signed logs stay as they are, and nobody can tell any more whose they were
    (specs/people.md §3). What may still be refunded keeps an id, which is nobody's."""
    unit.session.execute(delete(SaltRow).where(SaltRow.account_id == account_id))
