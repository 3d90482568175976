"""What other parts may ask about households, children and who answers for them. Clauses: specs/people.md §4, §5."""

from __future__ import annotations

from node.accounts import public as accounts
from node.core.unit import Unit
from node.households import membership
from node.households.guardians import (
    Limits,
    Ward,
    appoint,
    create_child,
    guardians_of,
    is_child,
    limits_of,
    own_account_age,
    wards_of,
)
from node.households.purse import before_payment, spendable

__all__ = [
    "Limits", "Ward", "adults_of", "appoint", "before_payment", "create_child", "guardians_of", "household_name",
    "is_child", "join_household", "limits_of", "own_account_age", "same_household", "spendable", "waiting_to_take_over",
    "wards_of",
]  # fmt: skip


def same_household(unit: Unit, a: str, b: str) -> bool:
    """Whether two accounts are one person, are in one household, or one answers for the other; for what nobody should
    decide for their own. Only what people have said themselves is known."""
    if a == b:
        return True
    one, other = membership.member_of(unit, a), membership.member_of(unit, b)
    if one is not None and other is not None and one.household_id == other.household_id:
        return True
    return b in guardians_of(unit, a) or a in guardians_of(unit, b)


def adults_of(unit: Unit, household_id: str) -> tuple[str, ...]:
    """The adults of a household."""
    return tuple(row.account_id for row in membership.members(unit, household_id) if row.role == "adult")


def household_name(unit: Unit, account_id: str) -> str:
    """What the household is called where somebody is; empty if there is none."""
    member = membership.member_of(unit, account_id)
    return membership.household(unit, member.household_id).name if member else ""


def join_household(unit: Unit, account_id: str, code: str) -> str:
    """Join with a code, as on one's own page. Raises as `membership.join`."""
    return membership.join(unit, account_id, code)


def waiting_to_take_over(unit: Unit, limit: int = 100) -> tuple[accounts.AccountSummary, ...]:
    """People old enough for an account of their own, kept for them by guardians until then, who have no address yet."""
    found = []
    for account_id in membership.came_of_age(unit, limit):
        person = accounts.account_summary(unit, account_id)
        if person is not None and person.state == "active" and person.email is None:
            found.append(person)
    return tuple(found)
