"""Who is in a household: made by an adult, joined with a code, left, dissolved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.households import guardians, invitations, letters, rules
from node.households.models import Guardianship, Household, Member
from node.households.settings import Settings
from node.ledger import public as ledger

MEMO = {"kind": "purse"}


def create(unit: Unit, account_id: str, name: str) -> str:
    """Make a household with oneself in it. Raises Invalid, Conflict `households.already`, Forbidden."""
    title = rules.normal_name(name)
    _free_adult(unit, account_id)
    household = Household(id=new_id(), name=title, created_at=unit.now)
    unit.session.add(household)
    unit.session.flush()
    ledger.open_account(unit, "household", household.id)
    _seat(unit, household.id, account_id, "adult")
    return household.id


def invite(unit: Unit, account_id: str) -> str:
    """A code for another adult. Raises Conflict `households.none`, Forbidden `households.adults-only`."""
    return invitations.make(unit, "household", require_adult(unit, account_id).household_id, account_id)


def join(unit: Unit, account_id: str, code: str) -> str:
    """Join with a code; answers the household. Raises NotFound `households.code`, Conflict `households.already`,
    `households.full`, Forbidden."""
    _free_adult(unit, account_id)
    household_id = invitations.use(unit, "household", code)
    if household(unit, household_id).dissolved_at is not None:
        raise NotFound("households.code", field="code")
    _seat(unit, household_id, account_id, "adult")
    letters.tell_household(unit, household_id, "joined", besides=account_id, about=account_id)
    return household_id


def bring_child(unit: Unit, guardian_id: str, child_id: str) -> None:
    """A guardian brings a child into their own household. Raises Forbidden, Conflict."""
    guardians.require_guardian(unit, guardian_id, child_id)
    member = require_adult(unit, guardian_id)
    if member_of(unit, child_id) is not None:
        raise Conflict("households.already")
    _seat(unit, member.household_id, child_id, "child")


def take_child_out(unit: Unit, guardian_id: str, child_id: str) -> None:
    """Raises Forbidden, NotFound `households.not-member`."""
    guardians.require_guardian(unit, guardian_id, child_id)
    member = member_of(unit, child_id)
    if member is None:
        raise NotFound("households.not-member")
    member.left_at = unit.now
    unit.session.flush()


def leave(unit: Unit, account_id: str) -> None:
    """Go. What one put into the purse stays in it; the last adult dissolves the household. Children none of whose
    guardians stays go too. Raises Conflict `households.none`."""
    member = member_of(unit, account_id)
    if member is None:
        raise Conflict("households.none")
    others = [row for row in members(unit, member.household_id) if row.id != member.id]
    if member.role == "adult" and not any(row.role == "adult" for row in others):
        dissolve(unit, account_id)
        return
    member.left_at = unit.now
    staying = {row.account_id for row in others if row.role == "adult"}
    for row in others:
        answered_by = guardians.guardians_of(unit, row.account_id)
        if row.role == "child" and account_id in answered_by and not staying & set(answered_by):
            row.left_at = unit.now
    unit.session.flush()
    letters.tell_household(unit, member.household_id, "left", besides=account_id, about=account_id)


def dissolve(unit: Unit, account_id: str) -> dict[str, int]:
    """End the household: what is in the purse is divided evenly among its adults, day by day. Answers account → tokens.
    Raises Conflict `households.none`, Forbidden `households.adults-only`."""
    household_id = require_adult(unit, account_id).household_id
    there = members(unit, household_id)
    adults = [row.account_id for row in there if row.role == "adult"]
    purse = ledger.open_account(unit, "household", household_id)
    wallets = [ledger.open_wallet(unit, adult) for adult in adults]
    shares = ledger.share_out(unit, f"end-{household_id}", purse, wallets, MEMO)
    letters.tell_household(unit, household_id, "dissolved", besides=account_id, about=account_id)
    for row in there:
        row.left_at = unit.now
    household(unit, household_id).dissolved_at = unit.now
    invitations.withdraw(unit, "household", household_id)
    unit.session.flush()
    return dict(zip(adults, shares, strict=True))


def set_week_limit(unit: Unit, account_id: str, member_account_id: str, tokens: int) -> None:
    """What a member may take from the purse each week, set by any adult. Raises Forbidden, NotFound, Invalid."""
    own = require_adult(unit, account_id)
    member = member_of(unit, member_account_id)
    if member is None or member.household_id != own.household_id:
        raise NotFound("households.not-member")
    rules.check_limit(tokens, "tokens")
    member.week_tokens = tokens
    unit.session.flush()


def member_of(unit: Unit, account_id: str) -> Member | None:
    """Somebody's place in the household where they are now."""
    wanted = select(Member).where(Member.account_id == account_id, Member.left_at.is_(None))
    return unit.session.execute(wanted).scalar()


def members(unit: Unit, household_id: str) -> Sequence[Member]:
    """Who is in a household now, the first who came first."""
    wanted = select(Member).where(Member.household_id == household_id, Member.left_at.is_(None))
    return unit.session.execute(wanted.order_by(Member.joined_at, Member.id)).scalars().all()


def household(unit: Unit, household_id: str) -> Household:
    found = unit.session.get(Household, household_id)
    assert found is not None, "the member's foreign key"
    return found


def require_adult(unit: Unit, account_id: str) -> Member:
    """Raises Conflict `households.none`, Forbidden `households.adults-only`."""
    member = member_of(unit, account_id)
    if member is None:
        raise Conflict("households.none")
    if member.role != "adult":
        raise Forbidden("households.adults-only")
    return member


def _free_adult(unit: Unit, account_id: str) -> None:
    age = accounts.age_of(unit, account_id, unit.today)
    if guardians.is_child(unit, account_id) or (age is not None and age < rules.ADULT_AGE):
        raise Forbidden("households.adults-only")
    if member_of(unit, account_id) is not None:
        raise Conflict("households.already")


def _seat(unit: Unit, household_id: str, account_id: str, role: str) -> None:
    if len(members(unit, household_id)) >= rules.MOST_MEMBERS:
        raise Conflict("households.full", most=rules.MOST_MEMBERS)
    week = unit.settings("households", Settings).purse_week_tokens
    row = Member(id=new_id(), household_id=household_id, account_id=account_id, role=role, week_tokens=week)
    row.joined_at = unit.now
    unit.session.add(row)
    unit.session.flush()


def came_of_age(unit: Unit, limit: int) -> tuple[str, ...]:
    """Whose guardians' rights have ended by age, the latest first."""
    wanted = select(Guardianship.child_id, func.max(Guardianship.ended_at)).where(Guardianship.ended_why == "age")
    grouped = wanted.group_by(Guardianship.child_id).order_by(func.max(Guardianship.ended_at).desc()).limit(limit)
    return tuple(row[0] for row in unit.session.execute(grouped))
