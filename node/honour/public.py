"""What other parts ask of cross-honouring. `quote`, which asks over the network, is in `asking`."""

from __future__ import annotations

from datetime import date, datetime

from node.core.unit import Unit
from node.honour import choosing, consents, derived, honouring
from node.honour.derived import CommonTerms
from node.honour.values import AcceptedCommune, PaymentShown, Quote
from node.neighbours.public import own_ids

__all__ = [
    "AcceptedCommune", "CommonTerms", "PaymentShown", "Quote", "accepted_communes", "adopt_common", "cancel_payment",
    "common_terms", "common_with", "drop_common", "end_common_after", "host_of", "is_pass",
    "make_pass", "payment", "payments_of", "refund_payment", "start_payment", "worth_here",
]  # fmt: skip


def accepted_communes(unit: Unit) -> tuple[AcceptedCommune, ...]:
    """The communes whose residents may pay here today, by name."""
    return choosing.accepted(unit)


def worth_here(unit: Unit, peer_actor: str, amount: int) -> int | None:
    """What `amount` tokens of a neighbour are in ours, by the rate of our residents' payments there, rounded down; None
    without live terms."""
    terms = choosing.live(unit, peer_actor)
    if terms is None:
        return None
    ours = own_ids(unit)  # terms keep the names that they were signed with, whoever has moved since
    way = terms.a_at_b if terms.a.actor in ours else terms.b_at_a
    return amount * way.rate_num // way.rate_den


def start_payment(
    unit: Unit,
    payment_id: str,
    peer_host: str,
    shown: str,
    price: int,
    service: str,
    *,
    organisation_id: str,
    title: str,
    operator_id: str,
    till_id: str,
    first_name: str = "",
) -> PaymentShown:
    """Ask the neighbour to charge `price` of our tokens. Stored and committed first, then asked for ever.

    `payment_id`: a fresh `new_id()` made when the till's form was shown; the same id with the same contents answers
    the payment as it stands, with others raises Conflict `honour.conflict`. `shown`: what was typed or scanned, a card
    (`YGOR:host:code` or the code alone) or a phone's pass (`YGORP:…`). `service`: a slug the terms may restrict
    (`piscine`); `first_name`: from `asking.quote`, if it was asked. Raises Conflict `honour.no-terms`,
    Invalid `honour.price`, `honour.service`, `honour.pass`, `cards.malformed`.
    """
    return honouring.start_payment(
        unit,
        payment_id,
        peer_host,
        shown,
        price,
        service,
        organisation_id=organisation_id,
        title=title,
        operator_id=operator_id,
        till_id=till_id,
        first_name=first_name,
    )


def host_of(shown: str) -> str | None:
    """The host of the commune that a scanned card or pass names; None for a code typed alone.

    Raises Invalid `cards.malformed` or `honour.pass`.
    """
    return consents.host_of(shown)


def is_pass(shown: str) -> bool:
    """Whether what was scanned is a phone's pass, which serves at neighbours only, rather than a card."""
    return consents.is_pass(shown)


def cancel_payment(unit: Unit, payment_id: str) -> PaymentShown:
    """Try to cancel; the issuing commune's word wins. Raises NotFound, Conflict `honour.over` when it is final."""
    return honouring.cancel_payment(unit, payment_id)


def refund_payment(unit: Unit, refund_id: str, payment_id: str, price: int) -> PaymentShown:
    """Give `price` of a posted payment back; asked for until answered. `refund_id`: a fresh `new_id()`.

    Raises NotFound `honour.payment-unknown`, Conflict `honour.not-posted`, `honour.conflict`, Invalid
    `honour.refund-too-much` with `left`.
    """
    return honouring.refund_payment(unit, refund_id, payment_id, price)


def payment(unit: Unit, payment_id: str) -> PaymentShown:
    """Raises NotFound `honour.payment-unknown`."""
    return honouring.payment(unit, payment_id)


def payments_of(unit: Unit, organisation_id: str, since: datetime) -> tuple[PaymentShown, ...]:
    """The payments by neighbours' residents at a partner's tills since an instant, the newest first."""
    return honouring.payments_of(unit, organisation_id, since)


def make_pass(unit: Unit, account_id: str, *, minutes: int = 3, most: int | None = None) -> str:
    """The text of a phone's QR code: a pass signed by the resident's key, good for one payment at any neighbour.

    `minutes`: 1 to 5. `most`: the highest price, in the honouring commune's tokens. Raises NotFound `accounts.key`.
    """
    return consents.make_pass(unit, account_id, minutes, most)


def adopt_common(unit: Unit, common_terms: CommonTerms) -> bool:
    """Terms with a node that follow from a grouping's, accepted by both, are in force; whether that is news.

    Terms signed between the two win over them. Raises RemoteProtocolError if we do not know that node.
    """
    return derived.adopt(unit, common_terms)


def drop_common(unit: Unit, grouping: str, peer_actor: str | None, kept: frozenset[str], note: str) -> int:
    """Terms of a grouping with a node (None: with all) that follow from none of the `kept` offers open nothing any
    more; payments made under them go on to their end. Answers how many ended."""
    return derived.drop(unit, grouping, peer_actor, kept, note)


def end_common_after(unit: Unit, grouping: str, offer: str, last_day: date) -> None:
    """A grouping has replaced an offer: what follows from it opens nothing after `last_day`."""
    derived.end_after(unit, grouping, offer, last_day)


def common_terms(unit: Unit, grouping: str) -> tuple[tuple[str, str, str], ...]:
    """(actor, offer, hash) of all terms in force that follow from a grouping's."""
    return derived.in_force(unit, grouping)


def common_with(unit: Unit, grouping: str) -> frozenset[str]:
    """The actors with whom a grouping's terms are in force."""
    return derived.partners(unit, grouping)
