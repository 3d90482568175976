"""Tokens that come back to somebody who is no longer there go on to the commune (specs/people.md §3)."""

from __future__ import annotations

from node.accounts import public as accounts
from node.core.unit import Unit
from node.ledger import public as ledger
from node.ledger.events import TokensRefunded


def give_up_refund(unit: Unit, event: TokensRefunded) -> None:
    person = accounts.account_summary(unit, event.owner_id)
    if person is not None and person.state == "closed":
        ledger.give_up(unit, f"closed:{event.transfer_id}"[:58], event.account_id)


SUBSCRIPTIONS = ((TokensRefunded, give_up_refund),)
