"""`ygor check`: do the books add up, and has nobody rewritten them?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, case, func, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from node.core.unit import Unit
from node.ledger import rules
from node.ledger.day_books import day_books
from node.ledger.models import ACCOUNTS, ENTRIES, HEADS, HOLD_LOTS, HOLDS, LOTS, TRANSFERS, LedgerTransfer
from node.ledger.sealing import CHAIN, ORIGIN, seal_of, with_entries

PAGE = 1000
REPORTED = 50
"""Problems named per check: enough to see what happened."""


def verify(unit: Unit) -> list[str]:
    """Every problem found in the ledger, in English, at most `REPORTED` of each kind; empty if all is well."""
    problems: list[str] = []
    for check in (_transfers, _orphans, _lots, _holds, _reversals, _days, _supply, _chain):
        problems += islice(check(unit), REPORTED)
    return problems


def _transfers(unit: Unit) -> Iterator[str]:
    """Each transfer's entries add up to nothing, but for mint and destroy, and move its amount of one class."""
    came = func.coalesce(func.sum(case((ENTRIES.c.amount > 0, ENTRIES.c.amount), else_=0)), 0)
    left = func.coalesce(func.sum(case((ENTRIES.c.amount < 0, -ENTRIES.c.amount), else_=0)), 0)
    should_come = case((TRANSFERS.c.kind == "destroy", 0), else_=TRANSFERS.c.amount)
    should_leave = case((TRANSFERS.c.kind == "mint", 0), else_=TRANSFERS.c.amount)
    asked = (
        select(TRANSFERS.c.id, TRANSFERS.c.kind, TRANSFERS.c.amount, came, left)
        .outerjoin(ENTRIES, ENTRIES.c.transfer_id == TRANSFERS.c.id)
        .group_by(TRANSFERS.c.id, TRANSFERS.c.kind, TRANSFERS.c.amount)
        .having(or_(came != should_come, left != should_leave, func.count(ENTRIES.c.cls.distinct()) > 1))
    )
    for row in unit.session.execute(asked):
        yield f"transfer {row[0]} ({row[1]} of {row[2]}): its entries bring {row[3]} and take {row[4]}"


def _orphans(unit: Unit) -> Iterator[str]:
    no_transfer = ENTRIES.c.transfer_id.not_in(select(TRANSFERS.c.id))
    no_account = ENTRIES.c.account_id.not_in(select(ACCOUNTS.c.id))
    asked = select(ENTRIES.c.transfer_id, ENTRIES.c.number, ENTRIES.c.account_id).where(or_(no_transfer, no_account))
    for row in unit.session.execute(asked):
        yield f"entry {row[0]}/{row[1]} of account {row[2]}: its transfer or account is missing"


def _differences(unit: Unit, left: Select[Any], right: Select[Any]) -> Iterator[Any]:
    """Keys (account, class, day, funder) whose sums differ. Each side selects the key, then `positive`, `negative`."""
    both = union_all(left, right).subquery()
    key = list(both.c)[:4]
    sums = (func.sum(both.c.positive), func.sum(both.c.negative))
    yield from unit.session.execute(select(*key, *sums).group_by(*key).having(sums[0] != sums[1]))


def _lots(unit: Unit) -> Iterator[str]:
    """Each lot is the sum of its entries."""
    lots = select(
        LOTS.c.account_id,
        LOTS.c.cls,
        LOTS.c.expiry_day,
        LOTS.c.funder,
        LOTS.c.amount.label("positive"),
        (0 * LOTS.c.amount).label("negative"),
    )
    entries = select(
        ENTRIES.c.account_id,
        ENTRIES.c.cls,
        ENTRIES.c.expiry_day,
        ENTRIES.c.funder,
        (0 * ENTRIES.c.amount).label("positive"),
        ENTRIES.c.amount.label("negative"),
    )
    for row in _differences(unit, lots, entries):
        yield f"account {row[0]}, lot {row[1]} {row[2]} {row[3]!r}: holds {row[4]}, its entries say {row[5]}"
    bad = or_(LOTS.c.amount < 0, LOTS.c.held < 0, LOTS.c.held > LOTS.c.amount)
    for row in unit.session.execute(select(LOTS).where(bad)):
        yield f"account {row.account_id}, lot {row.cls} {row.expiry_day}: {row.held} of {row.amount} held"


def _holds(unit: Unit) -> Iterator[str]:
    """What lots call held is what open holds protect, and a hold protects its amount."""
    lots = select(
        LOTS.c.account_id,
        LOTS.c.cls,
        LOTS.c.expiry_day,
        LOTS.c.funder,
        LOTS.c.held.label("positive"),
        (0 * LOTS.c.held).label("negative"),
    )
    held = (
        select(
            HOLDS.c.account_id,
            HOLD_LOTS.c.cls,
            HOLD_LOTS.c.expiry_day,
            HOLD_LOTS.c.funder,
            (0 * HOLD_LOTS.c.amount).label("positive"),
            HOLD_LOTS.c.amount.label("negative"),
        )
        .join(HOLDS, HOLDS.c.id == HOLD_LOTS.c.hold_id)
        .where(HOLDS.c.state == "held")
    )
    for row in _differences(unit, lots, held):
        yield f"account {row[0]}, lot {row[1]} {row[2]} {row[3]!r}: {row[4]} held, its holds say {row[5]}"
    protected = func.coalesce(func.sum(HOLD_LOTS.c.amount), 0)
    asked = (
        select(HOLDS.c.id, HOLDS.c.amount, protected)
        .outerjoin(HOLD_LOTS, HOLD_LOTS.c.hold_id == HOLDS.c.id)
        .group_by(HOLDS.c.id, HOLDS.c.amount)
        .having(protected != HOLDS.c.amount)
    )
    for row in unit.session.execute(asked):
        yield f"hold {row[0]} of {row[1]}: its lots add up to {row[2]}"


def _reversals(unit: Unit) -> Iterator[str]:
    """No payment was refunded beyond its amount, no award corrected beyond it, and both exist."""
    back, original = aliased(LedgerTransfer), aliased(LedgerTransfer)
    fits = or_(
        and_(back.kind == "refund", original.kind == "spend"), and_(back.kind == "correct", original.kind == "award")
    )
    wrong = func.max(case((and_(original.id.is_not(None), fits), 0), else_=1))
    asked = (
        select(back.reverses, func.sum(back.amount), func.max(original.amount))
        .outerjoin(original, original.id == back.reverses)
        .where(back.reverses.is_not(None))
        .group_by(back.reverses)
        .having(or_(wrong == 1, func.sum(back.amount) > func.max(original.amount)))
    )
    for row in unit.session.execute(asked):
        yield f"transfer {row[0]} of {row[2]}: {row[1]} given back, or not of a kind that can be"


def _days(unit: Unit) -> Iterator[str]:
    for book in day_books(unit):
        if not book.adds_up:
            yield (
                f"tokens {book.cls} of {book.expiry_day}: {book.issued} issued, but {book.spent} spent,"
                f" {book.expired} expired, {book.live} live, {book.held} held"
            )


def _supply(unit: Unit) -> Iterator[str]:
    """All accounts together hold what was minted less what was destroyed."""
    for cls in sorted(rules.CLASSES):
        there = unit.session.execute(select(func.sum(LOTS.c.amount)).where(LOTS.c.cls == cls)).scalar() or 0
        signed = case((TRANSFERS.c.kind == "mint", ENTRIES.c.amount), (TRANSFERS.c.kind == "destroy", ENTRIES.c.amount))
        made = (
            select(func.sum(signed))
            .join(TRANSFERS, TRANSFERS.c.id == ENTRIES.c.transfer_id)
            .where(ENTRIES.c.cls == cls)
        )
        if there != (minted := unit.session.execute(made).scalar() or 0):
            yield f"tokens {cls}: accounts hold {there}, minted less destroyed is {minted}"


def _chain(unit: Unit) -> Iterator[str]:
    """Every sealed transfer and its entries are as they were sealed, none is missing, none was put between."""
    seq, prev = 0, ORIGIN
    while True:
        page = select(TRANSFERS).where(TRANSFERS.c.seq > seq).order_by(TRANSFERS.c.seq).limit(PAGE)
        rows = unit.session.execute(page).all()
        for row, entries in with_entries(unit, rows):
            seq += 1
            if row.seq != seq or row.prev != prev:
                yield f"chain: between {seq - 1} and {row.seq} something is missing or was put in"
            if row.hash != seal_of(row, entries, row.seq, row.prev):
                yield f"chain: transfer {row.id} (number {row.seq}) is not as it was sealed"
            seq, prev = row.seq, row.hash
        if len(rows) < PAGE:
            break
    head = unit.session.execute(select(HEADS).where(HEADS.c.name == CHAIN)).one_or_none()
    if (head.seq, head.hash) != (seq, prev) if head else seq:
        yield f"chain: it ends at number {seq}, its head says {head.seq if head else 0}"
    odd = select(TRANSFERS.c.id).where(TRANSFERS.c.seq.is_(None), not_(TRANSFERS.c.hash.is_(None)))
    for transfer_id in unit.session.execute(odd).scalars():
        yield f"chain: transfer {transfer_id} lost its number"
