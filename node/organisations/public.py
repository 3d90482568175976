"""What other parts may ask about organisations.

This file asks nothing of the accounts (they ask it for memberships): names of members come from
`node.accounts.public.names`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.core.viewer import Membership
from node.organisations.models import Member, OrganisationRow


@dataclass(frozen=True, slots=True)
class Organisation:
    """kind: association, partner, service; state: pending, active, closed; description: Markdown."""

    id: str
    kind: str
    slug: str
    name: str
    summary: str
    description: str
    email: str
    website: str
    address: str
    state: str
    created_at: datetime
    requested_by: str | None


@dataclass(frozen=True, slots=True)
class MemberPlace:
    """Who belongs to an organisation. role: manager or member."""

    account_id: str
    role: str
    joined_at: datetime


def get(unit: Unit, organisation_id: str) -> Organisation:
    """In whatever state. Raises NotFound `organisations.unknown`."""
    row = unit.session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound("organisations.unknown")
    return organisation_of(row)


def by_slug(unit: Unit, slug: str) -> Organisation:
    """In whatever state. Raises NotFound `organisations.unknown`."""
    row = unit.session.execute(select(OrganisationRow).where(OrganisationRow.slug == slug)).scalar()
    if row is None:
        raise NotFound("organisations.unknown")
    return organisation_of(row)


def listing(unit: Unit, *, kind: str | None = None, state: str | None = "active") -> tuple[Organisation, ...]:
    """By name; all kinds, all states where None."""
    wanted = select(OrganisationRow).order_by(OrganisationRow.name_key)
    if kind is not None:
        wanted = wanted.where(OrganisationRow.kind == kind)
    if state is not None:
        wanted = wanted.where(OrganisationRow.state == state)
    return tuple(organisation_of(row) for row in unit.session.execute(wanted).scalars())


def of_ids(unit: Unit, organisation_ids: Collection[str]) -> Mapping[str, Organisation]:
    """Id → organisation, for those that exist."""
    wanted = select(OrganisationRow).where(OrganisationRow.id.in_(set(organisation_ids)))
    return {row.id: organisation_of(row) for row in unit.session.execute(wanted).scalars()}


def names(unit: Unit, organisation_ids: Collection[str]) -> Mapping[str, str]:
    """Id → name, for those that exist."""
    wanted = select(OrganisationRow.id, OrganisationRow.name)
    wanted = wanted.where(OrganisationRow.id.in_(set(organisation_ids)))
    return dict(unit.session.execute(wanted).all())


def memberships_of(unit: Unit, account_id: str) -> tuple[Membership, ...]:
    """A person's places in active organisations, by name."""
    wanted = (
        select(OrganisationRow.id, OrganisationRow.name, OrganisationRow.slug, OrganisationRow.kind, Member.role)
        .join(Member, Member.organisation_id == OrganisationRow.id)
        .where(Member.account_id == account_id, OrganisationRow.state == "active")
        .order_by(OrganisationRow.name_key)
    )
    return tuple(Membership(*row) for row in unit.session.execute(wanted))


def members(unit: Unit, organisation_id: str) -> tuple[MemberPlace, ...]:
    """Managers first, then who joined first."""
    wanted = select(Member).where(Member.organisation_id == organisation_id)
    rows = unit.session.execute(wanted.order_by(Member.role, Member.joined_at, Member.account_id)).scalars()
    places = [MemberPlace(row.account_id, row.role, row.joined_at) for row in rows]
    return tuple(sorted(places, key=lambda place: place.role != "manager"))


def organisation_of(row: OrganisationRow) -> Organisation:
    return Organisation(
        id=row.id,
        kind=row.kind,
        slug=row.slug,
        name=row.name,
        summary=row.summary,
        description=row.description,
        email=row.email,
        website=row.website,
        address=row.address,
        state=row.state,
        created_at=row.created_at,
        requested_by=row.requested_by,
    )
