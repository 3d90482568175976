"""People for the tests of accounts and organisations."""

from __future__ import annotations

from node.accounts import public
from node.accounts.models import AccountRole
from node.accounts.rules import plain
from node.core.unit import Unit
from node.core.viewer import Viewer


def person(unit: Unit, name: str = "Leïla Benali", *roles: str) -> Viewer:
    """Somebody with an account and the roles named."""
    given, _, family = name.partition(" ")
    summary = public.create_account(unit, f"{plain(given)}@castanet.example", given, family)
    for role in roles:
        unit.session.add(AccountRole(account_id=summary.id, role=role, granted_by=summary.id, granted_at=unit.now))
    unit.session.flush()
    return public.viewer(unit, summary.id)


def again(unit: Unit, viewer: Viewer) -> Viewer:
    """The same person as the next request would see them."""
    return public.viewer(unit, viewer.account_id)
