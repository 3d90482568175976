"""What the missions ask the other parts about people and organisations, in one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from node.accounts import public as accounts
from node.core.errors import Forbidden
from node.core.unit import Unit
from node.organisations import public as organisations
from node.organisations.public import Organisation
from node.sharing import public as sharing

SOMEBODY = "Quelqu’un"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail is for."""

    address: str
    given_name: str
    locale: str


def require_member(unit: Unit, account_id: str, organisation_id: str) -> None:
    """Raises Forbidden `missions.not-member` unless the person belongs to the organisation, which must be active."""
    if not any(m.organisation_id == organisation_id for m in organisations.memberships_of(unit, account_id)):
        raise Forbidden("missions.not-member")


def organisation(unit: Unit, organisation_id: str) -> Organisation:
    """In whatever state. Raises NotFound."""
    return organisations.get(unit, organisation_id)


def organisations_by_id(unit: Unit, organisation_ids: Collection[str]) -> Mapping[str, Organisation]:
    """Id → organisation, for those that exist."""
    return organisations.of_ids(unit, organisation_ids)


def reader(unit: Unit, account_id: str) -> Reader | None:
    """Where to write to somebody; None without an address or when the account is closed."""
    found = accounts.account_summary(unit, account_id)
    if found is None or found.state != "active" or not found.email:
        return None
    return Reader(found.email, found.given_name, found.locale)


def display_name(unit: Unit, account_id: str) -> str:
    """ "Leïla B.": what an organisation sees of somebody who comes."""
    return display_names(unit, [account_id]).get(account_id, SOMEBODY)


def display_names(unit: Unit, account_ids: Collection[str]) -> Mapping[str, str]:
    """Account id → "Leïla B.", guest id → "Leïla, de Ramonville", for those that exist."""
    found = dict(accounts.names(unit, account_ids))
    strangers = [id_ for id_ in account_ids if id_ not in found]
    return {**found, **sharing.guest_names(unit, strangers)} if strangers else found


def check_age(unit: Unit, account_id: str, minimum_age: int, day: date) -> None:
    """Raises Forbidden `missions.too-young` for somebody whose date of birth is known and who is too young that day."""
    age = accounts.age_of(unit, account_id, day)
    if age is not None and age < minimum_age:
        raise Forbidden("missions.too-young", years=minimum_age)


def is_guest(unit: Unit, account_id: str) -> bool:
    """Whether this is somebody of another commune, whose own node tells them and rewards them."""
    return bool(sharing.guest_names(unit, [account_id]))
