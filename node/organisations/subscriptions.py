"""What this part does when something happens elsewhere."""

from __future__ import annotations

from node.accounts.events import AccountCreated
from node.core.unit import Unit
from node.organisations.membership import join_invited


def _account_created(unit: Unit, event: AccountCreated) -> None:
    if event.email is not None:
        join_invited(unit, event.account_id, event.email)


SUBSCRIPTIONS = ((AccountCreated, _account_created),)
