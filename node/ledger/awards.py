"""Awarding tokens for a certified action."""

from __future__ import annotations

from node.core.errors import DomainError, Invalid
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.events import TokensAwarded
from node.ledger.posting import Hand
from node.ledger.settings import Settings
from node.ledger.values import Memo, Portion, Posted

FUNDER_LIMIT = 64


def award(
    unit: Unit, transfer_id: str, wallet_id: str, amount: int, memo: Memo, *, cls: str = "token", funder: str = "",
    validity_months: int | None = None,
) -> Posted:  # fmt: skip
    """Move tokens from the treasury into a wallet's lot of today's award, valid `validity_months` from today (None: as
    the settings say).

    Raises Invalid (amount, memo, class, kind of account), NotFound (no such account), Conflict (`ledger.conflict`;
    `ledger.treasury-short` with `missing`).
    """
    rules.check_amount(amount)
    rules.check_class(cls)
    if len(funder) > FUNDER_LIMIT:
        raise Invalid("ledger.memo")
    asked = posting.draft("award", transfer_id, amount, memo, wallet_id, cls=cls, funder=funder)
    hand = Hand(unit)
    owner = posting.lock_holder(hand, wallet_id)
    if first := posting.begin(unit, hand, asked):
        return first
    try:
        legs = posting.take_treasury(hand, asked.id, cls, amount)
    except DomainError:
        posting.forget(hand, asked)
        raise
    months = validity_months or unit.settings("ledger", Settings).validity_months
    day = rules.expiry_day(unit.today, months)
    portion = Portion(cls, day, funder, amount)
    posting.put(hand, wallet_id, portion)
    posting.write_entries(hand, asked.id, [*legs, *posting.legs(wallet_id, [portion], 1)])
    lots = ((day, amount),)
    unit.emit(TokensAwarded(asked.id, wallet_id, owner, amount, cls, lots, memo))
    return Posted(asked.id, amount, lots)
