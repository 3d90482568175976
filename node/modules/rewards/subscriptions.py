"""The neighbour's word about a payment reaches the till's own row."""

from __future__ import annotations

from node.core.unit import Unit
from node.honour.events import NeighbourPaymentFailed, NeighbourPaymentPosted
from node.modules.rewards import till


def posted(unit: Unit, event: NeighbourPaymentPosted) -> None:
    till.settled(unit, event.payment_id, posted=True, reason="")


def failed(unit: Unit, event: NeighbourPaymentFailed) -> None:
    till.settled(unit, event.payment_id, posted=False, reason=event.reason)


SUBSCRIPTIONS = ((NeighbourPaymentPosted, posted), (NeighbourPaymentFailed, failed))
