"""What the pages of a household and of a child show."""

from __future__ import annotations

from dataclasses import dataclass

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.unit import Unit
from node.households import guardians, membership, purse, rules
from node.households.guardians import Limits, Ward
from node.ledger import public as ledger

LINES = 20


@dataclass(frozen=True, slots=True)
class MemberShown:
    account_id: str
    name: str
    role: str
    week_tokens: int
    week_left: int


@dataclass(frozen=True, slots=True)
class HouseholdShown:
    """A household as one of its members sees it. `own`: what this member has in their wallet; `lines`: the purse's
    latest movements."""

    name: str
    is_adult: bool
    members: tuple[MemberShown, ...]
    purse: ledger.Balance
    lines: tuple[ledger.Line, ...]
    own: int
    week_left: int


@dataclass(frozen=True, slots=True)
class ChildShown:
    """A child as a guardian sees them."""

    ward: Ward
    available: int
    lots: tuple[ledger.Lot, ...]
    lines: tuple[ledger.Line, ...]
    card: cards.CardShown
    limits: Limits
    guardians: tuple[str, ...]
    in_household: bool
    may_be_brought: bool
    may_invite: bool


def household_of(unit: Unit, account_id: str) -> HouseholdShown | None:
    """The household where somebody is; None if there is none."""
    own = membership.member_of(unit, account_id)
    if own is None:
        return None
    there = membership.members(unit, own.household_id)
    names = accounts.names(unit, [row.account_id for row in there])
    account = purse.account_of(unit, own.household_id)
    wallet = ledger.wallet_of(unit, account_id)
    return HouseholdShown(
        name=membership.household(unit, own.household_id).name,
        is_adult=own.role == "adult",
        members=tuple(
            MemberShown(
                row.account_id, names.get(row.account_id, ""), row.role, row.week_tokens, purse.week_left(unit, row)
            )
            for row in there
        ),
        purse=ledger.balance(unit, account),
        lines=ledger.history(unit, account, limit=LINES),
        own=ledger.balance(unit, wallet).available if wallet else 0,
        week_left=purse.week_left(unit, own),
    )


def child_of(unit: Unit, guardian_id: str, child_id: str) -> ChildShown:
    """A child's page; card and wallet are made at the first look, so this is a write. Raises Forbidden."""
    guardians.require_guardian(unit, guardian_id, child_id)
    ward = next(each for each in guardians.wards_of(unit, guardian_id) if each.account_id == child_id)
    wallet = ledger.open_wallet(unit, child_id)
    balance = ledger.balance(unit, wallet)
    answering = guardians.guardians_of(unit, child_id)
    names = accounts.names(unit, answering)
    own, childs = membership.member_of(unit, guardian_id), membership.member_of(unit, child_id)
    return ChildShown(
        ward=ward,
        available=balance.available,
        lots=balance.lots,
        lines=ledger.history(unit, wallet, limit=LINES),
        card=cards.issue(unit, child_id),
        limits=guardians.limits_of(unit, child_id),
        guardians=tuple(names.get(each, "") for each in answering),
        in_household=own is not None and childs is not None and own.household_id == childs.household_id,
        may_be_brought=own is not None and own.role == "adult" and childs is None,
        may_invite=len(answering) < rules.MOST_GUARDIANS,
    )
