"""The neighbour's word about a payment reaches the till's own row."""

from __future__ import annotations

from node.core.unit import Unit
from node.honour.events import NeighbourPaymentFailed, NeighbourPaymentPosted, NeighbourPaymentRefunded
from node.modules.rewards import refunds


def posted(unit: Unit, event: NeighbourPaymentPosted) -> None:
    refunds.settled(unit, event.payment_id, posted=True, reason="")


def failed(unit: Unit, event: NeighbourPaymentFailed) -> None:
    refunds.settled(unit, event.payment_id, posted=False, reason=event.reason)


def refunded(unit: Unit, event: NeighbourPaymentRefunded) -> None:
    refunds.given_back(unit, event.payment_id, event.refund_id, event.price)


SUBSCRIPTIONS = (
    (NeighbourPaymentPosted, posted),
    (NeighbourPaymentFailed, failed),
    (NeighbourPaymentRefunded, refunded),
)
