"""Reminding people that tokens end (specs/people.md §6): at each distance once, everything that is due in one message.

What was told is a row per person, last day and distance, written with the mail in one transaction, so neither a restart
nor a second process tells it again. Somebody without a mailbox stands on the desk's list; a child's guardians and the
adults of a household are told for the wallet or purse that they look after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from node.accounts import public as accounts
from node.core import mail
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.desk import public as desk
from node.households import public as households
from node.ledger import public as ledger
from node.modules.wallet import letters
from node.modules.wallet.models import MailChoice, Reminder
from node.modules.wallet.settings import Settings

PAGE = 100
FIRST_HOUR, LAST_HOUR = 8, 20
DESK_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Due:
    """Tokens of one account that end on one day, of which nobody was told at this distance."""

    owner_id: str
    kind: str
    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Paged:
    """What one bounded run did. `after`: the account to go on from, None when all were looked at."""

    told: int
    after: str | None


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody whom an agent tells: their tokens by last day."""

    account_id: str
    name: str
    lots: tuple[tuple[date, int], ...]


def remind(unit: Unit, after: str = "") -> Paged:
    """Tell the owners of the next accounts. Nothing at night: nobody wants to be woken by the town hall."""
    days = unit.settings("wallet", Settings).days
    if not days or not FIRST_HOUR <= unit.local(unit.now).hour < LAST_HOUR:
        return Paged(0, None)
    lots = ledger.expiring_lots(unit, unit.today + timedelta(days=max(days)), after=after, limit=PAGE)
    told: dict[str, list[Due]] = {}
    for due in _new(unit, _by_day(lots), days):
        told.setdefault(due.owner_id, []).append(due)
    readers: dict[str, list[Due]] = {}
    for owner_id, dues in told.items():
        addressed = _addressed(unit, owner_id, dues[0].kind)
        way = "desk" if not addressed else "mail" if any(by_mail(unit, each) for each in addressed) else "none"
        _note(unit, dues, days, way)
        for account_id in addressed:
            if by_mail(unit, account_id):
                readers.setdefault(account_id, []).extend(dues)
    for account_id, dues in readers.items():
        _write_to(unit, account_id, dues)
    ids = sorted({lot.account_id for lot in lots})
    return Paged(len(told), ids[-1] if len(ids) == PAGE else None)


def _by_day(lots: Sequence[ledger.Expiring]) -> list[Due]:
    found = []
    tokens = [lot for lot in lots if lot.cls == "token"]
    for (owner_id, kind, day), same in groupby(tokens, key=lambda lot: (lot.owner_id, lot.kind, lot.expiry_day)):
        found.append(Due(owner_id, kind, day, sum(lot.amount for lot in same)))
    return found


def _new(unit: Unit, dues: Sequence[Due], days: Sequence[int]) -> list[Due]:
    """Those that nobody was told of yet at the distance where they are now."""
    owners = sorted({due.owner_id for due in dues})
    known = select(Reminder.owner_id, Reminder.expiry_day, Reminder.days_before).where(Reminder.owner_id.in_(owners))
    seen = {tuple(row) for row in unit.session.execute(known)} if owners else set()
    return [due for due in dues if (due.owner_id, due.day, _distance(unit, due.day, days)) not in seen]


def _distance(unit: Unit, day: date, days: Sequence[int]) -> int:
    """The smallest of the distances that a day has come within."""
    return next(each for each in days if (day - unit.today).days <= each)


def _note(unit: Unit, dues: Sequence[Due], days: Sequence[int], way: str) -> None:
    """Told at this distance means told at the longer ones too: what was missed is not made up for."""
    insert = postgresql.insert if unit.session.connection().dialect.name == "postgresql" else sqlite.insert
    for due in dues:
        here = _distance(unit, due.day, days)
        for distance in (each for each in days if each >= here):
            row = {"owner_id": due.owner_id, "expiry_day": due.day, "days_before": distance, "amount": due.amount}
            shown = way if distance == here else "none"
            unit.session.execute(insert(Reminder).values(**row, way=shown, at=unit.now).on_conflict_do_nothing())


def _addressed(unit: Unit, owner_id: str, kind: str) -> tuple[str, ...]:
    """Who has a mailbox among those who look after an account."""
    people = households.adults_of(unit, owner_id) if kind == "household" else (owner_id,)
    if kind == "wallet":
        people = households.guardians_of(unit, owner_id) or people
    found = [accounts.account_summary(unit, each) for each in people]
    return tuple(person.id for person in found if person and person.state == "active" and person.email)


def _write_to(unit: Unit, account_id: str, dues: Sequence[Due]) -> None:
    person = accounts.account_summary(unit, account_id)
    assert person is not None, "the person was just found"
    assert person.email is not None, "the person has an address"
    lines = []
    for due in sorted(dues, key=lambda due: (due.day, due.owner_id)):
        whose = ""
        if due.kind == "household":
            whose = households.household_name(unit, account_id)
        elif due.owner_id != account_id:
            child = accounts.account_summary(unit, due.owner_id)
            whose = child.given_name if child else ""
        lines.append((due.day, due.amount, whose))
    subject, body = letters.reminder(person.locale, unit.node, person.given_name, lines)
    mail.queue(unit, person.email, subject, body)


def by_mail(unit: Unit, account_id: str) -> bool:
    """Whether somebody wants reminders by mail."""
    row = unit.session.get(MailChoice, account_id)
    return row is None or row.by_mail


def choose(unit: Unit, account_id: str, *, by_mail: bool) -> None:
    row = unit.session.get(MailChoice, account_id)
    if row is None:
        unit.session.add(MailChoice(account_id=account_id, by_mail=by_mail))
    else:
        row.by_mail = by_mail
    unit.session.flush()


def to_tell(unit: Unit) -> tuple[ToTell, ...]:
    """Whom an agent should tell, whose tokens end first first; only tokens that have not ended."""
    wanted = select(Reminder).where(Reminder.way == "desk", Reminder.expiry_day >= unit.today)
    rows = unit.session.execute(wanted.order_by(Reminder.expiry_day, Reminder.owner_id).limit(DESK_LIMIT)).scalars()
    lots: dict[str, dict[date, int]] = {}
    for row in rows:
        lots.setdefault(row.owner_id, {})[row.expiry_day] = row.amount
    found = []
    for owner_id, days in lots.items():
        person = accounts.account_summary(unit, owner_id)
        if person is not None and person.state == "active":
            found.append(ToTell(owner_id, person.full_name, tuple(sorted(days.items()))))
    return tuple(found)


def told_at_desk(unit: Unit, agent: Viewer, account_id: str) -> None:
    """An agent has told somebody, or sent the letter. Raises Forbidden."""
    desk.write_by_agent(unit, agent, account_id, "desk.reminded", "reminder")
    waiting = update(Reminder).where(Reminder.owner_id == account_id, Reminder.way == "desk")
    unit.session.execute(waiting.values(way="told"))


def forget_old(unit: Unit) -> None:
    """Drop what was told about days long past."""
    unit.session.execute(delete(Reminder).where(Reminder.expiry_day < unit.today - timedelta(days=90)))
