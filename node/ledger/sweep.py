"""Bringing expired tokens back to the treasury. Only bookkeeping: no balance depends on when it runs."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select

from node.core.ids import new_id
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.events import TokensExpired
from node.ledger.models import ACCOUNTS, LOTS
from node.ledger.posting import TREASURY, Hand
from node.ledger.values import Portion, Swept

CHUNK = 200


def sweep(unit: Unit, limit: int = CHUNK) -> Swept:
    """Take what no hold protects out of at most `limit` lots whose last day has passed: one batch transfer per day
    and class. Running it again does nothing more."""
    hand = Hand(unit)
    rows = _due(unit, limit)
    _lock(unit, sorted({row.account_id for row in rows}))
    amount = 0
    for (day, cls), lots in groupby(rows, key=lambda row: (row.expiry_day, row.cls)):
        amount += _batch(unit, hand, day, cls, list(lots))
    emptied = _drop_empty(unit, hand, limit)
    return Swept(len(rows), amount, more=len(rows) == limit or emptied == limit)


def _due(unit: Unit, limit: int) -> list[Any]:
    asked = (
        select(LOTS, ACCOUNTS.c.owner)
        .join(ACCOUNTS, ACCOUNTS.c.id == LOTS.c.account_id)
        .where(LOTS.c.expiry_day < unit.today, LOTS.c.amount > LOTS.c.held, ACCOUNTS.c.kind.in_(rules.HOLDERS))
        .order_by(LOTS.c.expiry_day, LOTS.c.cls, LOTS.c.account_id, LOTS.c.funder)
        .limit(limit)
    )
    return list(unit.session.execute(asked))


def _lock(unit: Unit, account_ids: list[str]) -> None:
    asked = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id.in_(account_ids)).order_by(ACCOUNTS.c.id)
    unit.session.execute(asked.with_for_update()).all()


def _batch(unit: Unit, hand: Hand, day: date, cls: str, lots: list[Any]) -> int:
    amount: int = sum(lot.amount - lot.held for lot in lots)
    transfer_id = f"expire-{day}-{new_id()}"
    asked = posting.draft("expire", transfer_id, amount, {"expired": day.isoformat()}, None, cls=cls)
    posting.write(unit, hand, asked)
    legs = []
    for lot in lots:
        portion = Portion(cls, day, lot.funder, lot.amount - lot.held)
        legs += posting.take_all(hand, lot.account_id, [portion])
        unit.emit(TokensExpired(transfer_id, lot.account_id, lot.owner, portion.amount, day))
    legs += posting.give(hand, TREASURY, transfer_id, cls, amount)
    posting.write_entries(hand, transfer_id, legs)
    return amount


_DROP = posting.sql(
    "DELETE FROM ledger_lots WHERE account_id = ? AND cls = ? AND expiry_day = ? AND funder = ? AND amount = 0"
)


def _drop_empty(unit: Unit, hand: Hand, limit: int) -> int:
    """Forget emptied lots whose day has passed; their history stands in the entries."""
    empty = select(LOTS.c.account_id, LOTS.c.cls, LOTS.c.expiry_day, LOTS.c.funder)
    rows = unit.session.execute(empty.where(LOTS.c.expiry_day < unit.today, LOTS.c.amount == 0).limit(limit)).all()
    for row in rows:
        hand.run(_DROP, row.account_id, row.cls, row.expiry_day.isoformat(), row.funder)
    return len(rows)
