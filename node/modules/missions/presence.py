"""The day page: who is expected at each slot, who was certified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from node.core.errors import DomainError
from node.core.unit import Unit
from node.emission import public as emission
from node.modules.missions import people, rules, service
from node.modules.missions.models import Certification, Mission, Shift, Signup
from node.modules.missions.settings import Settings


@dataclass(frozen=True, slots=True)
class Expected:
    """One person on the list. `tokens` and `method` are None and empty until certified; `own`: the viewer's own line,
    which somebody else must certify; `waiting`: the tokens wait for a second signature."""

    signup_id: str
    name: str
    state: str
    tokens: int | None
    method: str
    own: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Roll:
    """The list of one slot. `refusal`: key of the reason why nothing can be certified now, empty when it can."""

    shift_id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    left: int
    refusal: str
    days: int
    people: tuple[Expected, ...]

    @property
    def open(self) -> bool:
        return not self.refusal

    @property
    def certified(self) -> int:
        return sum(person.state == "attended" for person in self.people)


@dataclass(frozen=True, slots=True)
class Attendance:
    """All lists of a mission, for a member of its organisation."""

    mission_id: str
    title: str
    state: str
    tokens: int
    organisation_id: str
    organisation_name: str
    organisation_slug: str
    rolls: tuple[Roll, ...]

    @property
    def current(self) -> Roll | None:
        """The slot a card that is shown now is for: the one that can be certified and began last."""
        return next((roll for roll in reversed(self.rolls) if roll.open), None)


def attendance(unit: Unit, viewer_id: str, mission_id: str) -> Attendance:
    """Raises NotFound, and Forbidden for somebody who is not of the organisation."""
    mission = service.find_for_member(unit, viewer_id, mission_id)
    organisation = people.organisation(unit, mission.organisation_id)
    return Attendance(
        mission_id=mission.id,
        title=mission.title,
        state=mission.state,
        tokens=mission.tokens,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        organisation_slug=organisation.slug,
        rolls=tuple(_roll(unit, viewer_id, mission, shift) for shift in service.live_shifts(unit, mission_id)),
    )


def _roll(unit: Unit, viewer_id: str, mission: Mission, shift: Shift) -> Roll:
    query = (
        select(Signup, Certification)
        .outerjoin(Certification, Certification.signup_id == Signup.id)
        .where(Signup.shift_id == shift.id, Signup.state.in_(rules.LIVE))
        .order_by(Signup.at, Signup.id)
    )
    rows = unit.session.execute(query).all()
    names = people.display_names(unit, [signup.account_id for signup, _done in rows])
    unpaid = emission.waiting_of(unit, [rules.transfer_id(signup.id) for signup, done in rows if done])
    days = unit.settings("missions", Settings).certification_days
    refusal = ""
    try:
        starts_on, ends_on = unit.local(shift.starts_at).date(), unit.local(shift.ends_at).date()
        rules.check_certifiable(mission.state, starts_on, ends_on, unit.today, days)
    except DomainError as error:
        refusal = error.key
    return Roll(
        shift_id=shift.id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        places=shift.places,
        left=rules.places_left(shift.places, sum(signup.state in rules.SEATED for signup, _done in rows)),
        refusal=refusal,
        days=days,
        people=tuple(
            Expected(
                signup_id=signup.id,
                name=names.get(signup.account_id, people.SOMEBODY),
                state=signup.state,
                tokens=done.tokens if done else None,
                method=done.method if done else "",
                own=signup.account_id == viewer_id,
                waiting=rules.transfer_id(signup.id) in unpaid,
            )
            for signup, done in rows
        ),
    )


def to_certify(unit: Unit, organisation_id: str) -> int:
    """How many people still expected at slots that can be certified now."""
    days = unit.settings("missions", Settings).certification_days
    query = (
        select(Shift.starts_at, Shift.ends_at)
        .join(Signup, Signup.shift_id == Shift.id)
        .join(Mission, Mission.id == Shift.mission_id)
        .where(
            Mission.organisation_id == organisation_id,
            Mission.state.in_(("published", "withdrawn")),
            Shift.cancelled_at.is_(None),
            Shift.ends_at > unit.now - timedelta(days=days + 1),
            Shift.starts_at < unit.now + timedelta(days=1),
            Signup.state == "registered",
        )
    )
    rows = unit.session.execute(query).all()
    return sum(
        unit.local(starts_at).date() <= unit.today <= unit.local(ends_at).date() + timedelta(days=days)
        for starts_at, ends_at in rows
    )
