"""The transfers of a span of days as an accountant reads them: per transfer one sum for each sort of account, which add
up to nothing. Wallets are one sort: who held what is nobody's business here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from node.core.unit import Unit
from node.ledger import rules
from node.ledger.models import ACCOUNTS, ENTRIES, TRANSFERS
from node.ledger.values import Kind, Memo

CHUNK = 500
ISSUE = "issue"
"""The counterpart of minting and destroying, which the ledger itself does not keep as an account."""


@dataclass(frozen=True, slots=True)
class Leg:
    """`amount` tokens to a sort of account (negative: from it). sort: issue, treasury, holders, owed, partner,
    suspense; `owner`: a neighbour's host or a partner's id where there is one."""

    sort: str
    owner: str
    amount: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One transfer. `seq`: its number in the sealed chain, None until it is sealed."""

    id: str
    kind: Kind
    cls: str
    at: datetime
    day: date
    seq: int | None
    memo: Memo
    legs: tuple[Leg, ...]


def journal(unit: Unit, first: date, last: date, after: tuple[datetime, str] | None = None) -> tuple[JournalEntry, ...]:
    """At most `CHUNK` transfers of the days from `first` to `last`, in the order of their instants; `after`: the
    instant and id of the last one seen. An empty answer is the end."""
    asked = select(TRANSFERS).where(TRANSFERS.c.day >= first, TRANSFERS.c.day <= last)
    if after is not None:
        at, transfer_id = after
        asked = asked.where(or_(TRANSFERS.c.at > at, and_(TRANSFERS.c.at == at, TRANSFERS.c.id > transfer_id)))
    rows = unit.session.execute(asked.order_by(TRANSFERS.c.at, TRANSFERS.c.id).limit(CHUNK)).all()
    legs = _legs(unit, [row.id for row in rows])
    return tuple(
        JournalEntry(row.id, row.kind, cls, row.at, row.day, row.seq, row.memo, _balanced(found))
        for row in rows
        for cls, found in [legs.get(row.id, ("token", []))]
    )


def _legs(unit: Unit, ids: list[str]) -> dict[str, tuple[str, list[Leg]]]:
    asked = (
        select(ENTRIES.c.transfer_id, ENTRIES.c.cls, ACCOUNTS.c.kind, ACCOUNTS.c.owner, func.sum(ENTRIES.c.amount))
        .join(ACCOUNTS, ACCOUNTS.c.id == ENTRIES.c.account_id)
        .where(ENTRIES.c.transfer_id.in_(ids))
        .group_by(ENTRIES.c.transfer_id, ENTRIES.c.cls, ACCOUNTS.c.kind, ACCOUNTS.c.owner)
        .order_by(ACCOUNTS.c.kind, ACCOUNTS.c.owner)
    )
    sums: dict[str, tuple[str, dict[tuple[str, str], int]]] = {}
    for transfer_id, cls, kind, owner, amount in unit.session.execute(asked):
        sort = "holders" if kind in rules.HOLDERS else kind
        named = owner if kind in rules.TARGETS else ""
        _, found = sums.setdefault(transfer_id, (cls, {}))
        found[sort, named] = found.get((sort, named), 0) + int(amount)
    return {
        transfer_id: (cls, [Leg(sort, owner, amount) for (sort, owner), amount in found.items() if amount])
        for transfer_id, (cls, found) in sums.items()
    }


def _balanced(legs: list[Leg]) -> tuple[Leg, ...]:
    rest = sum(leg.amount for leg in legs)
    return tuple(legs) if rest == 0 else (*legs, Leg(ISSUE, "", -rest))
