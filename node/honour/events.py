"""What happened to payments by neighbours' residents at our tills, told inside the transaction that learnt it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NeighbourPaymentPosted:
    """Their commune took the tokens: `price` of ours is owed to us. `amount` is in their tokens."""

    payment_id: str
    organisation_id: str
    price: int
    amount: int
    host: str
    title: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class NeighbourPaymentFailed:
    """Their commune refused, or the payment was cancelled: nothing was taken. `reason` is a short code."""

    payment_id: str
    organisation_id: str
    price: int
    reason: str
    host: str
    title: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class NeighbourPaymentRefunded:
    """`price` of our tokens of a posted payment was given back."""

    payment_id: str
    refund_id: str
    organisation_id: str
    price: int
    host: str
    title: str
    operator_id: str
