"""What a partner took in a month and is owed for it. A month is closed once it is over: its sums are kept as they were,
under a number that never changes. No line can join a closed month, for lines bear the day they were written.

Clauses: specs/spending.md §7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from node.core.errors import NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.modules.rewards import movements, partnerships, rules
from node.modules.rewards.month_models import Movement, Statement
from node.modules.rewards.sheet import totals_of

_PERIOD = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MONTHS_SHOWN = 60
CLOSED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """Sums of one offer in one class, or of one issuing commune."""

    name: str
    cls: str
    count: int
    charged: int
    refunded: int

    @property
    def net(self) -> int:
        return self.charged - self.refunded


@dataclass(frozen=True, slots=True)
class StatementShown:
    """`number` is empty while the month goes on. `owed_cents`: the plain tokens at what a token is worth to the
    partner; gold is not paid for. `period`: `2026-11`."""

    organisation_id: str
    partner: str
    slug: str
    commune: str
    period: str
    number: str
    services: tuple[Row, ...]
    issuers: tuple[Row, ...]
    worth_cents: int

    @property
    def first(self) -> date:
        return first_of(self.period)

    @property
    def last(self) -> date:
        return last_of(self.period)

    def net(self, cls: str = "token") -> int:
        return sum(row.net for row in self.services if row.cls == cls)

    @property
    def charged(self) -> int:
        return sum(row.charged for row in self.services if row.cls == "token")

    @property
    def refunded(self) -> int:
        return sum(row.refunded for row in self.services if row.cls == "token")

    @property
    def owed_cents(self) -> int:
        return self.net() * self.worth_cents


def first_of(period: str) -> date:
    """Raises NotFound `rewards.period` for anything but `2026-11`."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise NotFound("rewards.period")
    return date(int(found[1]), int(found[2]), 1)


def last_of(period: str) -> date:
    return (first_of(period) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def period_of(day: date) -> str:
    return f"{day:%Y-%m}"


def get(unit: Unit, viewer: Viewer, organisation_id: str, period: str) -> StatementShown:
    """A partner's month: as it was closed, or as it stands while it goes on. Raises Forbidden, NotFound."""
    rules.require_editor(viewer, organisation_id)
    first = first_of(period)
    row = _closed(unit, organisation_id, period)
    if row is not None:
        return _read(row)
    if first > unit.today:
        raise NotFound("rewards.period")
    return _made(unit, organisation_id, period)


def months(unit: Unit, viewer: Viewer, organisation_id: str) -> tuple[StatementShown, ...]:
    """The month that goes on, and the closed ones, the latest first."""
    rules.require_editor(viewer, organisation_id)
    query = select(Statement).where(Statement.organisation_id == organisation_id)
    closed = unit.session.scalars(query.order_by(Statement.period.desc()).limit(MONTHS_SHOWN))
    return (_made(unit, organisation_id, period_of(unit.today)), *(_read(row) for row in closed))


def closed_in(unit: Unit, first: date, last: date) -> tuple[StatementShown, ...]:
    """All partners' closed months between two days, by number."""
    query = select(Statement).where(Statement.period >= period_of(first), Statement.period <= period_of(last))
    return tuple(_read(row) for row in unit.session.scalars(query.order_by(Statement.number)))


def close_months(unit: Unit) -> int:
    """Close months that are over, at most fifty at a time; returns how many. Run again it finds nothing."""
    start = unit.today.replace(day=1)
    query = select(Movement.organisation_id, func.min(Movement.day)).where(Movement.day < start)
    done = 0
    for organisation_id, first in unit.session.execute(query.group_by(Movement.organisation_id)).all():
        day = first.replace(day=1)
        while day < start and done < CLOSED_AT_ONCE:
            done += _close(unit, organisation_id, period_of(day))
            day = (day + timedelta(days=31)).replace(day=1)
    return done


def _close(unit: Unit, organisation_id: str, period: str) -> bool:
    """Months in which nothing moved get no statement."""
    if _closed(unit, organisation_id, period) is not None:
        return False
    made = _made(unit, organisation_id, period)
    if not made.services:
        return False
    counted = select(func.count()).where(Statement.period == period)
    number = f"{period}-{unit.session.execute(counted).scalar_one() + 1:03}"
    row = Statement(id=new_id(), organisation_id=organisation_id, period=period, number=number, closed_at=unit.now)
    row.document = _written(made)
    unit.session.add(row)
    unit.session.flush()
    return True


def _closed(unit: Unit, organisation_id: str, period: str) -> Statement | None:
    query = select(Statement).where(Statement.organisation_id == organisation_id, Statement.period == period)
    return unit.session.execute(query).scalar_one_or_none()


def _made(unit: Unit, organisation_id: str, period: str) -> StatementShown:
    partner = partnerships.of(unit, organisation_id)
    moved = movements.between(unit, organisation_id, first_of(period), last_of(period))
    services = tuple(Row(each.title, each.cls, each.count, each.charged, each.refunded) for each in totals_of(moved))
    names = {commune.host: commune.name for commune in honour.accepted_communes(unit)}
    sums: dict[tuple[str, str], list[int]] = {}
    for each in moved:
        row = sums.setdefault((each.host, each.cls), [0, 0, 0])
        row[0] += each.kind == "charge"
        row[1 if each.kind == "charge" else 2] += each.amount
    issuers = tuple(
        Row(names.get(host, host) if host else unit.node.name, cls, *row) for (host, cls), row in sorted(sums.items())
    )
    return StatementShown(
        organisation_id, partner.name, partner.slug, unit.node.name, period, "", services, issuers, partner.worth_cents
    )


def _written(made: StatementShown) -> dict[str, Any]:
    rows = {
        name: [[row.name, row.cls, row.count, row.charged, row.refunded] for row in getattr(made, name)]
        for name in ("services", "issuers")
    }
    who = {"partner": made.partner, "slug": made.slug, "commune": made.commune, "worth_cents": made.worth_cents}
    return {**who, **rows}


def _read(row: Statement) -> StatementShown:
    kept = row.document
    services, issuers = (tuple(Row(*each) for each in kept[name]) for name in ("services", "issuers"))
    return StatementShown(
        row.organisation_id, kept["partner"], kept["slug"], kept["commune"], row.period, row.number, services,
        issuers, kept["worth_cents"],
    )  # fmt: skip
