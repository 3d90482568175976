"""Writing a mission: create, change, publish, withdraw, cancel. Only members of its organisation may."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from node.civic.search import folded
from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.emission import public as emission
from node.modules.missions import notices, people, rules
from node.modules.missions.events import MissionChanged, MissionPublished, MissionWithdrawn
from node.modules.missions.models import Mission, Shift, Signup
from node.modules.missions.rules import MissionDraft, ShiftDraft
from node.modules.missions.settings import Settings


def create(unit: Unit, actor_id: str, organisation_id: str, draft: MissionDraft) -> str:
    """A new draft of `organisation_id`, which `actor_id` must be a member of. Returns the mission's id."""
    people.require_member(unit, actor_id, organisation_id)
    _check(unit, draft)
    mission = Mission(
        id=new_id(), organisation_id=organisation_id, state="draft", version=1, created_by=actor_id,
        created_at=unit.now, updated_at=unit.now, published_at=None,
    )  # fmt: skip
    _write(mission, draft)
    unit.session.add(mission)
    for shift in draft.shifts:
        rules.check_shift(shift, unit.now)
        unit.session.add(_new_shift(mission.id, shift))
    unit.session.flush()
    return mission.id


def edit(unit: Unit, actor_id: str, mission_id: str, version: int, draft: MissionDraft) -> int:
    """Replace what the mission says and its slots; returns the new version.

    `version` is that of the page the person filled in: Conflict `core.stale` when somebody was faster. A slot left out
    of the draft is removed; people signed up for it are told by mail. People signed up for a slot whose time or
    place changed are told too.
    """
    mission = find_for_member(unit, actor_id, mission_id)
    if version != mission.version:
        raise Conflict("core.stale")
    _check(unit, draft)
    mission.state = rules.next_mission_state(mission.state, "edit")
    moved = mission.place_name != draft.place_name.strip()
    _write(mission, draft)
    mission.version += 1
    mission.updated_at = unit.now
    _replace_shifts(unit, mission, draft.shifts, moved=moved)
    unit.session.flush()
    if mission.state == "published":
        unit.emit(MissionChanged(mission.id))
    return mission.version


def duplicate(unit: Unit, actor_id: str, mission_id: str) -> str:
    """A new draft with the same words and no slot. Returns its id."""
    source = find_for_member(unit, actor_id, mission_id)
    return create(unit, actor_id, source.organisation_id, draft_of(source, ()))


def publish(unit: Unit, actor_id: str, mission_id: str) -> None:
    """Show it to everybody. It needs a slot that is still to come. Published twice, it stays published."""
    mission = find_for_member(unit, actor_id, mission_id)
    if mission.state == "published":
        return
    mission.state = rules.next_mission_state(mission.state, "publish")
    if not any(shift.ends_at > unit.now for shift in live_shifts(unit, mission_id)):
        raise Invalid("missions.nothing-to-come", field="shifts")
    mission.published_at = mission.published_at or unit.now
    _touch(unit, mission)
    unit.emit(MissionPublished(mission.id))


def withdraw(unit: Unit, actor_id: str, mission_id: str) -> None:
    """Take it off the list. Nobody new can sign up; those who had keep their place and can be certified."""
    mission = find_for_member(unit, actor_id, mission_id)
    if mission.state == "withdrawn":
        return
    mission.state = rules.next_mission_state(mission.state, "withdraw")
    _touch(unit, mission)
    signed_up = [s.account_id for shift in live_shifts(unit, mission_id) for s in signups_of(unit, shift.id)]
    notices.closed_to_others(unit, signed_up)
    unit.emit(MissionWithdrawn(mission.id, cancelled=False))


def cancel(unit: Unit, actor_id: str, mission_id: str, reason: str = "") -> int:
    """It will not take place: everybody signed up for what is to come is told by mail. Returns how many were."""
    mission = find_for_member(unit, actor_id, mission_id)
    if mission.state == "cancelled":
        return 0
    if len(reason) > 500:
        raise Invalid("missions.too-long", field="reason", limit=500)
    was_shown = mission.state == "published"
    mission.state = rules.next_mission_state(mission.state, "cancel")
    _touch(unit, mission)
    told = 0
    for shift in live_shifts(unit, mission_id):
        if shift.ends_at > unit.now:
            told += _cancel_shift(unit, mission, shift, reason)
    if was_shown:
        unit.emit(MissionWithdrawn(mission.id, cancelled=True))
    return told


def find(unit: Unit, mission_id: str) -> Mission:
    """The row. Raises NotFound."""
    mission = unit.session.get(Mission, mission_id)
    if mission is None:
        raise NotFound("missions.unknown")
    return mission


def find_for_member(unit: Unit, actor_id: str, mission_id: str) -> Mission:
    """The row, for a member of its organisation. Raises NotFound or Forbidden."""
    mission = find(unit, mission_id)
    people.require_member(unit, actor_id, mission.organisation_id)
    return mission


def live_shifts(unit: Unit, mission_id: str) -> Sequence[Shift]:
    """Slots that were not cancelled, in order of time."""
    query = select(Shift).where(Shift.mission_id == mission_id, Shift.cancelled_at.is_(None))
    return unit.session.scalars(query.order_by(Shift.starts_at, Shift.id)).all()


def draft_of(mission: Mission, shifts: Sequence[Shift]) -> MissionDraft:
    """The mission as its form shows it."""
    slots = tuple(ShiftDraft(shift.starts_at, shift.ends_at, shift.places, shift.id) for shift in shifts)
    return MissionDraft(
        title=mission.title, summary=mission.summary, description=mission.description, theme=mission.theme,
        place_name=mission.place_name, tokens=mission.tokens, shifts=slots, skills=tuple(mission.skills),
        learning=mission.learning, lat=mission.lat, lon=mission.lon, access=mission.access,
        minimum_age=mission.minimum_age,
    )  # fmt: skip


def _check(unit: Unit, draft: MissionDraft) -> None:
    rules.check_draft(draft, most_tokens=unit.settings("missions", Settings).most_tokens)
    lengths = [rules.minutes_of(shift.starts_at, shift.ends_at) for shift in draft.shifts]
    most = emission.most(unit, "mission", draft.theme, min(lengths)) if lengths else None
    if most is not None and draft.tokens > most:  # what is promised is what will be paid
        raise Invalid("missions.tokens-scale", field="tokens", limit=most)


def _write(mission: Mission, draft: MissionDraft) -> None:
    mission.title = draft.title.strip()
    mission.summary = draft.summary.strip()
    mission.description = draft.description.strip()
    mission.learning = draft.learning.strip()
    mission.theme = draft.theme
    mission.skills = list(draft.skills)
    mission.place_name = draft.place_name.strip()
    mission.lat, mission.lon = draft.lat, draft.lon
    mission.access = draft.access.strip()
    mission.minimum_age = draft.minimum_age
    mission.tokens = draft.tokens
    mission.search_text = folded(mission.title, mission.summary, mission.place_name)


def _touch(unit: Unit, mission: Mission) -> None:
    mission.version += 1
    mission.updated_at = unit.now
    unit.session.flush()


def _new_shift(mission_id: str, draft: ShiftDraft) -> Shift:
    return Shift(
        id=new_id(), mission_id=mission_id, starts_at=draft.starts_at, ends_at=draft.ends_at, places=draft.places
    )


def _replace_shifts(unit: Unit, mission: Mission, drafts: Sequence[ShiftDraft], *, moved: bool) -> None:
    rows = {shift.id: shift for shift in live_shifts(unit, mission.id)}
    kept = {draft.id for draft in drafts if draft.id}
    if kept - set(rows) or len(kept) != sum(bool(draft.id) for draft in drafts):
        raise Conflict("core.stale")
    for shift in rows.values():
        if shift.id not in kept:
            _drop_shift(unit, mission, shift)
    for draft in drafts:
        if not draft.id:
            rules.check_shift(draft, unit.now)
            unit.session.add(_new_shift(mission.id, draft))
            continue
        _change_shift(unit, mission, rows[draft.id], draft, moved=moved)


def _change_shift(unit: Unit, mission: Mission, shift: Shift, draft: ShiftDraft, *, moved: bool) -> None:
    same_time = (shift.starts_at, shift.ends_at) == (draft.starts_at, draft.ends_at)
    if not same_time or shift.places != draft.places:
        rules.check_shift(draft, unit.now)
    signups = signups_of(unit, shift.id)
    if not same_time and any(signup.state in {"attended", "revoked"} for signup in signups):
        raise Conflict("missions.shift-certified")
    seated = [signup for signup in signups if signup.state in rules.SEATED]
    if draft.places < len(seated):
        raise Invalid("missions.fewer-places", field="shifts", taken=len(seated))
    shift.starts_at, shift.ends_at, shift.places = draft.starts_at, draft.ends_at, draft.places
    if (moved or not same_time) and shift.ends_at > unit.now:
        notices.shift_changed(unit, mission, shift, [s.account_id for s in signups if s.state in rules.LIVE])
    promote(unit, mission, shift)


def _drop_shift(unit: Unit, mission: Mission, shift: Shift) -> None:
    signups = signups_of(unit, shift.id)
    if any(signup.state in {"attended", "revoked"} for signup in signups):
        raise Conflict("missions.shift-certified")
    if signups:
        _cancel_shift(unit, mission, shift, "")
        return
    unit.session.execute(delete(Shift).where(Shift.id == shift.id))
    unit.session.expunge(shift)


def _cancel_shift(unit: Unit, mission: Mission, shift: Shift, reason: str) -> int:
    shift.cancelled_at = unit.now
    told = [signup for signup in signups_of(unit, shift.id) if signup.state in {"registered", "waiting"}]
    for signup in told:
        signup.state = rules.next_signup_state(signup.state, "leave")
    notices.shift_cancelled(unit, mission, shift, [signup.account_id for signup in told], reason)
    return len(told)


def signups_of(unit: Unit, shift_id: str) -> Sequence[Signup]:
    """Everybody who ever signed up for a slot, first come first."""
    query = select(Signup).where(Signup.shift_id == shift_id).order_by(Signup.at, Signup.id)
    return unit.session.scalars(query).all()


def promote(unit: Unit, mission: Mission, shift: Shift) -> int:
    """Give free places to those who wait, first come first, and tell them. Returns how many got one.

    After the end nobody moves up any more: the list must stay what it was on the day.
    """
    if shift.cancelled_at is not None or unit.now >= shift.ends_at or mission.state not in {"published", "withdrawn"}:
        return 0
    unit.session.flush()
    signups = signups_of(unit, shift.id)
    free = rules.places_left(shift.places, sum(signup.state in rules.SEATED for signup in signups))
    lucky = [signup for signup in signups if signup.state == "waiting"][:free]
    for signup in lucky:
        signup.state = rules.next_signup_state(signup.state, "register")
        notices.got_a_place(unit, mission, shift, signup.account_id)
    return len(lucky)
