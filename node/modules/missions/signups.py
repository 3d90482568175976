"""Coming along: sign up, wait, leave. Places are counted inside the transaction, so they cannot be given twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import func, select

from node.core.errors import NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.desk import public as desk
from node.modules.missions import notices, people, rules, service
from node.modules.missions.models import Mission, Shift, Signup
from node.modules.missions.rules import SignupState

Act: TypeAlias = "Callable[[Unit, str, str], SignupResult]"


@dataclass(frozen=True, slots=True)
class SignupResult:
    """What became of a sign-up. `position` in the waiting list counts from 1; 0 for somebody who has a place."""

    signup_id: str
    mission_id: str
    shift_id: str
    state: SignupState
    position: int = 0


def sign_up(unit: Unit, account_id: str, shift_id: str) -> SignupResult:
    """Take a place, or one in the waiting list. Doing it again answers the same and changes nothing.

    Raises NotFound `missions.shift-unknown`, Conflict `missions.closed` or `missions.over`, Forbidden
    `missions.too-young`.
    """
    shift, mission = find_shift(unit, shift_id)
    signup = find_signup(unit, shift_id, account_id)
    if signup is None or signup.state not in rules.LIVE:
        rules.check_open_for_signup(mission.state, shift.ends_at, shift.cancelled_at, unit.now)
        people.check_age(unit, account_id, mission.minimum_age, unit.local(shift.starts_at).date())
        full = seated(unit, shift_id) >= shift.places
        signup = place(unit, shift_id, account_id, signup, "wait" if full else "register")
        notices.signed_up(unit, mission, shift, account_id, waiting=full)
    return result_of(unit, mission, signup)


def act_for(unit: Unit, viewer: Viewer, account_id: str, shift_id: str, *, leaving: bool) -> SignupResult:
    """A guardian for a child, or an agent for whoever stands at the desk. Raises Forbidden `desk.not-for-them`, and as
    `sign_up` and `leave`."""
    acting = desk.require_acting(unit, viewer, account_id)
    _shift, mission = find_shift(unit, shift_id)
    desk.note(unit, viewer, acting, "desk.left" if leaving else "desk.signed-up", mission.title)
    return (leave if leaving else sign_up)(unit, account_id, shift_id)


def leave(unit: Unit, account_id: str, shift_id: str) -> SignupResult:
    """Give the place back, before it begins; the first who waits gets it.

    Raises NotFound for somebody who never signed up, Conflict `missions.begun` or `missions.signup-state`.
    """
    shift, mission = find_shift(unit, shift_id)
    signup = find_signup(unit, shift_id, account_id)
    if signup is None:
        raise NotFound("missions.not-signed-up")
    if signup.state == "cancelled":
        return result_of(unit, mission, signup)
    rules.check_can_leave(shift.starts_at, unit.now)
    signup.state = rules.next_signup_state(signup.state, "leave")
    unit.session.flush()
    service.promote(unit, mission, shift)
    return result_of(unit, mission, signup)


def find_shift(unit: Unit, shift_id: str) -> tuple[Shift, Mission]:
    """A slot and its mission. Raises NotFound."""
    shift = unit.session.get(Shift, shift_id)
    if shift is None:
        raise NotFound("missions.shift-unknown")
    return shift, service.find(unit, shift.mission_id)


def find_signup(unit: Unit, shift_id: str, account_id: str) -> Signup | None:
    query = select(Signup).where(Signup.shift_id == shift_id, Signup.account_id == account_id)
    return unit.session.scalars(query).one_or_none()


def states_of(unit: Unit, shift_ids: Sequence[str], account_ids: Sequence[str]) -> dict[tuple[str, str], str]:
    """(slot, person) → the state of a sign-up, for those that there are."""
    query = select(Signup.shift_id, Signup.account_id, Signup.state)
    query = query.where(Signup.shift_id.in_(shift_ids), Signup.account_id.in_(account_ids))
    return {(shift_id, account_id): state for shift_id, account_id, state in unit.session.execute(query)}


def seated(unit: Unit, shift_id: str) -> int:
    """How many of the places are taken."""
    query = select(func.count()).where(Signup.shift_id == shift_id, Signup.state.in_(rules.SEATED))
    return unit.session.scalars(query).one()


def place(unit: Unit, shift_id: str, account_id: str, signup: Signup | None, action: str) -> Signup:
    """Write the row of a person for a slot, new or again. An old row keeps its id and joins at the end of the line."""
    state = rules.next_signup_state(signup.state if signup else "none", action)
    if signup is None:
        signup = Signup(id=new_id(), shift_id=shift_id, account_id=account_id)
        unit.session.add(signup)
    signup.state = state
    signup.at = unit.now
    signup.reminded_at = None
    unit.session.flush()
    return signup


def result_of(unit: Unit, mission: Mission, signup: Signup) -> SignupResult:
    position = 0
    if signup.state == "waiting":
        line = [other.id for other in service.signups_of(unit, signup.shift_id) if other.state == "waiting"]
        position = line.index(signup.id) + 1
    return SignupResult(signup.id, mission.id, signup.shift_id, rules.as_signup_state(signup.state), position)
