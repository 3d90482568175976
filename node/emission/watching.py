"""Alerts: the same two people too often, and too many certifications at once. They accuse nobody; they ask to look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core import audit
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import rules
from node.emission.models import Alert, Award
from node.emission.settings import Settings
from node.organisations import public as organisations

SHOWN = 200


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One alert in names. kind: pair or burst."""

    id: str
    kind: str
    certifier: str
    resident: str
    organisation: str
    times: int
    since: datetime
    seen_at: datetime
    state: str
    closed_by: str
    closed_at: datetime | None
    note: str
    own: bool


def watch(unit: Unit, row: Award) -> None:
    """Look at an award that was just written beside the ones before it (specs/emission.md §6.1)."""
    settings = unit.settings("emission", Settings)
    if settings.pair_times:
        since = unit.now - timedelta(days=settings.pair_days)
        _look(unit, row, "pair", row.account_id, since, settings.pair_times)
    if settings.burst_times:
        since = unit.now - timedelta(minutes=settings.burst_minutes)
        _look(unit, row, "burst", "", since, settings.burst_times)


def _look(unit: Unit, row: Award, kind: str, account_id: str, since: datetime, most: int) -> None:
    """What an agent has closed is not counted again."""
    same = (Alert.kind == kind, Alert.certifier_id == row.certifier_id, Alert.account_id == account_id)
    closed = unit.session.scalars(select(func.max(Alert.closed_at)).where(*same, Alert.state == "closed")).one()
    since = max(since, closed) if closed else since
    counted = select(func.count(), func.min(Award.at)).where(
        Award.certifier_id == row.certifier_id, Award.at > since, Award.at <= unit.now
    )
    if account_id:
        counted = counted.where(Award.account_id == account_id)
    times, first = unit.session.execute(counted).one()
    if times < most:
        return
    found = unit.session.scalars(select(Alert).where(*same, Alert.state == "open")).one_or_none()
    if found is None:
        found = Alert(
            id=new_id(), kind=kind, certifier_id=row.certifier_id, account_id=account_id,
            organisation_id=row.organisation_id, since=first, state="open", note="", times=times, seen_at=unit.now,
        )  # fmt: skip
        unit.session.add(found)
    found.times, found.seen_at = max(found.times, times), unit.now
    unit.session.flush()


def close(unit: Unit, viewer: Viewer, alert_id: str, note: str) -> None:
    """An agent looked and says what they found. Raises Forbidden for somebody the alert is about, NotFound, Invalid."""
    if not viewer.roles & rules.SIGNERS:
        raise Forbidden("core.forbidden")
    row = unit.session.get(Alert, alert_id, with_for_update=True)
    if row is None:
        raise NotFound("emission.alert-unknown")
    if viewer.account_id in (row.certifier_id, row.account_id):
        raise Forbidden("emission.own-alert")
    if row.state == "closed":
        raise Conflict("emission.state")
    row.note = rules.check_note(note)
    row.state, row.closed_by, row.closed_at = "closed", viewer.account_id, unit.now
    unit.session.flush()
    audit.record(unit, viewer.account_id or "", "emission.alert-closed", row.certifier_id, note=row.note)


def open_count(unit: Unit) -> int:
    return unit.session.scalars(select(func.count()).select_from(Alert).where(Alert.state == "open")).one()


def listing(unit: Unit, viewer_id: str) -> tuple[AlertShown, ...]:
    """Open ones first, then the latest."""
    wanted = select(Alert).order_by(Alert.state.desc(), Alert.seen_at.desc(), Alert.id).limit(SHOWN)
    rows = unit.session.scalars(wanted).all()
    people = (
        {row.certifier_id for row in rows} | {row.account_id for row in rows} | {row.closed_by or "" for row in rows}
    )
    names = accounts.names(unit, people)
    groups = organisations.names(unit, {row.organisation_id for row in rows})
    return tuple(
        AlertShown(
            row.id, row.kind, names.get(row.certifier_id, ""), names.get(row.account_id, ""),
            groups.get(row.organisation_id, unit.node.name), row.times, row.since, row.seen_at, row.state,
            names.get(row.closed_by or "", ""), row.closed_at, row.note,
            viewer_id in (row.certifier_id, row.account_id),
        )
        for row in rows
    )  # fmt: skip
