"""The messages of ``ygor-honour/1`` as frozen values (specs/honour.md §5); ``wire.py`` builds, parses and signs them.

Each is bound to the hash of the terms it is sent under, to its sender and its recipient, and — about a payment — to the
payment's id, which the till makes. Prices are in the honouring commune's tokens, amounts in the issuer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypedDict

from protocols.honour.consent import Consent
from protocols.honour.log import Entry, Head
from protocols.types import JsonObject

HoldKind = Literal["till", "booking"]
StateName = Literal["unknown", "held", "committed", "refused", "voided", "expired"]
Settlement = Literal["euros", "tokens", "carried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What every message carries. ``sender`` and ``recipient`` are actor ids, ``terms`` is the hash of the terms."""

    terms: str
    sender: str
    recipient: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMessage(Message):
    payment: str


class PaymentEnvelope(TypedDict):
    """The attributes that all messages about a payment share, to be spread into one: ``Commit(**envelope)``."""

    terms: str
    sender: str
    recipient: str
    created: datetime
    payment: str


def envelope_of(message: PaymentMessage) -> PaymentEnvelope:
    return PaymentEnvelope(
        terms=message.terms,
        sender=message.sender,
        recipient=message.recipient,
        created=message.created,
        payment=message.payment,
    )


# From the honouring commune to the issuer.


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(PaymentMessage):
    """Would ``price`` be covered, and whom does the till greet? Changes nothing."""

    price: int
    service: str
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve(PaymentMessage):
    price: int
    service: str
    consent: Consent
    hold: HoldKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(PaymentMessage):
    """Reserve and commit in one: the normal case at a till."""

    price: int
    service: str
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(PaymentMessage):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(PaymentMessage):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(PaymentMessage):
    """Give ``price`` (honouring tokens, all or part) of a committed payment back. ``refund`` is made by the till."""

    refund: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(PaymentMessage):
    pass


# From the issuer to the honouring commune.


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(PaymentMessage):
    first_name: str
    covered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(PaymentMessage):
    """``until`` is by the issuer's clock; it binds the issuer and tells the till how long it may dawdle."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(PaymentMessage):
    """``refund`` names the refund that was refused; without it the payment itself was."""

    code: str
    refund: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(PaymentMessage):
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(PaymentMessage):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided(PaymentMessage):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(PaymentMessage):
    refund: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class State(PaymentMessage):
    """Answer to a Query: the present state, with ``until`` if held, ``entry`` if committed, ``code`` if refused."""

    state: StateName
    until: datetime | None = None
    entry: Entry | None = None
    code: str | None = None


# About the logs, either way.


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull(Message):
    log: str
    from_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries(Message):
    """Consecutive entries of a log and where it stands now; fewer than asked for when a page is full."""

    log: str
    entries: tuple[Entry, ...]
    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class AckHead(Message):
    """The mirror's countersignature: I hold ``log`` up to ``seq`` with that ``hash`` and Merkle ``root``."""

    log: str
    seq: int
    hash: str
    root: str


# About a period, either way.


@dataclass(frozen=True, slots=True)
class Cut:
    """One log, cut after ``seq``: what it owes there, in the issuer's tokens and in the honouring commune's."""

    log: str
    seq: int
    hash: str
    owed: int
    owed_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Message):
    """Both logs cut and netted. ``net_a`` is in a's tokens, ``net_b`` in b's; above zero a owes b."""

    statement: str
    number: int
    period_end: date
    a_at_b: Cut
    b_at_a: Cut
    net_a: int
    net_b: int
    settlement: Settlement
    euro_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAck(Message):
    """``document`` is the Statement as it was sent, with the second proof added."""

    statement: str
    number: int
    document: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Message):
    """Not countersigned, and why: ``code`` for machines, ``reason`` for people, ``payment`` if one is contested."""

    statement: str
    number: int
    code: str
    reason: str
    payment: str | None = None
