"""What a simulated node's database holds. All values are frozen, so a shallow copy is a snapshot: a transaction.

Clauses: specs/simulation.md §2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.consent import CardConsent, Consent, card_digest, consent_key, verify_pass
from protocols.honour.following import Following
from protocols.honour.honouring import HonouringPayment
from protocols.honour.issuing import (
    AppendEntry,
    CommitHold,
    Effect,
    HolderFacts,
    HoldLots,
    IssuerFacts,
    IssuerPayment,
    RefundLots,
    ReleaseHold,
    SpendLots,
    TellHolder,
    UseConsent,
)
from protocols.honour.log import Entry, Head, head_after, log_id, salted_reference
from protocols.honour.refunding import HonouringRefund
from protocols.honour.settlement import Paper
from protocols.honour.tables import IssuerState
from protocols.honour.terms import Terms

SALT = b"simulated salt  "


class Violation(Exception):
    """The simulation saw what must never be: the rule, and what broke it."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule, self.detail = rule, detail


@dataclass(frozen=True, slots=True)
class Holder:
    """A resident: a card's code, the phone's key and its name as a DID."""

    name: str
    code: str
    seed: bytes
    did: str


@dataclass
class Pair:
    """Business with one neighbour: what we issued, what our tills asked for, both logs, the statements, the terms.

    `held` and `spent`: payment → (holder, tokens). `partner`: what our tills' partners were credited. `terms`: hash →
    (document, whether it is in force here).
    """

    us: str
    them: str
    following: Following
    issued: dict[str, IssuerPayment] = field(default_factory=dict)
    held: dict[str, tuple[str, int]] = field(default_factory=dict)
    spent: dict[str, tuple[str, int]] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    mirror: list[Entry] = field(default_factory=list)
    tills: dict[str, HonouringPayment] = field(default_factory=dict)
    refunds: dict[str, HonouringRefund] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    terms: dict[str, tuple[Terms, bool]] = field(default_factory=dict)
    partner: int = 0
    suspense: dict[str, int] = field(default_factory=dict)
    acked_seq: int = 0

    def copy(self) -> Pair:
        values: dict[str, Any] = {
            key: each.copy() if isinstance(each, dict | list) else each for key, each in vars(self).items()
        }
        return Pair(**values)

    @property
    def head(self) -> Head:
        return head_after(self.log[-1]) if self.log else Head(log_id(issuer=self.us, honouring=self.them))

    @property
    def outstanding(self) -> int:
        return self.head.sums.owed + sum(amount for _, amount in self.held.values())

    def live(self) -> tuple[str, Terms] | None:
        """The terms that our tills cite."""
        found = [(terms.version, each) for each, (terms, live) in self.terms.items() if live]
        return (max(found)[1], self.terms[max(found)[1]][0]) if found else None

    def newest(self) -> str:
        """The hash of the terms under which old business is finished."""
        return max(self.terms, key=lambda each: self.terms[each][0].version)

    def spent_on(self, holder: str, day: date, *, by_card: bool = False) -> int:
        """What counts for the caps: held or committed that day, less refunds."""
        return sum(
            one.amount - one.refunded_amount
            for one in self.issued.values()
            if one.holder == holder
            and one.opened_on == day
            and one.state in (IssuerState.HELD, IssuerState.COMMITTED)
            and (one.by_card or not by_card)
        )


def new_pair(us: str, them: str) -> Pair:
    return Pair(us, them, Following(head=Head(log_id(issuer=them, honouring=us))))


@dataclass
class Books:
    """One node. `wallets` hold what is available; `consents`: what was used, and by which payment."""

    actor: str
    holders: tuple[Holder, ...]
    minted: int
    wallets: dict[str, int]
    pairs: dict[str, Pair]
    consents: dict[str, str] = field(default_factory=dict)

    def copy(self, peer: str) -> Books:
        """A snapshot that a transaction with one neighbour may change."""
        pairs = self.pairs | {peer: self.pairs[peer].copy()}
        return replace(self, wallets=self.wallets.copy(), consents=self.consents.copy(), pairs=pairs)

    def facts(self, pair: Pair, message: m.PaymentMessage, now: datetime) -> IssuerFacts:
        """What `node.honour.issuing` would load from its tables."""
        terms, live = pair.terms.get(message.terms, (None, False))
        facts = IssuerFacts(
            terms=terms,
            terms_live=live,
            head=pair.head,
            day=now.date(),
            reference=salted_reference(SALT, message.payment),
            outstanding=pair.outstanding,
        )
        if not isinstance(message, m.Reserve | m.Charge | m.Look):
            return facts
        holder, good = self._holder(message.consent)
        if holder is None:
            return facts
        spent = pair.spent_on(holder.name, facts.day)
        by_card = pair.spent_on(holder.name, facts.day, by_card=True)
        return replace(
            facts,
            holder=HolderFacts(holder.name, holder.name, self.wallets[holder.name], spent, by_card),
            consent_good=good,
            consent_used_by=self.consents.get(_used_key(pair, message.consent)),
        )

    def _holder(self, consent: Consent) -> tuple[Holder | None, bool]:
        if isinstance(consent, CardConsent):
            found = [one for one in self.holders if card_digest(one.code) == consent.digest]
            return (found[0], True) if found else (None, False)
        found = [one for one in self.holders if one.did == consent.document.get("holder")]
        try:
            verify_pass(consent.document, issuer=self.actor)
        except RemoteProtocolError:
            return (found[0] if found else None), False
        return (found[0] if found else None), True

    def perform(self, pair: Pair, message: m.PaymentMessage | None, effect: Effect) -> None:
        """One effect of a decision, in the transaction that stores its state."""
        match effect:
            case SpendLots():
                self._take(effect.holder, effect.amount)
                _add_spent(pair, effect.payment, effect.holder, effect.amount)
            case HoldLots():
                self._take(effect.holder, effect.amount)
                pair.held[effect.payment] = (effect.holder, effect.amount)
            case CommitHold():
                _add_spent(pair, effect.payment, *pair.held.pop(effect.payment))
            case ReleaseHold():
                holder, amount = pair.held.pop(effect.payment)
                self.wallets[holder] += amount
            case RefundLots():
                holder, amount = pair.spent[effect.payment]
                if effect.amount > amount:
                    raise Violation("refund", f"more is given back of {effect.payment} than was spent")
                pair.spent[effect.payment] = (holder, amount - effect.amount)
                self.wallets[holder] += effect.amount
            case AppendEntry():
                pair.log.append(effect.entry)
            case UseConsent():
                assert isinstance(message, m.Reserve | m.Charge)
                key = _used_key(pair, message.consent)
                if self.consents.get(key, effect.payment) != effect.payment:
                    raise Violation("consent", f"{effect.payment} uses what {self.consents[key]} used")
                self.consents[key] = effect.payment
            case TellHolder():
                pass

    def _take(self, holder: str, amount: int) -> None:
        if self.wallets[holder] < amount:
            raise Violation("overspent", f"{holder} has {self.wallets[holder]}, not {amount}")
        self.wallets[holder] -= amount


def _add_spent(pair: Pair, payment: str, holder: str, amount: int) -> None:
    pair.spent[payment] = (holder, pair.spent.get(payment, (holder, 0))[1] + amount)


def _used_key(pair: Pair, consent: Consent) -> str:
    """As `node.honour.consents.used_key`: a till's numbers belong to its commune, a pass's nonce to its holder."""
    return consent_key(consent) + (f" {pair.them}" if isinstance(consent, CardConsent) else "")
