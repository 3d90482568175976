"""The books as people read them: the reserve, what circulates, what ends when, where it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from node.core.unit import Unit
from node.emission import acts, districts, rules
from node.emission.rules import Cell
from node.emission.settings import Settings
from node.ledger import public as ledger
from node.organisations import public as organisations

WEEKS = 8
DAYS = 14
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What may be created in a year. `most` 0: no ceiling; `left` None then."""

    year: int
    cls: str
    most: int
    issued: int

    @property
    def left(self) -> int | None:
        return max(0, self.most - self.issued) if self.most else None


@dataclass(frozen=True, slots=True)
class Month:
    """What moved in one month; None where fewer than five people are behind a figure."""

    month: str
    awarded: int | None
    spent: int | None
    expired: int | None
    revoked: int | None

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.month}-01")


@dataclass(frozen=True, slots=True)
class Books:
    """Everything on the page of the reserve. `returned` and `fresh` add up to the reserve; `weeks`: first day → tokens
    that end in it, the last one everything later."""

    supply: ledger.Supply
    gold: ledger.Supply
    returned: int
    fresh: int
    ceilings: tuple[Ceiling, ...]
    days: tuple[tuple[date, int], ...]
    weeks: tuple[tuple[date, int], ...]
    later: int
    months: tuple[Month, ...]
    services: tuple[Cell, ...]
    awarded_by_district: tuple[Cell, ...]
    spent_by_district: tuple[Cell, ...]
    has_districts: bool
    reserve_first: int


def books(unit: Unit) -> Books:
    """The whole page, for residents and administrators alike."""
    since, until = window(unit.today)
    spent = ledger.spending(unit, since, until)
    awarded = ledger.awarded_to(unit, since, until)
    homes = districts.everybody(unit)
    returned, fresh = rules.recirculated(ledger.treasury_days(unit))
    ends = ledger.expiring(unit)
    days, weeks, later = _ends(unit.today, ends)
    settings = unit.settings("emission", Settings)
    return Books(
        supply=ledger.supply(unit),
        gold=ledger.supply(unit, cls="gold"),
        returned=returned,
        fresh=fresh,
        ceilings=ceilings(unit),
        days=days,
        weeks=weeks,
        later=later,
        months=months(unit, since, until),
        services=_named(unit, rules.protected(cells((s.place, s.owner, s.amount) for s in spent))),
        awarded_by_district=rules.protected(cells((homes[who], who, n) for who, n in awarded if who in homes)),
        spent_by_district=rules.protected(
            cells((homes[s.owner], s.owner, s.amount) for s in spent if s.owner in homes)
        ),
        has_districts=bool(districts.names(unit)),
        reserve_first=settings.reserve_first,
    )


def window(today: date) -> tuple[date, date]:
    """The last twelve whole months: what is not over yet is never published, or its changes would speak of people."""
    until = today.replace(day=1) - timedelta(days=1)
    number = until.year * 12 + until.month - MONTHS
    return date(number // 12, number % 12 + 1, 1), until


def ceilings(unit: Unit) -> tuple[Ceiling, ...]:
    """What may still be created this year, per class."""
    year, settings = unit.today.year, unit.settings("emission", Settings)
    most = {"token": settings.yearly_ceiling, "gold": settings.yearly_ceiling_gold}
    return tuple(Ceiling(year, cls, limit, acts.issued_in(unit, year, cls)) for cls, limit in most.items())


def _ends(
    today: date, ends: Iterable[tuple[date, int]]
) -> tuple[tuple[tuple[date, int], ...], tuple[tuple[date, int], ...], int]:
    """By day for two weeks, by week for twelve, and what ends after that."""
    monday = today - timedelta(days=today.weekday())
    days = {today + timedelta(days=number): 0 for number in range(DAYS)}
    weeks = {monday + timedelta(weeks=number): 0 for number in range(WEEKS)}
    later = 0
    for day, amount in ends:
        if day in days:
            days[day] += amount
        first = day - timedelta(days=day.weekday())
        if first in weeks:
            weeks[first] += amount
        else:
            later += amount
    return tuple(days.items()), tuple(weeks.items()), later


def months(unit: Unit, since: date, until: date) -> tuple[Month, ...]:
    """Month by month; a figure about fewer than five people is withheld."""
    found: dict[str, dict[str, int | None]] = {}
    for flow in ledger.flows(unit, since, until):
        shown = flow.amount if len(flow.owners) >= rules.FEWEST_PEOPLE else None
        found.setdefault(flow.month, {})[flow.kind] = shown
    return tuple(
        Month(month, kinds.get("award", 0), kinds.get("spend", 0), kinds.get("expire", 0), kinds.get("correct", 0))
        for month, kinds in sorted(found.items())
    )


def cells(rows: Iterable[tuple[str, str, int]]) -> dict[str, tuple[frozenset[str], int]]:
    """Label → who, how many tokens."""
    people: dict[str, set[str]] = {}
    sums: dict[str, int] = {}
    for label, who, amount in rows:
        people.setdefault(label, set()).add(who)
        sums[label] = sums.get(label, 0) + amount
    return {label: (frozenset(who), sums[label]) for label, who in people.items()}


def _named(unit: Unit, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    names = organisations.names(unit, [cell.label for cell in cells])
    return tuple(Cell(names.get(cell.label, cell.label), cell.people, cell.tokens) for cell in cells)


def by_service(unit: Unit) -> tuple[tuple[str, int, int], ...]:
    """For administrators: place, people, tokens of the year so far, nothing withheld."""
    found = cells(
        (s.place, s.owner, s.amount) for s in ledger.spending(unit, rules.begins("year", unit.today), unit.today)
    )
    names: Mapping[str, str] = organisations.names(unit, list(found))
    rows = [(names.get(label, label), len(who), amount) for label, (who, amount) in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row[2], row[0])))
