"""Children and who answers for them. Rights are read from the child's date of birth and the commune's calendar, so they
end at local midnight whether or not a job has run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Conflict, Forbidden, Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.households import invitations, letters, rules
from node.households.models import ChildLimit, Guardianship
from node.households.settings import Settings
from node.ledger import public as ledger


@dataclass(frozen=True, slots=True)
class Ward:
    """A child as a guardian knows them. `until`: the first day on which guardians have no more say."""

    account_id: str
    given_name: str
    name: str
    birth_date: date
    age: int
    until: date


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may spend, and how much of it is left today and this week."""

    day_tokens: int
    week_tokens: int
    day_left: int
    week_left: int

    @property
    def left(self) -> int:
        return min(self.day_left, self.week_left)


def own_account_age(unit: Unit) -> int:
    return unit.settings("households", Settings).own_account_age


def create_child(
    unit: Unit, guardian_id: str, given_name: str, family_name: str, birth_date: date, *, by: str | None = None
) -> str:
    """A guardian (or, `by`, an agent for them) makes a child's account. Raises Invalid, Conflict."""
    _check_birth_date(unit, birth_date)
    if len(wards_of(unit, guardian_id)) >= rules.MOST_CHILDREN:
        raise Conflict("households.too-many-children", most=rules.MOST_CHILDREN)
    guardian = accounts.account_summary(unit, guardian_id)
    locale = guardian.locale if guardian else "fr"
    child = accounts.create_kept_account(unit, given_name, family_name, birth_date, locale=locale)
    _appoint(unit, child.id, guardian_id)
    audit.record(unit, by or guardian_id, "households.child-created", child.id)
    return child.id


def _check_birth_date(unit: Unit, birth_date: date) -> None:
    accounts.check_birth_date(birth_date, unit.today)
    years = own_account_age(unit)
    if accounts.age_on(birth_date, unit.today) >= years:
        raise Invalid("households.too-old", field="birth_date", years=years)


def appoint(unit: Unit, child_id: str, guardian_id: str, by: str) -> None:
    """Make somebody a guardian of a child that is young enough. Raises Conflict `households.two-guardians`,
    `households.guardian-adult`, Invalid `households.too-old`, `households.birth-date`."""
    child = accounts.account_summary(unit, child_id)
    if child is None or child.birth_date is None or child.state != "active":
        raise Invalid("households.birth-date", field="birth_date")
    _check_birth_date(unit, child.birth_date)
    if guardian_id in guardians_of(unit, child_id):
        return
    _appoint(unit, child_id, guardian_id)
    audit.record(unit, by, "households.guardian-added", child_id)
    letters.tell_guardians(unit, child_id, "guardian-added", besides=by)


def _appoint(unit: Unit, child_id: str, guardian_id: str) -> None:
    age = accounts.age_of(unit, guardian_id, unit.today)
    if guardian_id == child_id or is_child(unit, guardian_id) or (age is not None and age < rules.ADULT_AGE):
        raise Conflict("households.guardian-adult")
    there = select(func.count()).where(Guardianship.child_id == child_id, Guardianship.ended_at.is_(None))
    if unit.session.execute(there).scalar_one() >= rules.MOST_GUARDIANS:
        raise Conflict("households.two-guardians")
    unit.session.add(Guardianship(id=new_id(), child_id=child_id, guardian_id=guardian_id, since=unit.now))
    unit.session.flush()


def invite(unit: Unit, guardian_id: str, child_id: str) -> str:
    """A code for the second guardian. Raises Forbidden, Conflict `households.two-guardians`."""
    require_guardian(unit, guardian_id, child_id)
    if len(guardians_of(unit, child_id)) >= rules.MOST_GUARDIANS:
        raise Conflict("households.two-guardians")
    return invitations.make(unit, "guardian", child_id, guardian_id)


def accept(unit: Unit, account_id: str, code: str) -> str:
    """Become the second guardian of a child; answers the child. Raises NotFound `households.code`, Conflict,
    Invalid."""
    child_id = invitations.use(unit, "guardian", code)
    appoint(unit, child_id, account_id, account_id)
    return child_id


def step_down(unit: Unit, guardian_id: str, child_id: str, *, forced: bool = False) -> None:
    """A guardian goes. The last one stays, unless their account is being closed. Raises Forbidden, Conflict."""
    require_guardian(unit, guardian_id, child_id)
    if not forced and len(guardians_of(unit, child_id)) < rules.MOST_GUARDIANS:
        raise Conflict("households.last-guardian")
    for row in _rows(unit, Guardianship.child_id == child_id, Guardianship.guardian_id == guardian_id):
        row.ended_at, row.ended_why = unit.now, "left"
    unit.session.flush()
    audit.record(unit, guardian_id, "households.guardian-left", child_id)


def set_limits(unit: Unit, guardian_id: str, child_id: str, day_tokens: int, week_tokens: int) -> None:
    """Raises Forbidden, Invalid `households.limit`."""
    require_guardian(unit, guardian_id, child_id)
    rules.check_limit(day_tokens, "day_tokens")
    rules.check_limit(week_tokens, "week_tokens")
    row = unit.session.get(ChildLimit, child_id)
    if row is None:
        row = ChildLimit(child_id=child_id)
        unit.session.add(row)
    row.day_tokens, row.week_tokens = day_tokens, week_tokens
    unit.session.flush()
    audit.record(unit, guardian_id, "households.child-limits", child_id, day=day_tokens, week=week_tokens)


def limits_of(unit: Unit, child_id: str) -> Limits:
    """What a child may still spend; open holds count as spent, refunds give it back."""
    row, usual = unit.session.get(ChildLimit, child_id), unit.settings("households", Settings)
    day = row.day_tokens if row else usual.child_day_tokens
    week = row.week_tokens if row else usual.child_week_tokens
    wallet_id = ledger.wallet_of(unit, child_id)
    if wallet_id is None:
        return Limits(day, week, day, week)
    today = ledger.spent_since(unit, wallet_id, unit.today)
    this_week = ledger.spent_since(unit, wallet_id, rules.monday(unit.today))
    return Limits(day, week, rules.left_of(day, today), rules.left_of(week, this_week))


def guardians_of(unit: Unit, child_id: str) -> tuple[str, ...]:
    """The accounts of a child's guardians today; nobody from the day on which the child is old enough."""
    if not _is_young(unit, child_id):
        return ()
    return tuple(row.guardian_id for row in _rows(unit, Guardianship.child_id == child_id))


def is_child(unit: Unit, account_id: str) -> bool:
    """Whether somebody else answers for this person today."""
    return bool(guardians_of(unit, account_id))


def wards_of(unit: Unit, guardian_id: str) -> tuple[Ward, ...]:
    """The children of a guardian today, the oldest first."""
    found = []
    years = own_account_age(unit)
    for row in _rows(unit, Guardianship.guardian_id == guardian_id):
        child = accounts.account_summary(unit, row.child_id)
        if child is None or child.birth_date is None or child.state != "active":
            continue
        until, age = accounts.birthday(child.birth_date, years), accounts.age_on(child.birth_date, unit.today)
        if unit.today < until:
            found.append(Ward(child.id, child.given_name, child.display_name, child.birth_date, age, until))
    return tuple(sorted(found, key=lambda ward: (ward.birth_date, ward.account_id)))


def require_guardian(unit: Unit, guardian_id: str, child_id: str) -> None:
    """Raises Forbidden `households.not-guardian`."""
    if guardian_id not in guardians_of(unit, child_id):
        raise Forbidden("households.not-guardian")


def grown_up(unit: Unit, limit: int = 100) -> tuple[Guardianship, ...]:
    """Guardianships that the calendar has ended and nobody has noted yet, at most `limit` of those looked at."""
    rows = _rows(unit)
    return tuple(row for row in rows if not _is_young(unit, row.child_id))[:limit]


def _is_young(unit: Unit, account_id: str) -> bool:
    age = accounts.age_of(unit, account_id, unit.today)
    return age is not None and age < own_account_age(unit)


def _rows(unit: Unit, *which: ColumnElement[bool]) -> tuple[Guardianship, ...]:
    wanted = select(Guardianship).where(Guardianship.ended_at.is_(None), *which)
    return tuple(unit.session.execute(wanted.order_by(Guardianship.since, Guardianship.id)).scalars())
