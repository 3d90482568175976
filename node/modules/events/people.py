"""What the agenda asks the other parts about people and organisations, in one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from node.accounts import public as accounts
from node.core.errors import Forbidden
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.organisations import public as organisations
from node.sharing import public as sharing

SOMEBODY = "Quelqu’un"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail is for."""

    address: str
    given_name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who organises: an association or service (its `slug` leads to its page), or the town hall (`id` None)."""

    id: str | None
    name: str
    slug: str = ""


def may_organise(viewer: Viewer, organisation_id: str | None) -> bool:
    """Members for their association or service, agents and administrators for the town hall."""
    if organisation_id is None:
        return viewer.is_staff
    membership = viewer.membership(organisation_id)
    return membership is not None and membership.kind != "partner"


def require_organiser(unit: Unit, account_id: str, organisation_id: str | None) -> None:
    """Raises Forbidden `events.not-organiser`."""
    if not may_organise(accounts.viewer(unit, account_id), organisation_id):
        raise Forbidden("events.not-organiser")


def organisers_for(unit: Unit, viewer: Viewer) -> tuple[Organiser, ...]:
    """In whose name this person may write, the town hall first."""
    own = tuple(
        Organiser(m.organisation_id, m.organisation_name, m.organisation_slug)
        for m in viewer.memberships
        if m.kind != "partner"
    )
    return (town_hall(unit), *own) if viewer.is_staff else own


def town_hall(unit: Unit) -> Organiser:
    """The commune or grouping itself."""
    return Organiser(None, unit.node.name)


def organisers(unit: Unit, organisation_ids: Collection[str | None]) -> Mapping[str | None, Organiser]:
    """Id → organiser, for those that exist; None → the town hall."""
    wanted = {id_ for id_ in organisation_ids if id_ is not None}
    found = organisations.of_ids(unit, wanted) if wanted else {}
    named: dict[str | None, Organiser] = {id_: Organiser(id_, each.name, each.slug) for id_, each in found.items()}
    return {None: town_hall(unit), **named}


def organiser(unit: Unit, organisation_id: str | None) -> Organiser:
    """In whatever state; nameless when the organisation is gone."""
    return organisers(unit, [organisation_id]).get(organisation_id, Organiser(organisation_id, ""))


def reader(unit: Unit, account_id: str) -> Reader | None:
    """Where to write to somebody; None without an address or when the account is closed."""
    found = accounts.account_summary(unit, account_id)
    if found is None or found.state != "active" or not found.email:
        return None
    return Reader(found.email, found.given_name, found.locale)


def display_names(unit: Unit, account_ids: Collection[str]) -> Mapping[str, str]:
    """Account id → "Leïla B.", guest id → "Leïla, de Ramonville", for those that exist."""
    found = dict(accounts.names(unit, account_ids))
    strangers = [id_ for id_ in account_ids if id_ not in found]
    return {**found, **sharing.guest_names(unit, strangers)} if strangers else found


def display_name(unit: Unit, account_id: str) -> str:
    return display_names(unit, [account_id]).get(account_id, SOMEBODY)
