"""Spending, and moving tokens between the commune's own books."""

from __future__ import annotations

from collections.abc import Sequence

from node.core.errors import Conflict, Invalid
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.events import TokensSpent
from node.ledger.posting import TREASURY, Draft, Hand
from node.ledger.values import Memo, Portion, Posted


def spend(
    unit: Unit, transfer_id: str, wallet_id: str, amount: int, *, to: str = TREASURY, memo: Memo, cls: str = "token"
) -> Posted:
    """Pay from a wallet, earliest last day first, what no hold protects. `to`: `TREASURY`, or the id of an owed,
    partner or suspense account.

    Raises Invalid, NotFound, Conflict (`ledger.conflict`; `ledger.short` with `missing`).
    """
    rules.check_amount(amount)
    rules.check_class(cls)
    asked = posting.draft("spend", transfer_id, amount, memo, wallet_id, to=to, cls=cls)
    hand, today = Hand(unit), unit.today
    posting.check_target(hand, to)
    owner, lots = posting.lock_lots(hand, wallet_id, cls, today)
    portions = rules.choose(lots, amount, today)
    if (missing := amount - rules.total(portions)) > 0:
        if first := posting.first_result(hand, asked):
            return first
        raise Conflict("ledger.short", missing=missing)
    if first := posting.begin(unit, hand, asked):
        return first
    return settle_payment(unit, hand, asked, owner, portions, to, memo)


def settle_payment(
    unit: Unit, hand: Hand, asked: Draft, owner: str, portions: Sequence[Portion], to: str, memo: Memo
) -> Posted:
    """The effect of a payment whose row is written and whose tokens were chosen under the account's lock."""
    assert asked.account_id is not None
    legs = posting.take_all(hand, asked.account_id, portions)
    legs += posting.give(hand, to, asked.id, portions[0].cls, asked.amount)
    posting.write_entries(hand, asked.id, legs)
    lots = rules.by_day(portions)
    unit.emit(TokensSpent(asked.id, asked.account_id, owner, asked.amount, to, lots, memo))
    return Posted(asked.id, asked.amount, lots)


def transfer_between(
    unit: Unit, transfer_id: str, source: str, target: str, amount: int, memo: Memo, *, cls: str = "token"
) -> Posted:
    """Move tokens between owed, partner and suspense accounts and the treasury (`TREASURY`), as at a settlement.

    Raises Invalid, NotFound, Conflict (`ledger.conflict`, `ledger.short`, `ledger.treasury-short`).
    """
    rules.check_amount(amount, rules.MINT_LIMIT)
    rules.check_class(cls)
    if source == target:
        raise Invalid("ledger.account-kind")
    asked = posting.draft("move", transfer_id, amount, memo, None, source=source, target=target, cls=cls)
    hand = Hand(unit)
    posting.check_target(hand, source)
    posting.check_target(hand, target)
    if first := posting.first_result(hand, asked):
        return first
    if source == TREASURY:
        legs = posting.take_treasury(hand, asked.id, cls, amount)
    else:
        portion = Portion(cls, rules.NEVER, "", amount)
        if not posting.take(hand, source, portion):
            raise Conflict("ledger.short", missing=amount - posting.amount_of(hand, source, cls))
        legs = posting.legs(source, [portion], -1)
    legs += posting.give(hand, target, asked.id, cls, amount)
    posting.write(unit, hand, asked)
    posting.write_entries(hand, asked.id, legs)
    return Posted(asked.id, amount)
