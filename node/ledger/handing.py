"""Tokens that change hands without being spent: into a purse and out of it, with their days; and what is given up when
a holder goes (specs/people.md §3, §4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from node.core.errors import Conflict, Invalid
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.events import TokensExpired
from node.ledger.models import ACCOUNTS, ENTRIES, HOLDS, LOTS, TRANSFERS
from node.ledger.posting import TREASURY, Hand
from node.ledger.values import Expiring, Lot, Memo, Portion, Posted

EXPIRING_LIMIT = 500


def hand_over(
    unit: Unit, transfer_id: str, source: str, target: str, amount: int, memo: Memo, *, cls: str = "token"
) -> Posted:
    """Move tokens between two accounts whose tokens expire, earliest last day first; each keeps its day and funder.

    Raises Invalid, NotFound, Conflict (`ledger.conflict`; `ledger.short` with `missing`).
    """
    rules.check_amount(amount)
    rules.check_class(cls)
    asked = posting.draft("move", transfer_id, amount, memo, source, target=target, cls=cls)
    hand = Hand(unit)
    lots = _locked(hand, source, [target], cls, unit.today)
    if first := posting.first_result(hand, asked):
        return first
    portions = rules.choose(lots, amount, unit.today)
    if (missing := amount - rules.total(portions)) > 0:
        raise Conflict("ledger.short", missing=missing)
    posting.write(unit, hand, asked)
    return _moved(hand, asked.id, source, target, portions)


def share_out(unit: Unit, transfer_id: str, source: str, targets: Sequence[str], memo: Memo) -> tuple[int, ...]:
    """Divide all free tokens of an account among others, each lot evenly; what does not divide goes round, one token
    each. Answers what each got, in their order. Raises Invalid, NotFound. One transfer per target, `transfer_id` and
    its place; for a source that is used no more."""
    got = [0] * len(targets)
    turn = 0
    for cls in sorted(rules.CLASSES):
        hand = Hand(unit)
        shares: list[list[Portion]] = [[] for _ in targets]
        for lot in _locked(hand, source, targets, cls, unit.today):
            each, rest = divmod(lot.free, len(targets))
            for place in range(len(targets)):
                amount = each + ((place - turn) % len(targets) < rest)
                if amount:
                    shares[place].append(Portion(cls, lot.expiry_day, lot.funder, amount))
            turn = (turn + rest) % len(targets)
        for place, portions in enumerate(shares):
            amount = rules.total(portions)
            if amount:
                key = f"{transfer_id}:{cls}:{place}"
                asked = posting.draft("move", key, amount, memo, source, target=targets[place], cls=cls)
                posting.write(unit, hand, asked)
                _moved(hand, asked.id, source, targets[place], portions)
                got[place] += amount
    return tuple(got)


def give_up(unit: Unit, transfer_id: str, account_id: str) -> int:
    """Bring every free token of an account back to the treasury, because its holder goes: tokens that end before their
    day, in the books as expired. What holds protect stays until they are over. Answers how many."""
    given = 0
    for cls in sorted(rules.CLASSES):
        hand = Hand(unit)
        owner, lots = posting.lock_lots(hand, account_id, cls, unit.today)
        portions = [Portion(cls, lot.expiry_day, lot.funder, lot.free) for lot in lots if lot.free]
        if not portions:
            continue
        amount = rules.total(portions)
        asked = posting.draft("expire", f"{transfer_id}:{cls}", amount, {"closed": True}, account_id, cls=cls)
        posting.write(unit, hand, asked)
        legs = posting.take_all(hand, account_id, portions)
        legs += posting.give(hand, TREASURY, asked.id, cls, amount)
        posting.write_entries(hand, asked.id, legs)
        for day, part in rules.by_day(portions):
            unit.emit(TokensExpired(asked.id, account_id, owner, part, day))
        given += amount
    return given


def spent_since(unit: Unit, account_id: str, first_day: date) -> int:
    """What an account paid since a local day, less what came back of it, with what open holds set aside."""
    mine = select(ENTRIES.c.transfer_id).where(ENTRIES.c.account_id == account_id)
    paid = select(func.coalesce(func.sum(TRANSFERS.c.amount), 0)).where(
        TRANSFERS.c.id.in_(mine), TRANSFERS.c.kind == "spend", TRANSFERS.c.day >= first_day
    )
    payments = select(TRANSFERS.c.id).where(
        TRANSFERS.c.id.in_(mine), TRANSFERS.c.kind == "spend", TRANSFERS.c.day >= first_day
    )
    back = select(func.coalesce(func.sum(TRANSFERS.c.amount), 0)).where(
        TRANSFERS.c.kind == "refund", TRANSFERS.c.reverses.in_(payments)
    )
    held = select(func.coalesce(func.sum(HOLDS.c.amount), 0)).where(
        HOLDS.c.account_id == account_id, HOLDS.c.state == "held", HOLDS.c.until > unit.now
    )
    sums = [int(unit.session.execute(asked).scalar_one()) for asked in (paid, back, held)]
    return sums[0] - sums[1] + sums[2]


def expiring_lots(unit: Unit, last_day: date, *, after: str = "", limit: int = EXPIRING_LIMIT) -> tuple[Expiring, ...]:
    """Lots of wallets and purses with free tokens whose last day is from today to `last_day`, of at most `limit`
    accounts, by account id, beyond the account `after`."""
    due = (LOTS.c.expiry_day >= unit.today, LOTS.c.expiry_day <= last_day, LOTS.c.amount > LOTS.c.held)
    accounts = select(LOTS.c.account_id).where(*due, LOTS.c.account_id > after).distinct()
    some = accounts.order_by(LOTS.c.account_id).limit(limit).subquery()
    asked = (
        select(LOTS, ACCOUNTS.c.kind, ACCOUNTS.c.owner)
        .join(ACCOUNTS, ACCOUNTS.c.id == LOTS.c.account_id)
        .where(LOTS.c.account_id.in_(select(some.c.account_id)), *due, ACCOUNTS.c.kind.in_(("wallet", "household")))
        .order_by(LOTS.c.account_id, LOTS.c.expiry_day, LOTS.c.cls, LOTS.c.funder)
    )
    return tuple(
        Expiring(row.account_id, row.kind, row.owner, row.cls, row.expiry_day, row.amount - row.held)
        for row in unit.session.execute(asked)
    )


def _locked(hand: Hand, source: str, targets: Sequence[str], cls: str, today: date) -> list[Lot]:
    """All the accounts locked in the order of their ids; what the source can give."""
    if source in targets:
        raise Invalid("ledger.account-kind")
    for account_id in sorted({source, *targets}):
        posting.lock_holder(hand, account_id)
    return posting.lock_lots(hand, source, cls, today)[1]


def _moved(hand: Hand, transfer_id: str, source: str, target: str, portions: Sequence[Portion]) -> Posted:
    legs = posting.take_all(hand, source, portions)
    for portion in portions:
        posting.put(hand, target, portion)
    posting.write_entries(hand, transfer_id, [*legs, *posting.legs(target, portions, 1)])
    return Posted(transfer_id, rules.total(portions), rules.by_day(portions))
