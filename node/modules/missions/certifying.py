"""The organisation's word that somebody came: by list, by card, on the spot. It is given once and pays once.

A certification is one row per sign-up (a unique column) and one award whose id is made from the sign-up, so a
double click, two members with two phones, or a transaction that is run again all end in the same single award.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from node.cards import public as cards
from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.emission import public as emission
from node.emission.events import AwardRefused, AwardRevoked, AwardSigned
from node.modules.missions import notes, people, rules, signups
from node.modules.missions.events import MissionCertified, MissionRevoked
from node.modules.missions.models import Certification, Mission, Shift, Signup
from node.modules.missions.rules import Method
from node.modules.missions.settings import Settings
from node.sharing import public as sharing

MOST_AT_ONCE = 500
KIND = "mission"
"""How the awards scale calls what is certified here."""


@dataclass(frozen=True, slots=True)
class Certified:
    """Who was certified for what. `already`: it had been done before and nothing was paid again. `on_the_spot`: the
    person had not signed up. `tokens`: what was awarded, less than `asked` for `reason` (scale, week, month, year), and
    not paid yet while it waits for a second signature (`waiting`)."""

    signup_id: str
    mission_id: str
    shift_id: str
    account_id: str
    name: str
    title: str
    tokens: int
    minutes: int
    expiry_day: date | None
    already: bool = False
    on_the_spot: bool = False
    asked: int = 0
    reason: str = ""
    waiting: bool = False


def certify_signups(
    unit: Unit, certifier_id: str, shift_id: str, signup_ids: Sequence[str], *, method: Method = "list"
) -> tuple[Certified, ...]:
    """Certify the people ticked on the list of one slot: all of them or, when one is refused, nobody.

    Raises Forbidden for somebody of another organisation or one's own attendance, Conflict outside the dates,
    NotFound for a sign-up of another slot.
    """
    shift, mission = _open(unit, certifier_id, shift_id)
    if len(signup_ids) > MOST_AT_ONCE:
        raise Invalid("missions.too-many-at-once", limit=MOST_AT_ONCE)
    done = []
    for signup_id in dict.fromkeys(signup_ids):
        signup = unit.session.get(Signup, signup_id)
        if signup is None or signup.shift_id != shift.id:
            raise NotFound("missions.signup-unknown")
        if signup.state in {"waiting", "cancelled"}:
            _seat(unit, shift, signup.account_id, signup)
        done.append(_certify(unit, certifier_id, mission, shift, signup, method))
    return tuple(done)


def certify_card(unit: Unit, certifier_id: str, shift_id: str, code: str, *, method: Method = "code") -> Certified:
    """Certify whoever shows a card (`method` card: scanned, code: typed). Somebody who had not signed up is signed up
    on the spot if a place is left.

    Raises what `certify_signups` raises, Conflict `missions.full`, `cards.malformed`, `cards.unknown` or `cards.lost`.
    """
    shift, mission = _open(unit, certifier_id, shift_id)
    guest = sharing.guest_by_code(unit, notes.slot_uri(notes.uri_of(unit, mission.id), shift.id), code)
    account_id = guest or cards.holder_of_code(unit, code)
    rules.check_not_self(certifier_id, account_id)
    signup = signups.find_signup(unit, shift_id, account_id)
    on_the_spot = signup is None or signup.state in {"waiting", "cancelled"}
    if signup is None or on_the_spot:
        signup = _seat(unit, shift, account_id, signup)
    return _certify(unit, certifier_id, mission, shift, signup, method, on_the_spot=on_the_spot)


def mark_absent(unit: Unit, certifier_id: str, shift_id: str, signup_id: str) -> None:
    """Say that somebody who had signed up did not come. It can still be certified later."""
    shift, _mission = _open(unit, certifier_id, shift_id)
    signup = unit.session.get(Signup, signup_id)
    if signup is None or signup.shift_id != shift.id:
        raise NotFound("missions.signup-unknown")
    if signup.state == "absent":
        return
    rules.check_not_self(certifier_id, signup.account_id)
    signup.state = rules.next_signup_state(signup.state, "miss")
    unit.session.flush()
    sharing.tell_guests(unit, [signup.account_id])
    audit.record(unit, certifier_id, "missions.marked-absent", signup.id)


def _open(unit: Unit, certifier_id: str, shift_id: str) -> tuple[Shift, Mission]:
    """The slot, when this person may certify it now."""
    shift, mission = signups.find_shift(unit, shift_id)
    people.require_member(unit, certifier_id, mission.organisation_id)
    if shift.cancelled_at is not None:
        raise Conflict("missions.closed")
    days = unit.settings("missions", Settings).certification_days
    starts_on, ends_on = unit.local(shift.starts_at).date(), unit.local(shift.ends_at).date()
    rules.check_certifiable(mission.state, starts_on, ends_on, unit.today, days)
    return shift, mission


def _seat(unit: Unit, shift: Shift, account_id: str, signup: Signup | None) -> Signup:
    """A place on the day itself, for somebody who has none."""
    if signups.seated(unit, shift.id) >= shift.places:
        raise Conflict("missions.full")
    return signups.place(unit, shift.id, account_id, signup, "register")


def _certify(
    unit: Unit, certifier_id: str, mission: Mission, shift: Shift, signup: Signup, method: Method,
    *, on_the_spot: bool = False,
) -> Certified:  # fmt: skip
    rules.check_not_self(certifier_id, signup.account_id)
    name = people.display_name(unit, signup.account_id)
    found = unit.session.scalars(select(Certification).where(Certification.signup_id == signup.id)).one_or_none()
    if found is not None:
        return Certified(
            signup.id, mission.id, shift.id, signup.account_id, name, mission.title, found.tokens, found.minutes,
            None, already=True,
        )  # fmt: skip
    signup.state = rules.next_signup_state(signup.state, "attend")
    minutes = rules.minutes_of(shift.starts_at, shift.ends_at)
    guest = people.is_guest(unit, signup.account_id)
    # A guest's own commune decides what it gives (specs/decisions/0020).
    got = None if guest or not mission.tokens else _award(unit, certifier_id, mission, signup, minutes)
    waiting = got is not None and got.state == "waiting"
    tokens = got.amount if got else 0
    unit.session.add(
        Certification(
            id=new_id(),
            signup_id=signup.id,
            certifier_id=certifier_id,
            organisation_id=mission.organisation_id,
            method=method,
            at=unit.now,
            minutes=minutes,
            tokens=0 if waiting else tokens,
            transfer_id=got.transfer_id if got else "",
        )
    )
    unit.session.flush()
    audit.record(unit, certifier_id, "missions.certified", signup.id, method=method, tokens=tokens)
    certified = Certified(
        signup.id, mission.id, shift.id, signup.account_id, name, mission.title, tokens, minutes,
        got.expiry_day if got else None, on_the_spot=on_the_spot, asked=got.asked if got else 0,
        reason=got.reason if got else "", waiting=waiting,
    )  # fmt: skip
    if guest:
        sharing.attest_guest(unit, signup.account_id, _attendance(unit, mission, shift, minutes))
    elif not waiting:  # else it is not certified before the second person has signed
        _emit(unit, certifier_id, mission, shift, certified, got.transfer_id if got else "")
    return certified


def _attendance(unit: Unit, mission: Mission, shift: Shift, minutes: int) -> sharing.Attendance:
    """What their node is told of a guest who came."""
    return sharing.Attendance(
        title=mission.title,
        organisation=people.organisation(unit, mission.organisation_id).name,
        minutes=minutes,
        done_on=unit.local(shift.starts_at).date(),
        certified_at=unit.now,
        kind="mission",
        theme=mission.theme,
        skills=tuple(mission.skills),
        tokens=mission.tokens,
    )


def _emit(
    unit: Unit, certifier_id: str, mission: Mission, shift: Shift, certified: Certified, transfer_id: str
) -> None:
    unit.emit(
        MissionCertified(
            signup_id=certified.signup_id,
            mission_id=mission.id,
            account_id=certified.account_id,
            title=mission.title,
            organisation_name=people.organisation(unit, mission.organisation_id).name,
            hours=certified.minutes / 60,
            skills=tuple(mission.skills),
            theme=mission.theme,
            tokens=certified.tokens,
            expiry_day=certified.expiry_day,
            certified_at=unit.now,
            certifier_id=certifier_id,
            done_on=unit.local(shift.starts_at).date(),
            transfer_id=transfer_id,
        )
    )


def _award(unit: Unit, certifier_id: str, mission: Mission, signup: Signup, minutes: int) -> emission.Awarded:
    """What the commune's rules leave of the tokens of a mission."""
    memo = {"kind": "mission", "mission_id": mission.id, "title": mission.title}
    claim = emission.Claim(
        award_id=rules.transfer_id(signup.id), kind=KIND, subject=signup.id, title=mission.title, theme=mission.theme,
        account_id=signup.account_id, certifier_id=certifier_id, organisation_id=mission.organisation_id,
        tokens=mission.tokens, minutes=minutes, memo=memo,
    )  # fmt: skip
    return emission.award(unit, claim)


def signed(unit: Unit, event: AwardSigned) -> None:
    """The second person signed: now it is certified."""
    found = _of_award(unit, event.kind, event.subject)
    if found is None:
        return
    done, signup, shift, mission = found
    done.tokens, done.transfer_id = event.amount, event.transfer_id
    unit.session.flush()
    name = people.display_name(unit, signup.account_id)
    certified = Certified(
        signup.id, mission.id, shift.id, signup.account_id, name, mission.title, done.tokens, done.minutes,
        event.expiry_day,
    )  # fmt: skip
    _emit(unit, done.certifier_id, mission, shift, certified, event.transfer_id)


def withdrawn(unit: Unit, event: AwardRefused | AwardRevoked) -> None:
    """The action does not stand: the sign-up says so and is never certified again."""
    found = _of_award(unit, event.kind, event.subject)
    if found is None:
        return
    _done, signup, _shift, mission = found
    signup.state = rules.next_signup_state(signup.state, "revoke")
    unit.session.flush()
    unit.emit(MissionRevoked(signup.id, mission.id, signup.account_id))


def _of_award(unit: Unit, kind: str, signup_id: str) -> tuple[Certification, Signup, Shift, Mission] | None:
    if kind != KIND:
        return None
    query = (
        select(Certification, Signup, Shift, Mission)
        .join(Signup, Signup.id == Certification.signup_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Mission, Mission.id == Shift.mission_id)
        .where(Certification.signup_id == signup_id)
    )
    row = unit.session.execute(query).one_or_none()
    return (row[0], row[1], row[2], row[3]) if row else None
