"""Organisations: asking for one, making one, agreeing, changing, closing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core import audit, mail
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import SYSTEM, Viewer
from node.organisations import letters, rules
from node.organisations.events import MemberJoined, OrganisationClosed, OrganisationOpened
from node.organisations.models import Member, OrganisationRow
from node.organisations.public import Organisation, organisation_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote about an organisation. description: Markdown."""

    name: str
    kind: str = "association"
    summary: str = ""
    description: str = ""
    email: str = ""
    website: str = ""
    address: str = ""


def create(unit: Unit, actor: Viewer, draft: Draft) -> Organisation:
    """Make an organisation: active at once by staff, a request of a resident otherwise (who becomes its manager).

    Raises Invalid with the field, Conflict `organisations.name-taken`, `organisations.too-many-requests`, Forbidden.
    """
    if actor.account_id is None:
        raise Forbidden("core.forbidden")
    row = OrganisationRow(id=new_id(), created_at=unit.now, state="active" if actor.is_staff else "pending")
    row.kind = _kind(actor, draft.kind)
    row.requested_by = None if actor.is_staff else actor.account_id
    _fill(unit, row, draft)
    row.slug = _free_slug(unit, row.name)
    if not actor.is_staff:
        _few_requests(unit, actor.account_id)
    unit.session.add(row)
    unit.session.flush()
    if actor.is_staff:
        audit.record(unit, actor.account_id, "organisations.created", row.id, name=row.name)
        unit.emit(OrganisationOpened(row.id, row.kind, row.name))
    else:
        place = Member(organisation_id=row.id, account_id=actor.account_id, role="manager", joined_at=unit.now)
        unit.session.add(place)
    return organisation_of(row)


def update(unit: Unit, actor: Viewer, organisation_id: str, draft: Draft) -> Organisation:
    """Change what is said about an organisation; its slug and kind stay. Raises Forbidden, Invalid, Conflict."""
    row = row_of(unit, organisation_id)
    require_manager(unit, actor, row)
    _fill(unit, row, draft)
    unit.session.flush()
    return organisation_of(row)


def approve(unit: Unit, actor: Viewer, organisation_id: str) -> Organisation:
    """Agree to a request. Raises Forbidden, Conflict `organisations.not-pending`."""
    row = _pending(unit, actor, organisation_id)
    row.state = "active"
    unit.session.flush()
    assert actor.account_id is not None
    audit.record(unit, actor.account_id, "organisations.approved", row.id, name=row.name)
    unit.emit(OrganisationOpened(row.id, row.kind, row.name))
    for member in unit.session.execute(select(Member).where(Member.organisation_id == row.id)).scalars():
        unit.emit(MemberJoined(row.id, member.account_id, member.role))
    _tell_requester(unit, row, "approved")
    return organisation_of(row)


def refuse(unit: Unit, actor: Viewer, organisation_id: str) -> Organisation:
    """Turn a request down. Raises Forbidden, Conflict `organisations.not-pending`."""
    row = _pending(unit, actor, organisation_id)
    _close(row)
    assert actor.account_id is not None
    audit.record(unit, actor.account_id, "organisations.refused", row.id, name=row.name)
    _tell_requester(unit, row, "refused")
    return organisation_of(row)


def close(unit: Unit, actor: Viewer, organisation_id: str) -> Organisation:
    """Close an active organisation: its members lose the role it gave them. Raises Forbidden, Conflict."""
    require_staff(actor)
    row = row_of(unit, organisation_id)
    if row.state == "closed":
        raise Conflict("organisations.closed")
    _close(row)
    unit.session.flush()
    assert actor.account_id is not None
    audit.record(unit, actor.account_id, "organisations.closed", row.id, name=row.name)
    unit.emit(OrganisationClosed(row.id, row.kind))
    return organisation_of(row)


def row_of(unit: Unit, organisation_id: str) -> OrganisationRow:
    row = unit.session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound("organisations.unknown")
    return row


def require_staff(actor: Viewer) -> str:
    if actor.account_id is None or not actor.is_staff:
        raise Forbidden("core.forbidden")
    return actor.account_id


def require_manager(unit: Unit, actor: Viewer, row: OrganisationRow) -> str:
    """Staff, or a manager of this organisation while it is not closed; asked of the table, not of what the viewer was
    when the request began."""
    if actor.account_id is None:
        raise Forbidden("core.forbidden")
    if row.state == "closed":
        raise Conflict("organisations.closed")
    if not actor.is_staff:
        place = unit.session.get(Member, (row.id, actor.account_id))
        if place is None or place.role != "manager":
            raise Forbidden("core.forbidden")
    return actor.account_id


def _fill(unit: Unit, row: OrganisationRow, draft: Draft) -> None:
    name = rules.normal_name(draft.name)
    key = rules.name_key(name)
    wanted = select(OrganisationRow.id).where(OrganisationRow.name_key == key, OrganisationRow.id != row.id)
    with unit.session.no_autoflush:
        if unit.session.execute(wanted).first() is not None:
            raise Conflict("organisations.name-taken", field="name")
    row.name, row.name_key = name, key
    summary, address = rules.one_line(draft.summary), rules.one_line(draft.address)
    row.summary = rules.bounded(summary, most=rules.LONGEST_SUMMARY, field="summary")
    description = draft.description.replace("\r\n", "\n").replace("\0", "").strip()
    row.description = rules.bounded(description, most=rules.LONGEST_DESCRIPTION, field="description")
    row.address = rules.bounded(address, most=rules.LONGEST_ADDRESS, field="address")
    row.website = rules.normal_website(draft.website)
    row.email = accounts.normal_email(draft.email) if draft.email.strip() else ""


def _close(row: OrganisationRow) -> None:
    # The name is free again; the slug is not: old links must not lead to somebody else.
    row.state = "closed"
    row.name_key = f"{row.name_key}~{row.id}"


def _kind(actor: Viewer, kind: str) -> str:
    if kind not in rules.KINDS:
        raise Invalid("organisations.kind", field="kind")
    if kind == "service" and not actor.is_staff:
        raise Forbidden("organisations.kind-staff", field="kind")
    return kind


def _free_slug(unit: Unit, name: str) -> str:
    base = rules.slug_of(name)
    taken = select(OrganisationRow.slug).where(OrganisationRow.slug.startswith(base, autoescape=True))
    slugs = set(unit.session.execute(taken).scalars()) | rules.RESERVED_SLUGS
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in slugs:
        number += 1
    return slug


def _few_requests(unit: Unit, account_id: str) -> None:
    asked = select(func.count()).select_from(OrganisationRow)
    asked = asked.where(OrganisationRow.requested_by == account_id, OrganisationRow.state == "pending")
    if unit.session.execute(asked).scalar_one() >= rules.MOST_REQUESTS:
        raise Conflict("organisations.too-many-requests", most=rules.MOST_REQUESTS)


def _pending(unit: Unit, actor: Viewer, organisation_id: str) -> OrganisationRow:
    require_staff(actor)
    row = row_of(unit, organisation_id)
    if row.state != "pending":
        raise Conflict("organisations.not-pending")
    return row


def _tell_requester(unit: Unit, row: OrganisationRow, answer: str) -> None:
    person = accounts.account_summary(unit, row.requested_by) if row.requested_by else None
    if person is not None and person.email and row.requested_by != SYSTEM.account_id:
        subject, body = letters.answer_letter(answer, person.locale, unit.node, row.name)
        mail.queue(unit, person.email, subject, body)
