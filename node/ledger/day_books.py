"""Per last valid day: what was issued, and where it is. issued = spent + expired + live + held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from node.core.unit import Unit
from node.ledger import rules
from node.ledger.models import ACCOUNTS, ENTRIES, LOTS, TRANSFERS


@dataclass(frozen=True, slots=True)
class DayBook:
    """Tokens of one class and last valid day. `issued`: awarded less corrected; `spent`: paid less refunded, a refund
    counting on the day it came back with; `expired`: swept; `live`: in lots, not held (lapsed ones included until
    swept)."""

    cls: str
    expiry_day: date
    issued: int
    spent: int
    expired: int
    live: int
    held: int

    @property
    def adds_up(self) -> bool:
        return self.issued == self.spent + self.expired + self.live + self.held


def day_books(unit: Unit) -> tuple[DayBook, ...]:
    """The books of every day on which tokens expire or expired, ascending."""
    flows: dict[tuple[str, date], dict[str, int]] = {}
    entries = (
        select(ENTRIES.c.cls, ENTRIES.c.expiry_day, TRANSFERS.c.kind, func.sum(ENTRIES.c.amount))
        .join(TRANSFERS, TRANSFERS.c.id == ENTRIES.c.transfer_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == ENTRIES.c.account_id)
        .where(ACCOUNTS.c.kind.in_(rules.HOLDERS))
        .group_by(ENTRIES.c.cls, ENTRIES.c.expiry_day, TRANSFERS.c.kind)
    )
    for cls, day, kind, amount in unit.session.execute(entries):
        flows.setdefault((cls, day), {})[kind] = int(amount)
    lots = (
        select(LOTS.c.cls, LOTS.c.expiry_day, func.sum(LOTS.c.amount), func.sum(LOTS.c.held))
        .join(ACCOUNTS, ACCOUNTS.c.id == LOTS.c.account_id)
        .where(ACCOUNTS.c.kind.in_(rules.HOLDERS))
        .group_by(LOTS.c.cls, LOTS.c.expiry_day)
    )
    there = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in unit.session.execute(lots)}
    keys = sorted(flows.keys() | there.keys(), key=lambda key: (key[1], key[0]))
    return tuple(_book(key, flows.get(key, {}), there.get(key, (0, 0))) for key in keys)


def _book(key: tuple[Any, ...], flows: dict[str, int], there: tuple[int, int]) -> DayBook:
    amount, held = there
    return DayBook(
        cls=key[0],
        expiry_day=key[1],
        issued=flows.get("award", 0) + flows.get("correct", 0),
        spent=-flows.get("spend", 0) - flows.get("refund", 0),
        expired=-flows.get("expire", 0),
        live=amount - held,
        held=held,
    )
