"""Who acts for an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core import audit, mail, throttle
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.organisations import letters, rules
from node.organisations.events import MemberJoined, MemberLeft
from node.organisations.models import Invitation, Member, OrganisationRow
from node.organisations.service import require_manager, row_of

INVITATIONS_A_DAY = 50


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A line of the list of members: a person, or an invitation nobody has answered yet (account_id None)."""

    account_id: str | None
    name: str
    email: str
    role: str
    since: datetime


def add_by_email(unit: Unit, actor: Viewer, organisation_id: str, email: str, role: str = "member") -> bool:
    """Add the person behind an address; somebody without an account is invited by mail. True if they joined at once.

    Raises Forbidden, Invalid, Conflict `organisations.already-member`, `core.too-many`.
    """
    row = row_of(unit, organisation_id)
    invited_by = require_manager(unit, actor, row)
    _role(role)
    address = accounts.normal_email(email)
    person = accounts.find_by_email(unit, address)
    if person is not None:
        _join(unit, row, person.id, role)
        _tell(unit, row, address, person.locale, "added")
        return True
    throttle.count(unit, f"invite:{organisation_id}", limit=INVITATIONS_A_DAY, window_s=86_400)
    invitation = unit.session.get(Invitation, (organisation_id, address))
    if invitation is None:
        invitation = Invitation(organisation_id=organisation_id, email=address)
        unit.session.add(invitation)
    invitation.role, invitation.invited_by, invitation.created_at = role, invited_by, unit.now
    _tell(unit, row, address, actor.locale, "invited")
    return False


def add(unit: Unit, actor: Viewer, organisation_id: str, account_id: str, role: str = "member") -> None:
    """Add a person by account. Raises Forbidden, Invalid, Conflict, NotFound `accounts.unknown`."""
    row = row_of(unit, organisation_id)
    require_manager(unit, actor, row)
    _role(role)
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("accounts.unknown")
    _join(unit, row, account_id, role)


def change_role(unit: Unit, actor: Viewer, organisation_id: str, account_id: str, role: str) -> None:
    """Make somebody manager or member. The last manager stays. Raises Forbidden, Invalid, NotFound, Conflict."""
    row = row_of(unit, organisation_id)
    changed_by = require_manager(unit, actor, row)
    _role(role)
    place = _place(unit, organisation_id, account_id)
    if place.role == role:
        return
    if place.role == "manager":
        _another_manager(unit, organisation_id)
    place.role = role
    audit.record(unit, changed_by, "organisations.member-role", organisation_id, account=account_id, role=role)


def remove(unit: Unit, actor: Viewer, organisation_id: str, account_id: str) -> None:
    """Take somebody out; everybody may take themselves out. The last manager stays. Raises as `change_role`."""
    row = row_of(unit, organisation_id)
    if actor.account_id is None:
        raise Forbidden("core.forbidden")
    if actor.account_id != account_id:
        require_manager(unit, actor, row)
    place = _place(unit, organisation_id, account_id)
    if place.role == "manager":
        _another_manager(unit, organisation_id)
    unit.session.delete(place)
    unit.session.flush()
    audit.record(unit, actor.account_id, "organisations.member-removed", organisation_id, account=account_id)
    unit.emit(MemberLeft(organisation_id, account_id))


def withdraw_invitation(unit: Unit, actor: Viewer, organisation_id: str, email: str) -> None:
    """Raises Forbidden, NotFound `organisations.invitation-unknown`."""
    require_manager(unit, actor, row_of(unit, organisation_id))
    invitation = unit.session.get(Invitation, (organisation_id, email))
    if invitation is None:
        raise NotFound("organisations.invitation-unknown")
    unit.session.delete(invitation)


def listed(unit: Unit, actor: Viewer, organisation_id: str) -> tuple[MemberRow, ...]:
    """Members, managers first, then open invitations. For managers and staff. Raises Forbidden."""
    row = row_of(unit, organisation_id)
    if not actor.is_staff:
        require_manager(unit, actor, row)
    found = select(Member).where(Member.organisation_id == organisation_id)
    lines = []
    for member in unit.session.execute(found.order_by(Member.joined_at, Member.account_id)).scalars():
        person = accounts.account_summary(unit, member.account_id)
        assert person is not None, "the member's foreign key"
        lines.append(MemberRow(member.account_id, person.full_name, person.email or "", member.role, member.joined_at))
    lines.sort(key=lambda line: line.role != "manager")
    waiting = select(Invitation).where(Invitation.organisation_id == organisation_id).order_by(Invitation.email)
    for invited in unit.session.execute(waiting).scalars():
        lines.append(MemberRow(None, "", invited.email, invited.role, invited.created_at))
    return tuple(lines)


def join_invited(unit: Unit, account_id: str, email: str) -> None:
    """Somebody came in whose address was invited: they join what invited them and still exists."""
    for invitation in unit.session.execute(select(Invitation).where(Invitation.email == email)).scalars().all():
        row = row_of(unit, invitation.organisation_id)
        if row.state != "closed" and unit.session.get(Member, (row.id, account_id)) is None:
            _join(unit, row, account_id, invitation.role)
        unit.session.delete(invitation)


def _join(unit: Unit, row: OrganisationRow, account_id: str, role: str) -> None:
    if unit.session.get(Member, (row.id, account_id)) is not None:
        raise Conflict("organisations.already-member", field="email")
    unit.session.add(Member(organisation_id=row.id, account_id=account_id, role=role, joined_at=unit.now))
    unit.session.flush()
    if row.state == "active":
        unit.emit(MemberJoined(row.id, account_id, role))


def _place(unit: Unit, organisation_id: str, account_id: str) -> Member:
    place = unit.session.get(Member, (organisation_id, account_id))
    if place is None:
        raise NotFound("organisations.not-member")
    return place


def _another_manager(unit: Unit, organisation_id: str) -> None:
    managers = select(func.count()).select_from(Member)
    managers = managers.where(Member.organisation_id == organisation_id, Member.role == "manager")
    if unit.session.execute(managers).scalar_one() <= 1:
        raise Conflict("organisations.last-manager")


def _role(role: str) -> None:
    if role not in rules.ROLES:
        raise Invalid("organisations.role", field="role")


def _tell(unit: Unit, row: OrganisationRow, address: str, locale: str, what: str) -> None:
    subject, body = letters.member_letter(what, locale, unit.node, row.name)
    mail.queue(unit, address, subject, body)
