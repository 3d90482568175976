"""Giving tokens back: a payment refunded, an award revoked."""

from __future__ import annotations

from sqlalchemy import func, select

from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.events import TokensRefunded
from node.ledger.models import ENTRIES, TRANSFERS
from node.ledger.posting import TREASURY, Hand, Leg
from node.ledger.settings import Settings
from node.ledger.values import Memo, Portion, Posted


def refund(unit: Unit, transfer_id: str, original_id: str, amount: int, memo: Memo | None = None) -> Posted:
    """Give back `amount` tokens of the payment `original_id`, under an id of its own. They return to lots of their
    first last day (`rules.refund_day`), never to a fresh lot; what expires last comes back first. They come from
    where the payment went, or from the treasury if that account no longer holds them.

    Raises Invalid, NotFound (`ledger.transfer-unknown`), Conflict (`ledger.conflict`; `ledger.refund-too-much` with
    `left`; `ledger.treasury-short`).
    """
    rules.check_amount(amount)
    rules.check_id(original_id)
    wallet_id = _account_of(unit, original_id, "spend", "ledger.not-a-payment")
    asked = posting.draft("refund", transfer_id, amount, memo or {}, wallet_id, reverses=original_id)
    hand = Hand(unit)
    owner = posting.lock_holder(hand, wallet_id)
    if first := posting.first_result(hand, asked):
        return first
    spent = posting.own_portions(hand, original_id, wallet_id)
    before = reversed_amount(unit, original_id)
    if amount > (left := rules.total(spent) - before):
        raise Conflict("ledger.refund-too-much", left=left)
    legs = _take_back(unit, hand, asked.id, original_id, spent[0].cls, amount)
    portions = rules.restored(spent, before, amount, unit.today, unit.settings("ledger", Settings).grace_days)
    for portion in portions:
        posting.put(hand, wallet_id, portion)
    posting.write(unit, hand, asked)
    posting.write_entries(hand, asked.id, [*legs, *posting.legs(wallet_id, portions, 1)])
    lots = rules.by_day(portions)
    unit.emit(TokensRefunded(asked.id, original_id, wallet_id, owner, amount, lots))
    return Posted(asked.id, amount, lots)


def correct(unit: Unit, transfer_id: str, original_id: str, memo: Memo) -> Posted:
    """Take back the award `original_id` because its action was revoked: its own lot first, then the wallet's other
    tokens of that class, earliest first; never what a hold protects. `amount` of the answer is what could be taken:
    less than the award, even 0, if it was spent already. An award is corrected once.

    Raises Invalid, NotFound, Conflict (`ledger.conflict`, `ledger.already-corrected`).
    """
    rules.check_id(original_id)
    wallet_id = _account_of(unit, original_id, "award", "ledger.not-an-award")
    hand = Hand(unit)
    posting.lock_holder(hand, wallet_id)
    asked = posting.draft("correct", transfer_id, 0, memo, wallet_id, reverses=original_id)
    if first := posting.first_result(hand, asked):
        return first
    corrected = select(TRANSFERS.c.id).where(TRANSFERS.c.reverses == original_id).limit(1)
    if unit.session.execute(corrected).first():
        raise Conflict("ledger.already-corrected")
    [awarded] = posting.own_portions(hand, original_id, wallet_id)
    _, lots = posting.lock_lots(hand, wallet_id, awarded.cls, unit.today)
    portions = rules.choose(lots, awarded.amount, unit.today, first=awarded)
    taken = rules.total(portions)
    posting.write(unit, hand, posting.with_amount(asked, taken))
    if taken:
        legs = posting.take_all(hand, wallet_id, portions)
        legs += posting.give(hand, TREASURY, asked.id, awarded.cls, taken)
        posting.write_entries(hand, asked.id, legs)
    return Posted(asked.id, taken, rules.by_day(portions))


def reversed_amount(unit: Unit, original_id: str) -> int:
    """How many tokens of a transfer came back already."""
    asked = select(func.coalesce(func.sum(TRANSFERS.c.amount), 0)).where(TRANSFERS.c.reverses == original_id)
    return int(unit.session.execute(asked).scalar_one())


def _account_of(unit: Unit, original_id: str, kind: str, refusal: str) -> str:
    row = unit.session.execute(
        select(TRANSFERS.c.kind, TRANSFERS.c.account_id).where(TRANSFERS.c.id == original_id)
    ).one_or_none()
    if row is None:
        raise NotFound("ledger.transfer-unknown")
    if row.kind != kind:
        raise Invalid(refusal)
    account_id: str = row.account_id
    return account_id


def _take_back(unit: Unit, hand: Hand, transfer_id: str, original_id: str, cls: str, amount: int) -> list[Leg]:
    paid = select(ENTRIES.c.account_id).where(ENTRIES.c.transfer_id == original_id, ENTRIES.c.amount > 0)
    target = unit.session.execute(paid).scalar_one()
    portion = Portion(cls, rules.NEVER, "", amount)
    if target not in rules.shard_ids() and posting.take(hand, target, portion):
        return posting.legs(target, [portion], -1)
    return posting.take_treasury(hand, transfer_id, cls, amount)
