"""Making and destroying tokens: what the council voted."""

from __future__ import annotations

from node.core.errors import DomainError
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.accounts import open_treasury
from node.ledger.posting import Hand
from node.ledger.values import Memo, Portion, Posted


def mint(unit: Unit, transfer_id: str, amount: int, memo: Memo, *, cls: str = "token") -> Posted:
    """Make `amount` tokens (1..1,000,000,000) in the treasury, over the shards in use. Raises Invalid, Conflict."""
    rules.check_amount(amount, rules.MINT_LIMIT)
    rules.check_class(cls)
    asked = posting.draft("mint", transfer_id, amount, memo, None, cls=cls)
    hand = Hand(unit)
    if first := posting.begin(unit, hand, asked):
        return first
    open_treasury(unit)
    shards = rules.shard_ids() if hand.postgres else rules.shard_ids()[:1]
    each, rest = divmod(amount, len(shards))
    legs = []
    for number, shard in enumerate(shards):
        if part := each + (number < rest):
            portion = Portion(cls, rules.NEVER, "", part)
            posting.put(hand, shard, portion)
            legs += posting.legs(shard, [portion], 1)
    posting.write_entries(hand, asked.id, legs)
    return Posted(asked.id, amount)


def destroy(unit: Unit, transfer_id: str, amount: int, memo: Memo, *, cls: str = "token") -> Posted:
    """Take `amount` tokens out of the treasury and out of existence. Raises Invalid, Conflict (`ledger.treasury-short`
    if it has fewer)."""
    rules.check_amount(amount, rules.MINT_LIMIT)
    rules.check_class(cls)
    asked = posting.draft("destroy", transfer_id, amount, memo, None, cls=cls)
    hand = Hand(unit)
    if first := posting.begin(unit, hand, asked):
        return first
    try:
        legs = posting.take_treasury(hand, asked.id, cls, amount)
    except DomainError:
        posting.forget(hand, asked)
        raise
    posting.write_entries(hand, asked.id, legs)
    return Posted(asked.id, amount)
