"""The purse of a household: tokens that members put in and take out, each with its last day (specs/people.md §4)."""

from __future__ import annotations

from sqlalchemy import func, select

from node.core.errors import Conflict
from node.core.unit import Unit
from node.households import guardians, rules
from node.households.membership import member_of, require_adult
from node.households.models import Member, Taking
from node.ledger import public as ledger

MEMO = {"kind": "purse"}


def put_in(unit: Unit, transfer_id: str, account_id: str, amount: int) -> ledger.Posted:
    """Put tokens of one's own into the purse. What is in there is everybody's: nobody takes it along.

    Raises Conflict `households.none`, `ledger.short`, Forbidden `households.adults-only`, Invalid.
    """
    member = require_adult(unit, account_id)
    purse = account_of(unit, member.household_id)
    return ledger.hand_over(unit, transfer_id, ledger.open_wallet(unit, account_id), purse, amount, MEMO)


def take(unit: Unit, transfer_id: str, account_id: str, amount: int) -> ledger.Posted:
    """Take tokens from the purse into one's own wallet, within the week's limit. The same id and amount answer the
    first result. Raises Conflict `households.none`, `households.week-limit` with `left`, `ledger.short`, Invalid."""
    member = member_of(unit, account_id)
    if member is None:
        raise Conflict("households.none")
    purse, wallet = account_of(unit, member.household_id), ledger.open_wallet(unit, account_id)
    if unit.session.get(Taking, transfer_id) is not None:
        return ledger.hand_over(unit, transfer_id, purse, wallet, amount, MEMO)
    left = week_left(unit, member)
    if isinstance(amount, int) and amount > left:
        raise Conflict("households.week-limit", field="amount", left=left)
    posted = ledger.hand_over(unit, transfer_id, purse, wallet, amount, MEMO)
    unit.session.add(Taking(id=transfer_id, member_id=member.id, amount=amount, day=unit.today))
    unit.session.flush()
    return posted


def week_left(unit: Unit, member: Member) -> int:
    """What a member may still take from the purse this week."""
    first = rules.monday(unit.today)
    taken = select(func.coalesce(func.sum(Taking.amount), 0)).where(Taking.member_id == member.id, Taking.day >= first)
    return rules.left_of(member.week_tokens, int(unit.session.execute(taken).scalar_one()))


def account_of(unit: Unit, household_id: str) -> str:
    """The purse's account in the ledger, opened if there is none yet."""
    return ledger.open_account(unit, "household", household_id)


def spendable(unit: Unit, account_id: str) -> int:
    """What a card can pay now: one's own tokens, what one may take from the purse, within a child's limits. For read
    units too."""
    wallet_id = ledger.wallet_of(unit, account_id)
    available = ledger.balance(unit, wallet_id).available if wallet_id else 0
    member = member_of(unit, account_id)
    if member is not None:
        available += min(week_left(unit, member), _in_purse(unit, member.household_id))
    if guardians.is_child(unit, account_id):
        available = min(available, guardians.limits_of(unit, account_id).left)
    return available


def before_payment(unit: Unit, payment_id: str, account_id: str, amount: int) -> None:
    """To be called in the transaction of a payment or hold, before the ledger's: a child's limits are kept, and what
    the wallet lacks comes out of the purse. `payment_id`: of the payment.

    Raises Conflict `ledger.short` for a child beyond its limits: whoever is paid learns no more than that.
    """
    wallet_id = ledger.open_wallet(unit, account_id)
    if guardians.is_child(unit, account_id) and amount > (left := guardians.limits_of(unit, account_id).left):
        raise Conflict("ledger.short", missing=amount - left)
    missing = amount - ledger.balance(unit, wallet_id).available
    member = member_of(unit, account_id) if missing > 0 else None
    if member is None or missing > min(week_left(unit, member), _in_purse(unit, member.household_id)):
        return
    take(unit, f"purse:{payment_id}"[:64], account_id, missing)


def _in_purse(unit: Unit, household_id: str) -> int:
    return ledger.balance(unit, account_of(unit, household_id)).available
