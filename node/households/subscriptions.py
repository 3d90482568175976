"""What households listen to: a child's card is its guardians' business too."""

from __future__ import annotations

from node.cards.events import CardBlocked, CardReplaced
from node.core.unit import Unit
from node.households import guardians, letters


def tell_replaced(unit: Unit, event: CardReplaced) -> None:
    if guardians.is_child(unit, event.account_id):
        letters.tell_guardians(unit, event.account_id, "card-replaced", besides=event.by)


def tell_blocked(unit: Unit, event: CardBlocked) -> None:
    if guardians.is_child(unit, event.account_id):
        what = "card-blocked" if event.blocked else "card-unblocked"
        letters.tell_guardians(unit, event.account_id, what, besides=event.by)


SUBSCRIPTIONS = ((CardReplaced, tell_replaced), (CardBlocked, tell_blocked))
