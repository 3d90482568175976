"""Roles that administrators give and take. Each change stands in the audit log."""

from __future__ import annotations

from sqlalchemy import func, select

from node.accounts import rules
from node.accounts.events import RoleGranted, RoleRevoked
from node.accounts.links import make_link
from node.accounts.models import Account, AccountRole
from node.accounts.service import by_email, live, nameless_account
from node.core import audit
from node.core.errors import Conflict, Forbidden, Invalid
from node.core.unit import Unit
from node.core.viewer import SYSTEM, Viewer


def grant(unit: Unit, actor: Viewer, account_id: str, role: str) -> None:
    """Give a role; giving it twice changes nothing. Raises Forbidden, Invalid `accounts.role`, NotFound."""
    granted_by = _administrator(actor)
    _known(role)
    account = live(unit, account_id)
    if account.email is None:
        raise Conflict("accounts.role-without-email")
    if unit.session.get(AccountRole, (account_id, role)) is not None:
        return
    row = AccountRole(account_id=account_id, role=role, granted_by=granted_by, granted_at=unit.now)
    unit.session.add(row)
    audit.record(unit, granted_by, "accounts.role-granted", account_id, role=role)
    unit.emit(RoleGranted(account_id, role, granted_by))


def revoke(unit: Unit, actor: Viewer, account_id: str, role: str) -> None:
    """Take a role back. The last administrator stays. Raises Forbidden, Invalid,
    Conflict `accounts.last-administrator`."""
    revoked_by = _administrator(actor)
    _known(role)
    row = unit.session.get(AccountRole, (account_id, role))
    if row is None:
        return
    if role == "administrator" and count(unit, role) <= 1:
        raise Conflict("accounts.last-administrator")
    unit.session.delete(row)
    unit.session.flush()
    audit.record(unit, revoked_by, "accounts.role-revoked", account_id, role=role)
    unit.emit(RoleRevoked(account_id, role, revoked_by))


def create_admin(unit: Unit, email: str) -> str:
    """Make the owner of an address an administrator, with or without an account yet; answers the address of a one-time
    link that lasts a day. Raises Invalid `accounts.email`, Forbidden `accounts.closed`."""
    address = rules.normal_email(email)
    account = by_email(unit, address)
    if account is None:
        account = nameless_account(unit, address)
    elif account.state != "active":
        raise Forbidden("accounts.closed")
    if unit.session.get(AccountRole, (account.id, "administrator")) is None:
        by = SYSTEM.account_id
        assert by is not None
        row = AccountRole(account_id=account.id, role="administrator", granted_by=by, granted_at=unit.now)
        unit.session.add(row)
        audit.record(unit, by, "accounts.role-granted", account.id, role="administrator")
        unit.emit(RoleGranted(account.id, "administrator", by))
    token = make_link(unit, address, purpose="sign-in", life=rules.ADMIN_LINK_LIFE)
    return unit.node.url(f"/connexion/l/{token}")


def count(unit: Unit, role: str) -> int:
    """How many active accounts hold a role."""
    held = select(func.count()).select_from(AccountRole).join(Account, Account.id == AccountRole.account_id)
    return unit.session.execute(held.where(AccountRole.role == role, Account.state == "active")).scalar_one()


def granted_to(unit: Unit, account_id: str) -> frozenset[str]:
    """The roles somebody was given."""
    held = select(AccountRole.role).where(AccountRole.account_id == account_id)
    return frozenset(unit.session.execute(held).scalars())


def _administrator(actor: Viewer) -> str:
    if actor.account_id is None or not actor.has("administrator"):
        raise Forbidden("core.forbidden")
    return actor.account_id


def _known(role: str) -> None:
    if role not in rules.GRANTED_ROLES:
        raise Invalid("accounts.role", field="role")
