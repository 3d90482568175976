"""Sums over the books, for those who account for the tokens: what ends when, what moved, what was bought where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from node.core.unit import Unit
from node.ledger import rules
from node.ledger.models import ACCOUNTS, ENTRIES, LOTS, TRANSFERS


@dataclass(frozen=True, slots=True)
class Flow:
    """Tokens that residents' accounts got or gave (a positive number) by one kind of transfer in a month, and whose
    accounts those were."""

    month: str
    kind: str
    amount: int
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one resident spent at one place in a month, less refunds. `place`: the organisation's id in the payment's
    memo, else what its title says; empty: neither."""

    month: str
    place: str
    owner: str
    amount: int


@dataclass(frozen=True, slots=True)
class Seal:
    """Where the chain of transfers stood."""

    seq: int
    hash: str


def expiring(unit: Unit, *, cls: str = "token") -> tuple[tuple[date, int], ...]:
    """Tokens in residents' accounts by last valid day, from today on, ascending."""
    asked = (
        select(LOTS.c.expiry_day, func.sum(LOTS.c.amount))
        .join(ACCOUNTS, ACCOUNTS.c.id == LOTS.c.account_id)
        .where(LOTS.c.cls == cls, LOTS.c.expiry_day >= unit.today, LOTS.c.amount > 0)
        .where(ACCOUNTS.c.kind.in_(rules.HOLDERS))
        .group_by(LOTS.c.expiry_day)
        .order_by(LOTS.c.expiry_day)
    )
    return tuple((row[0], int(row[1])) for row in unit.session.execute(asked))


def flows(unit: Unit, since: date, until: date, *, cls: str = "token") -> tuple[Flow, ...]:
    """What moved on the local days `since`..`until`, by month and kind: award, spend, refund, expire, correct."""
    asked = (
        select(TRANSFERS.c.day, TRANSFERS.c.kind, ACCOUNTS.c.owner, func.sum(ENTRIES.c.amount))
        .join(ENTRIES, ENTRIES.c.transfer_id == TRANSFERS.c.id)
        .join(ACCOUNTS, ACCOUNTS.c.id == ENTRIES.c.account_id)
        .where(ENTRIES.c.cls == cls, TRANSFERS.c.day.between(since, until), ACCOUNTS.c.kind.in_(rules.HOLDERS))
        .group_by(TRANSFERS.c.day, TRANSFERS.c.kind, ACCOUNTS.c.owner)
    )
    sums: dict[tuple[str, str], int] = {}
    owners: dict[tuple[str, str], set[str]] = {}
    for day, kind, owner, amount in unit.session.execute(asked):
        key = (f"{day:%Y-%m}", kind)
        sums[key] = sums.get(key, 0) + abs(int(amount))
        owners.setdefault(key, set()).add(owner)
    return tuple(Flow(*key, sums[key], frozenset(owners[key])) for key in sorted(sums))


def spending(unit: Unit, since: date, until: date, *, cls: str = "token") -> tuple[Spent, ...]:
    """What residents spent on the local days `since`..`until`, by month, place and resident; a refund counts on its
    own day, at the place of the payment it gives back."""
    original = TRANSFERS.alias("paid")
    spent = _moved(TRANSFERS.c.memo, "spend", since, until, cls)
    back = _moved(original.c.memo, "refund", since, until, cls).join(original, original.c.id == TRANSFERS.c.reverses)
    sums: dict[tuple[str, str, str], int] = {}
    for query in (spent, back):
        for day, memo, owner, amount in unit.session.execute(query):
            place = str(memo.get("organisation") or memo.get("neighbour") or memo.get("title") or "")
            key = (f"{day:%Y-%m}", place, owner)
            sums[key] = sums.get(key, 0) - int(amount)
    return tuple(Spent(*key, amount) for key, amount in sorted(sums.items()) if amount)


def _moved(memo: Any, kind: str, since: date, until: date, cls: str) -> Select[Any]:
    return (
        select(TRANSFERS.c.day, memo, ACCOUNTS.c.owner, ENTRIES.c.amount)
        .select_from(TRANSFERS)
        .join(ENTRIES, ENTRIES.c.transfer_id == TRANSFERS.c.id)
        .join(ACCOUNTS, ACCOUNTS.c.id == ENTRIES.c.account_id)
        .where(TRANSFERS.c.kind == kind, TRANSFERS.c.day.between(since, until), ENTRIES.c.cls == cls)
        .where(ACCOUNTS.c.kind.in_(rules.HOLDERS))
    )


def awarded_to(unit: Unit, since: date, until: date, *, cls: str = "token") -> tuple[tuple[str, int], ...]:
    """Owner → what they were awarded on those days, less what was taken back."""
    asked = (
        select(ACCOUNTS.c.owner, func.sum(ENTRIES.c.amount))
        .select_from(TRANSFERS)
        .join(ENTRIES, ENTRIES.c.transfer_id == TRANSFERS.c.id)
        .join(ACCOUNTS, ACCOUNTS.c.id == ENTRIES.c.account_id)
        .where(TRANSFERS.c.kind.in_(("award", "correct")), TRANSFERS.c.day.between(since, until))
        .where(ENTRIES.c.cls == cls, ACCOUNTS.c.kind.in_(rules.HOLDERS))
        .group_by(ACCOUNTS.c.owner)
        .order_by(ACCOUNTS.c.owner)
    )
    return tuple((owner, int(amount)) for owner, amount in unit.session.execute(asked))


def treasury_days(unit: Unit, *, cls: str = "token") -> tuple[tuple[int, int, int, int], ...]:
    """Day by day since the beginning, the treasury's tokens: minted, destroyed, come back, gone out."""
    mint = case((TRANSFERS.c.kind == "mint", ENTRIES.c.amount), else_=0)
    destroy = case((TRANSFERS.c.kind == "destroy", -ENTRIES.c.amount), else_=0)
    plain = TRANSFERS.c.kind.not_in(("mint", "destroy"))
    back = case((and_(plain, ENTRIES.c.amount > 0), ENTRIES.c.amount), else_=0)
    out = case((and_(plain, ENTRIES.c.amount < 0), -ENTRIES.c.amount), else_=0)
    asked = (
        select(func.sum(mint), func.sum(destroy), func.sum(back), func.sum(out))
        .select_from(ENTRIES)
        .join(TRANSFERS, TRANSFERS.c.id == ENTRIES.c.transfer_id)
        .where(ENTRIES.c.cls == cls, ENTRIES.c.account_id.in_(rules.shard_ids()))
        .group_by(TRANSFERS.c.day)
        .order_by(TRANSFERS.c.day)
    )
    return tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in unit.session.execute(asked))


def sealed_before(unit: Unit, before: datetime) -> Seal | None:
    """The last seal of what was posted before an instant; None while something of it is not sealed yet, or when there
    is nothing."""
    earlier = TRANSFERS.c.at < before
    if unit.session.execute(select(TRANSFERS.c.id).where(earlier, TRANSFERS.c.seq.is_(None)).limit(1)).first():
        return None
    asked = select(TRANSFERS.c.seq, TRANSFERS.c.hash).where(earlier).order_by(TRANSFERS.c.seq.desc()).limit(1)
    row = unit.session.execute(asked).one_or_none()
    return Seal(row.seq, row.hash) if row else None
