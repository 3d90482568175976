"""What households listen to: a child's card is its guardians' business too, and nobody certifies for their own."""

from __future__ import annotations

from node.cards.events import CardBlocked, CardReplaced
from node.core.errors import Forbidden
from node.core.unit import Unit
from node.emission.events import AwardProposed
from node.households import guardians, letters
from node.households.public import same_household


def tell_replaced(unit: Unit, event: CardReplaced) -> None:
    if guardians.is_child(unit, event.account_id):
        letters.tell_guardians(unit, event.account_id, "card-replaced", besides=event.by)


def tell_blocked(unit: Unit, event: CardBlocked) -> None:
    if guardians.is_child(unit, event.account_id):
        what = "card-blocked" if event.blocked else "card-unblocked"
        letters.tell_guardians(unit, event.account_id, what, besides=event.by)


def refuse_for_own(unit: Unit, event: AwardProposed) -> None:
    """Nobody signs, first or second, for somebody of their household (specs/emission.md §4.3)."""
    if same_household(unit, event.signer_id, event.account_id):
        raise Forbidden("households.own-award")


SUBSCRIPTIONS = ((CardReplaced, tell_replaced), (CardBlocked, tell_blocked), (AwardProposed, refuse_for_own))
