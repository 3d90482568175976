"""What accounts hold and what happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.ledger import rules
from node.ledger.accounts import account
from node.ledger.models import ACCOUNTS, ENTRIES, LOTS, TRANSFERS
from node.ledger.values import Balance, Line, Lot, Portion, Supply

HISTORY_LIMIT = 200


def balance(unit: Unit, account_id: str, *, cls: str = "token") -> Balance:
    """What an account holds today; a lot counts until local midnight after its last day, whether or not the sweep
    ran. Raises NotFound."""
    account(unit, account_id)
    alive = or_(and_(LOTS.c.expiry_day >= unit.today, LOTS.c.amount > 0), LOTS.c.held > 0)
    asked = select(LOTS).where(LOTS.c.account_id == account_id, LOTS.c.cls == cls, alive)
    lots = []
    for row in unit.session.execute(asked.order_by(LOTS.c.expiry_day, LOTS.c.funder)):
        amount = row.amount if row.expiry_day >= unit.today else row.held
        lots.append(Lot(row.cls, row.expiry_day, row.funder, amount, row.held))
    total, held = sum(lot.amount for lot in lots), sum(lot.held for lot in lots)
    return Balance(total, total - held, held, tuple(lots))


def history(unit: Unit, account_id: str, *, limit: int = 50, before: str | None = None) -> tuple[Line, ...]:
    """The account's transfers, latest first, at most `limit` (1..200). `before`: a transfer id, to go on from there.
    Raises NotFound (`ledger.account-unknown`, `ledger.transfer-unknown`)."""
    account(unit, account_id)
    mine = select(ENTRIES.c.transfer_id).where(ENTRIES.c.account_id == account_id)
    asked = select(TRANSFERS).where(TRANSFERS.c.id.in_(mine))
    if before is not None:
        at = unit.session.execute(select(TRANSFERS.c.at).where(TRANSFERS.c.id == before)).scalar()
        if at is None:
            raise NotFound("ledger.transfer-unknown")
        asked = asked.where(or_(TRANSFERS.c.at < at, and_(TRANSFERS.c.at == at, TRANSFERS.c.id < before)))
    asked = asked.order_by(TRANSFERS.c.at.desc(), TRANSFERS.c.id.desc()).limit(max(1, min(limit, HISTORY_LIMIT)))
    rows = unit.session.execute(asked).all()
    return tuple(_lines(unit, account_id, rows))


def find_transfer(unit: Unit, transfer_id: str) -> Line | None:
    """A transfer as its wallet sees it; as the treasury does if it has none."""
    row = unit.session.execute(select(TRANSFERS).where(TRANSFERS.c.id == transfer_id)).one_or_none()
    if row is None:
        return None
    if row.account_id is not None:
        return _lines(unit, row.account_id, [row])[0]
    sign = -1 if row.kind == "destroy" else 1
    return Line(row.id, row.kind, sign * row.amount, row.at, row.day, row.memo, row.reverses)


def _lines(unit: Unit, account_id: str, rows: Sequence[Any]) -> list[Line]:
    found: dict[str, list[Any]] = {row.id: [] for row in rows}
    asked = select(ENTRIES).where(ENTRIES.c.account_id == account_id, ENTRIES.c.transfer_id.in_(list(found)))
    for entry in unit.session.execute(asked):
        found[entry.transfer_id].append(entry)
    lines = []
    for row in rows:
        entries = found[row.id]
        amount = sum(e.amount for e in entries)
        lots = rules.by_day(Portion(e.cls, e.expiry_day, e.funder, abs(e.amount)) for e in entries)
        lines.append(Line(row.id, row.kind, amount, row.at, row.day, row.memo, row.reverses, lots))
    return lines


def supply(unit: Unit, *, cls: str = "token") -> Supply:
    """Where all tokens of a class are today, and the sums since the beginning."""
    live = LOTS.c.expiry_day >= unit.today
    asked = (
        select(
            ACCOUNTS.c.kind,
            func.sum(case((live, LOTS.c.amount), else_=LOTS.c.held)),
            func.sum(case((live, 0), else_=LOTS.c.amount - LOTS.c.held)),
            func.sum(LOTS.c.held),
        )
        .join(ACCOUNTS, ACCOUNTS.c.id == LOTS.c.account_id)
        .where(LOTS.c.cls == cls)
        .group_by(ACCOUNTS.c.kind)
    )
    kinds = {row[0]: tuple(int(n) for n in row[1:]) for row in unit.session.execute(asked)}
    holders = [kinds[kind] for kind in rules.HOLDERS if kind in kinds]
    lapsed = sum(row[1] for row in holders)
    flows = _flows(unit, cls)
    return Supply(
        minted=flows.get("mint", 0),
        destroyed=-flows.get("destroy", 0),
        treasury=kinds.get("treasury", (0,))[0],
        circulating=sum(row[0] for row in holders),
        held=sum(row[2] for row in holders),
        lapsed=lapsed,
        owed=sum(kinds[kind][0] for kind in rules.TARGETS if kind in kinds),
        expired=lapsed + flows.get("expire", 0),
        spent=flows.get("spend", 0) - flows.get("refund", 0),
    )


def _flows(unit: Unit, cls: str) -> dict[str, int]:
    """Kind of transfer → tokens it brought to the commune's own books less what it took from them; for `refund` the
    tokens that went back to wallets."""
    own = case((ENTRIES.c.expiry_day == rules.NEVER, ENTRIES.c.amount), else_=0)
    asked = (
        select(TRANSFERS.c.kind, func.sum(own))
        .join(ENTRIES, ENTRIES.c.transfer_id == TRANSFERS.c.id)
        .where(ENTRIES.c.cls == cls, TRANSFERS.c.kind.in_(("mint", "destroy", "expire", "spend", "refund")))
        .group_by(TRANSFERS.c.kind)
    )
    sums = {row[0]: int(row[1]) for row in unit.session.execute(asked)}
    if "refund" in sums:
        sums["refund"] = -sums["refund"]
    return sums
