"""Awards as pages show them: one's own, those that wait for a second signature, and all of them for agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from node.accounts import public as accounts
from node.core.errors import NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import rules
from node.emission.awarding import earned
from node.emission.models import Award
from node.emission.settings import Settings
from node.organisations import public as organisations

PAGE = 50


@dataclass(frozen=True, slots=True)
class AwardShown:
    """One award in names. `blocked`: key of why the reader cannot sign it, empty if they can."""

    id: str
    title: str
    kind: str
    resident: str
    certifier: str
    second: str
    organisation: str
    minutes: int
    asked: int
    amount: int
    reason: str
    state: str
    day: date
    at: datetime
    expiry_day: date | None
    ended_by: str
    ended_at: datetime | None
    note: str
    taken: int
    lost: int
    blocked: str


@dataclass(frozen=True, slots=True)
class Cap:
    """How far somebody is from a cap. `period`: week, month or year."""

    period: str
    most: int
    earned: int


def mine(unit: Unit, account_id: str) -> tuple[AwardShown, ...]:
    """Somebody's latest awards."""
    wanted = select(Award).where(Award.account_id == account_id).order_by(Award.at.desc(), Award.id).limit(PAGE)
    return _shown(unit, unit.session.scalars(wanted).all(), account_id)


def caps(unit: Unit, account_id: str) -> tuple[Cap, ...]:
    """The commune's caps and what somebody earned under each."""
    settings = unit.settings("emission", Settings)
    found = {"week": settings.cap_week, "month": settings.cap_month, "year": settings.cap_year}
    return tuple(Cap(name, cap, earned(unit, account_id, name)) for name, cap in found.items() if cap)


def waiting(unit: Unit, viewer: Viewer) -> tuple[AwardShown, ...]:
    """What waits for a second signature where the reader may know of it, the oldest first."""
    wanted = select(Award).where(Award.state == "waiting").order_by(Award.at, Award.id).limit(PAGE)
    if not viewer.roles & rules.SIGNERS:
        wanted = wanted.where(Award.organisation_id.in_([m.organisation_id for m in viewer.memberships]))
    return _shown(unit, unit.session.scalars(wanted).all(), viewer.account_id or "")


def waiting_count(unit: Unit, viewer: Viewer) -> int:
    """How many of those the reader could sign."""
    return sum(not award.blocked for award in waiting(unit, viewer))


def listing(unit: Unit, *, words: str = "", page: int = 1) -> tuple[tuple[AwardShown, ...], int]:
    """All awards, the latest first, and how many there are. `words`: in a title."""
    wanted, counted = select(Award), select(func.count()).select_from(Award)
    if words:
        found = or_(Award.title.icontains(words, autoescape=True), Award.id == words)
        wanted, counted = wanted.where(found), counted.where(found)
    total = unit.session.scalars(counted).one()
    rows = unit.session.scalars(wanted.order_by(Award.at.desc(), Award.id).limit(PAGE).offset((page - 1) * PAGE)).all()
    return _shown(unit, rows, ""), total


def get(unit: Unit, award_id: str, viewer: Viewer) -> AwardShown:
    """Raises NotFound."""
    row = unit.session.get(Award, award_id)
    if row is None:
        raise NotFound("emission.award-unknown")
    return _shown(unit, [row], viewer.account_id or "")[0]


def _shown(unit: Unit, rows: Sequence[Award], viewer_id: str) -> tuple[AwardShown, ...]:
    people: set[str] = set()
    for row in rows:
        people |= {row.account_id, row.certifier_id, row.second_id or "", row.ended_by or ""}
    names = accounts.names(unit, people)
    groups = organisations.names(unit, {row.organisation_id for row in rows})
    return tuple(
        AwardShown(
            row.id, row.title, row.kind, names.get(row.account_id, ""), names.get(row.certifier_id, ""),
            names.get(row.second_id or "", ""), groups.get(row.organisation_id, unit.node.name), row.minutes,
            row.asked, row.amount, row.reason, row.state, row.day, row.at, row.expiry_day,
            names.get(row.ended_by or "", ""), row.ended_at, row.note, row.taken, row.lost,
            _blocked(row, viewer_id),
        )
        for row in rows
    )  # fmt: skip


def _blocked(row: Award, viewer_id: str) -> str:
    if row.account_id == viewer_id:
        return "emission.own-award"
    return "emission.same-signer" if row.certifier_id == viewer_id else ""
