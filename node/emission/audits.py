"""Audits drawn by lot: the seed is fixed by the ledger when the month is over, so nobody chooses whom to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import rules
from node.emission.models import Audit, Award, Draw
from node.emission.settings import Settings
from node.ledger import public as ledger
from node.organisations import public as organisations

SHOWN = 200


@dataclass(frozen=True, slots=True)
class DrawShown:
    period: str
    seq: int
    seed: str
    candidates: int
    percent: int
    audited: int
    drawn_at: datetime

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.period}-01")


@dataclass(frozen=True, slots=True)
class AuditShown:
    """One award to look at. `own`: the reader certified it or got it, somebody else must look."""

    award_id: str
    period: str
    title: str
    resident: str
    certifier: str
    second: str
    organisation: str
    day: date
    amount: int
    minutes: int
    state: str
    finding: str
    note: str
    auditor: str
    recorded_at: datetime | None
    own: bool


def draw(unit: Unit) -> str:
    """Draw the month that ended last, once its transfers are sealed; returns its period, empty when there is nothing
    to do. A month is drawn once (specs/emission.md §6.2)."""
    first, last = rules.month_before(unit.today)
    period = f"{first:%Y-%m}"
    if unit.session.get(Draw, period) is not None:
        return ""
    percent = unit.settings("emission", Settings).audit_percent
    ended = datetime.combine(unit.today.replace(day=1), time(), tzinfo=ZoneInfo(unit.node.timezone))
    seal = ledger.sealed_before(unit, ended)
    if seal is None or not percent:
        return ""
    candidates = _candidates(unit, first, last)
    unit.session.add(
        Draw(
            period=period, seq=seal.seq, seed=seal.hash, candidates=len(candidates), percent=percent, drawn_at=unit.now
        )
    )
    unit.session.flush()
    for place, award_id in enumerate(rules.drawn(seal.hash, candidates, percent), 1):
        unit.session.add(Audit(award_id=award_id, period=period, place=place, finding="", note=""))
    unit.session.flush()
    return period


def _candidates(unit: Unit, first: date, last: date) -> tuple[str, ...]:
    """Awards of those days that were paid, whatever became of them since."""
    wanted = select(Award.id).where(Award.day.between(first, last), Award.transfer_id != "")
    return tuple(unit.session.scalars(wanted.order_by(Award.id)))


def published(unit: Unit, period: str) -> tuple[DrawShown, tuple[str, ...], tuple[str, ...]]:
    """A draw with the lots of all candidates and of those drawn, so that anybody can compare: a lot says nothing about
    anyone. Raises NotFound."""
    row = unit.session.get(Draw, period)
    if row is None:
        raise NotFound("emission.draw-unknown")
    first = date.fromisoformat(f"{period}-01")
    everybody = _candidates(unit, first, rules.last_of_month(first))
    audited = unit.session.scalars(select(Audit.award_id).where(Audit.period == period).order_by(Audit.place))
    lots = tuple(sorted(rules.lot(row.seed, award_id) for award_id in everybody))
    return _draw(unit, row), lots, tuple(rules.lot(row.seed, award_id) for award_id in audited)


def record(unit: Unit, viewer: Viewer, award_id: str, finding: str, note: str) -> None:
    """What the auditor found; it is written once. Raises Forbidden, NotFound, Conflict, Invalid."""
    if not viewer.roles & rules.SIGNERS:
        raise Forbidden("core.forbidden")
    row = unit.session.get(Audit, award_id, with_for_update=True)
    award = unit.session.get(Award, award_id)
    if row is None or award is None:
        raise NotFound("emission.audit-unknown")
    if viewer.account_id in (award.certifier_id, award.account_id, award.second_id):
        raise Forbidden("emission.own-audit")
    if row.finding:
        raise Conflict("emission.state")
    if finding not in rules.FINDINGS:
        raise Invalid("emission.finding", field="finding")
    row.note = rules.check_note(note)
    row.finding, row.auditor_id, row.recorded_at = finding, viewer.account_id, unit.now
    unit.session.flush()
    audit.record(unit, viewer.account_id or "", "emission.audit-recorded", award.account_id, finding=finding)


def open_count(unit: Unit) -> int:
    return unit.session.scalars(select(func.count()).select_from(Audit).where(Audit.finding == "")).one()


def draws(unit: Unit) -> tuple[DrawShown, ...]:
    """The latest first."""
    rows = unit.session.scalars(select(Draw).order_by(Draw.period.desc()).limit(24))
    return tuple(_draw(unit, row) for row in rows)


def _draw(unit: Unit, row: Draw) -> DrawShown:
    audited = unit.session.scalars(select(func.count()).select_from(Audit).where(Audit.period == row.period)).one()
    return DrawShown(row.period, row.seq, row.seed, row.candidates, row.percent, audited, row.drawn_at)


def listing(unit: Unit, viewer_id: str) -> tuple[AuditShown, ...]:
    """What waits first, then the latest."""
    wanted = (
        select(Audit, Award)
        .join(Award, Award.id == Audit.award_id)
        .order_by(Audit.finding != "", Audit.period.desc(), Audit.place)
        .limit(SHOWN)
    )
    rows = unit.session.execute(wanted).all()
    people: set[str] = set()
    for row, award in rows:
        people |= {award.account_id, award.certifier_id, award.second_id or "", row.auditor_id or ""}
    names = accounts.names(unit, people)
    groups = organisations.names(unit, {award.organisation_id for _row, award in rows})
    return tuple(
        AuditShown(
            award.id, row.period, award.title, names.get(award.account_id, ""), names.get(award.certifier_id, ""),
            names.get(award.second_id or "", ""), groups.get(award.organisation_id, unit.node.name), award.day,
            award.amount, award.minutes, award.state, row.finding, row.note, names.get(row.auditor_id or "", ""),
            row.recorded_at, viewer_id in (award.certifier_id, award.account_id, award.second_id),
        )
        for row, award in rows
    )  # fmt: skip
