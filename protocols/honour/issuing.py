"""What the issuer knows, remembers and orders done: the values around ``issuer.handle`` (specs/honour.md §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from protocols.honour import messages as m
from protocols.honour.log import Entry, Head
from protocols.honour.tables import IssuerState
from protocols.honour.terms import Terms

# What the caller performs, in this order, in the transaction that stores the new state.


@dataclass(frozen=True, slots=True)
class SpendLots:
    """Take ``amount`` from the holder's lots, earliest expiry first, to what is owed to the neighbour."""

    payment: str
    holder: str
    amount: int


@dataclass(frozen=True, slots=True)
class HoldLots:
    """Hold ``amount`` of the holder's lots until ``until``; what is available falls now, not at the commit."""

    payment: str
    holder: str
    amount: int
    until: datetime


@dataclass(frozen=True, slots=True)
class CommitHold:
    payment: str


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    payment: str


@dataclass(frozen=True, slots=True)
class RefundLots:
    """Give ``amount`` back to the lots the payment came from, original expiry day plus the ledger's grace."""

    payment: str
    refund: str
    amount: int


@dataclass(frozen=True, slots=True)
class UseConsent:
    """Remember ``consent_key`` as used by this payment, for as long as the payment is kept."""

    payment: str
    key: str


@dataclass(frozen=True, slots=True)
class AppendEntry:
    """Store ``entry`` as the log's new head; it was built on ``IssuerFacts.head``, so the head must be locked."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class TellHolder:
    """Let the holder know, on their own commune's pages and by mail if they wish."""

    payment: str
    holder: str
    kind: Literal["held", "charged", "refunded", "released"]
    amount: int
    price: int


Effect: TypeAlias = SpendLots | HoldLots | CommitHold | ReleaseHold | RefundLots | UseConsent | AppendEntry | TellHolder


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """The resident behind the consent. ``account`` is the issuer's own opaque key and never travels.

    ``available`` is the live balance less holds. ``spent_today`` and ``card_spent_today`` count what was held or
    committed under these terms in this direction today, less refunds (issuer's tokens, issuer's day).
    """

    account: str
    first_name: str
    available: int
    spent_today: int = 0
    card_spent_today: int = 0


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """What the issuer's database knows when the message comes in.

    ``terms`` is the countersigned document whose hash the message cites (None: no such
    document with this sender; a node with whom there never were terms is turned away before ``handle``), and
    ``terms_live`` whether it is the version in force today. ``outstanding`` is unsettled + held in this direction.
    ``holder`` is None when no card or key answers to the consent. ``consent_good``: the card is not lost, or
    ``consent.verify_pass`` accepted the pass. ``consent_used_by``: the payment that used this consent before.
    ``forgotten_before``: finished payments opened before this instant may have been forgotten (§6.7).
    ``looks_left`` is False when the till or the card has asked too often (§6.8). ``head`` is the log's head, locked;
    ``reference`` the salted reference for a new entry; ``day`` the issuer's local day.
    """

    terms: Terms | None
    terms_live: bool
    head: Head
    day: date
    reference: str
    outstanding: int = 0
    holder: HolderFacts | None = None
    consent_good: bool = False
    consent_used_by: str | None = None
    looks_left: bool = True
    forgotten_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundDone:
    refund: str
    body_hash: str
    price: int
    amount: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerPayment:
    """A payment as the issuer remembers it. Finished ones are kept: see ``statement.may_forget``.

    ``opening`` is None for a tombstone. ``reason`` is the exact ground of a refusal, for the issuer's eyes;
    ``PUBLIC_CODE`` says what the till is told.
    """

    payment: str
    sender: str
    terms: str
    state: IssuerState
    opened_on: date
    opening: str | None = None
    price: int = 0
    amount: int = 0
    service: str = ""
    holder: str | None = None
    by_card: bool = False
    until: datetime | None = None
    reason: str | None = None
    entry: Entry | None = None
    refunds: tuple[RefundDone, ...] = ()

    @property
    def refunded_price(self) -> int:
        return sum(done.price for done in self.refunds)

    @property
    def refunded_amount(self) -> int:
        return sum(done.amount for done in self.refunds)


@dataclass(frozen=True, slots=True)
class IssuerDecision:
    """``new_state`` replaces the stored payment (None: still unknown). ``reply`` is None only for ``expire``."""

    new_state: IssuerPayment | None
    reply: m.PaymentMessage | None
    effects: tuple[Effect, ...] = ()
