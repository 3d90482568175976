"""What a person may take along from this part, and what is left when they go. Tokens are the ledger's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from node.core.unit import Unit
from node.modules.wallet import reminders
from node.modules.wallet.models import MailChoice, Reminder


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """What a person was reminded of, and whether they want to be, as JSON."""
    rows = unit.session.scalars(select(Reminder).where(Reminder.owner_id == account_id).order_by(Reminder.at))
    return {
        "reminders_by_mail": reminders.by_mail(unit, account_id),
        "reminders": [
            {"last_day": row.expiry_day.isoformat(), "days_before": row.days_before, "amount": row.amount,
             "way": row.way, "at": row.at.isoformat()}
            for row in rows
        ],
    }  # fmt: skip


def erase(unit: Unit, account_id: str) -> None:
    unit.session.execute(delete(Reminder).where(Reminder.owner_id == account_id))
    unit.session.execute(delete(MailChoice).where(MailChoice.account_id == account_id))
