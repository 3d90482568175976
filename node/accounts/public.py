"""What other parts may ask about people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from nacl.signing import SigningKey
from sqlalchemy import func, select

from node.accounts import keys, roles, rules, takeover, tokens
from node.accounts.closing import Eraser, Exporter, close, erasers, export, exporters, packed
from node.accounts.models import Account, AccountRole
from node.accounts.roles import create_admin
from node.accounts.roles import grant as grant_role
from node.accounts.rules import age_on, birthday, check_birth_date, normal_email
from node.accounts.service import (
    AccountSummary,
    by_email,
    correct_person,
    create_account,
    create_account_at_desk,
    create_kept_account,
    look_up,
    set_wallet,
    summary_of,
)
from node.accounts.tokens import TokenGrant
from node.core.unit import Unit
from node.core.viewer import ANONYMOUS, Viewer, short_name
from node.organisations import public as organisations
from protocols import multikey

__all__ = [
    "AccountSummary", "Eraser", "Exporter", "TokenGrant", "account_summary", "accounts_with_role", "age_of", "age_on",
    "birthday", "check_api_token", "check_birth_date", "close", "correct_person", "count_accounts", "create_account",
    "create_account_at_desk", "create_admin", "create_kept_account", "erasers", "export", "exporters", "find_by_email",
    "grant_role", "holder_of_did", "look_up", "names", "normal_email", "packed", "resident_did",
    "resident_public_key", "resident_seed", "set_wallet", "sign_as", "takeover_code", "viewer",
]  # fmt: skip

KIND_ROLES = {"association": "association_member", "partner": "partner_operator"}


def viewer(unit: Unit, account_id: str | None) -> Viewer:
    """Everything about the person behind a request; ANONYMOUS for None, an unknown or a closed account."""
    account = unit.session.get(Account, account_id) if account_id else None
    if account is None or account.state != "active":
        return ANONYMOUS
    memberships = organisations.memberships_of(unit, account.id)
    derived = {KIND_ROLES[m.kind] for m in memberships if m.kind in KIND_ROLES}
    return Viewer(
        account_id=account.id,
        given_name=account.given_name,
        family_name=account.family_name,
        email=account.email,
        locale=account.locale,
        roles=frozenset({rules.RESIDENT, *derived, *roles.granted_to(unit, account.id)}),
        memberships=memberships,
    )


def account_summary(unit: Unit, account_id: str) -> AccountSummary | None:
    account = unit.session.get(Account, account_id)
    return summary_of(account) if account else None


def find_by_email(unit: Unit, email: str) -> AccountSummary | None:
    """The active account of an address in any spelling. Raises Invalid `accounts.email`."""
    account = by_email(unit, rules.normal_email(email))
    return summary_of(account) if account and account.state == "active" else None


def names(unit: Unit, account_ids: Collection[str]) -> Mapping[str, str]:
    """Account id → "Leïla B.", for those that exist and are not closed."""
    wanted = select(Account.id, Account.given_name, Account.family_name)
    wanted = wanted.where(Account.id.in_(set(account_ids)), Account.state == "active")
    return {id_: short_name(given, family) for id_, given, family in unit.session.execute(wanted)}


def accounts_with_role(unit: Unit, role: str) -> tuple[AccountSummary, ...]:
    """Active accounts that were given a role (`agent`, `elected_member`, `administrator`), the oldest first."""
    wanted = select(Account).join(AccountRole, AccountRole.account_id == Account.id)
    wanted = wanted.where(AccountRole.role == role, Account.state == "active").order_by(Account.created_at, Account.id)
    return tuple(summary_of(account) for account in unit.session.execute(wanted).scalars())


def resident_seed(unit: Unit, account_id: str) -> bytes:
    """The 32-byte Ed25519 seed kept for a resident. Raises NotFound `accounts.key`."""
    return keys.seed_of(unit, account_id)


def resident_public_key(unit: Unit, account_id: str) -> bytes:
    """A resident's 32-byte Ed25519 public key. Raises NotFound `accounts.key`."""
    return multikey.decode(keys.public_of(unit, account_id))


def holder_of_did(unit: Unit, did: str) -> str | None:
    """The account whose key is this `did:key:z6Mk…`, None if nobody's here."""
    return keys.holder_of(unit, did.removeprefix("did:key:"))


def resident_did(unit: Unit, account_id: str) -> str:
    """`did:key:z6Mk…`. Raises NotFound `accounts.key`."""
    return multikey.did_key(resident_public_key(unit, account_id))


def sign_as(unit: Unit, account_id: str, message: bytes) -> bytes:
    """An Ed25519 signature (64 bytes) with a resident's key kept here. Raises NotFound `accounts.key`."""
    return bytes(SigningKey(keys.seed_of(unit, account_id)).sign(message).signature)


def age_of(unit: Unit, account_id: str, day: date) -> int | None:
    """How old somebody is on a day; None when their date of birth is not known here."""
    account = unit.session.get(Account, account_id)
    return rules.age_on(account.birth_date, day) if account and account.birth_date else None


def takeover_code(unit: Unit, account_id: str) -> str:
    """A fresh printed code, in groups of four, by which somebody without an address takes their account over.

    Raises NotFound `accounts.unknown`, Conflict `accounts.has-email`.
    """
    return takeover.grouped(takeover.make_code(unit, account_id))


def check_api_token(unit: Unit, secret: str) -> TokenGrant | None:
    """What a personal token allows; None if it does not work."""
    return tokens.check(unit, secret)


def count_accounts(unit: Unit) -> int:
    """How many people have an active account."""
    counted = select(func.count()).select_from(Account).where(Account.state == "active")
    return unit.session.execute(counted).scalar_one()
