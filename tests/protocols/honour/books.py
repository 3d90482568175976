"""A commune's books in memory: what a node's database holds, with the effects of the protocol performed on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from protocols.honour import honouring, issuer, issuing, mirror, refunding
from protocols.honour import messages as m
from protocols.honour.consent import CardConsent, card_digest, consent_key
from protocols.honour.log import Entry, Head, head_after, log_id, salted_reference
from protocols.honour.tables import IssuerState
from protocols.honour.terms import Terms

HOLDERS = ("lea", "max", "zoe")


class Violation(AssertionError):
    """The simulation saw what must never be."""


@dataclass(frozen=True)
class Handlers:
    """The functions under test, each of which a mutant may replace."""

    handle: Callable[..., issuing.IssuerDecision] = issuer.handle
    start: Callable[..., honouring.Step] = honouring.start
    on_timer: Callable[..., honouring.Step] = honouring.on_timer
    on_reply: Callable[..., honouring.Step] = honouring.on_reply
    accept: Callable[..., mirror.Accepted] = mirror.accept


@dataclass
class Books:
    """One commune. All values are frozen, so a shallow copy is a snapshot: that is a transaction here."""

    actor: str
    other: str
    wallets: dict[str, int]
    held: dict[str, tuple[str, int]] = field(default_factory=dict)
    spent: dict[str, tuple[str, int]] = field(default_factory=dict)
    payments: dict[str, issuing.IssuerPayment] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    mirror: list[Entry] = field(default_factory=list)
    tills: dict[str, honouring.HonouringPayment] = field(default_factory=dict)
    refunds: dict[str, refunding.HonouringRefund] = field(default_factory=dict)
    proposal: m.Statement | None = None
    acks: dict[int, m.StatementAck] = field(default_factory=dict)

    def snapshot(self) -> Books:
        copied: dict[str, Any] = {
            name: value.copy() if isinstance(value, dict | list) else value for name, value in vars(self).items()
        }
        return Books(**copied)

    @property
    def head(self) -> Head:
        return head_after(self.log[-1]) if self.log else Head(log_id(issuer=self.actor, honouring=self.other))

    @property
    def mirror_head(self) -> Head:
        return head_after(self.mirror[-1]) if self.mirror else Head(log_id(issuer=self.other, honouring=self.actor))

    def outstanding(self) -> int:
        return self.head.sums.owed + sum(amount for _, amount in self.held.values())

    def facts(self, message: m.PaymentMessage, terms: Terms, day: date) -> issuing.IssuerFacts:
        facts = issuing.IssuerFacts(
            terms=terms,
            terms_live=True,
            head=self.head,
            day=day,
            reference=salted_reference(b"salt" * 4, message.payment),
            outstanding=self.outstanding(),
        )
        if not isinstance(message, m.Reserve | m.Charge | m.Look) or not isinstance(message.consent, CardConsent):
            return facts
        holder = {card_digest(name): name for name in HOLDERS}.get(message.consent.digest)
        if holder is None:
            return facts
        spent = self._spent_today(holder)
        return replace(
            facts,
            holder=issuing.HolderFacts(holder, holder.title(), self.wallets[holder], spent, spent),
            consent_good=True,
            consent_used_by=self.consents.get(consent_key(message.consent)),
        )

    def _spent_today(self, holder: str) -> int:
        live = (IssuerState.HELD, IssuerState.COMMITTED)
        mine = [one for one in self.payments.values() if one.holder == holder and one.state in live]
        return sum(one.amount - one.refunded_amount for one in mine)

    def perform(self, effect: issuing.Effect) -> None:
        match effect:
            case issuing.SpendLots():
                self._take(effect.holder, effect.amount)
                self._add_spent(effect.payment, effect.holder, effect.amount)
            case issuing.HoldLots():
                self._take(effect.holder, effect.amount)
                self.held[effect.payment] = (effect.holder, effect.amount)
            case issuing.CommitHold():
                self._add_spent(effect.payment, *self.held.pop(effect.payment))
            case issuing.ReleaseHold():
                holder, amount = self.held.pop(effect.payment)
                self.wallets[holder] += amount
            case issuing.RefundLots():
                holder, amount = self.spent[effect.payment]
                if effect.amount > amount:
                    raise Violation("more is refunded than was spent")
                self.spent[effect.payment] = (holder, amount - effect.amount)
                self.wallets[holder] += effect.amount
            case issuing.AppendEntry():
                self.log.append(effect.entry)
            case issuing.UseConsent():
                self.consents[effect.key] = effect.payment
            case issuing.TellHolder():
                pass

    def _add_spent(self, payment: str, holder: str, amount: int) -> None:
        self.spent[payment] = (holder, self.spent.get(payment, (holder, 0))[1] + amount)

    def _take(self, holder: str, amount: int) -> None:
        if self.wallets[holder] < amount:
            raise Violation("a wallet is overspent")
        self.wallets[holder] -= amount

    def check(self, issued: int, terms: Terms, writer: Books) -> None:
        """What must hold after every transaction of either side. ``writer`` keeps the log that we mirror."""
        held = sum(amount for _, amount in self.held.values())
        spent = sum(amount for _, amount in self.spent.values())
        if sum(self.wallets.values()) + held + spent != issued:
            raise Violation("tokens came or went")
        if spent != self.head.sums.charged - self.head.sums.refunded:
            raise Violation("the log and the ledger differ")
        way = terms.way(terms.direction(issuer=self.actor, honouring=self.other))
        if self.outstanding() > way.limit:
            raise Violation("the limit between the communes is passed")
        if any(self._spent_today(holder) > way.card_day_cap for holder in HOLDERS):
            raise Violation("a resident's cap is passed")
        charged = [entry.payment for entry in self.log if entry.kind == "charge"]
        if len(charged) != len(set(charged)):
            raise Violation("a payment is charged twice")
        if [one.hash for one in self.mirror] != [one.hash for one in writer.log[: len(self.mirror)]]:
            raise Violation("the mirror is not the log's beginning")

    def check_tills(self, issuer_books: Books) -> None:
        """A payment that ended at the till ended the same way at the issuer, and stays so."""
        for till in self.tills.values():
            known = issuer_books.payments.get(till.payment)
            committed = known is not None and known.state is IssuerState.COMMITTED
            if till.trouble:
                raise Violation(f"the issuer contradicts itself: {till.trouble}")
            if till.state == "POSTED" and not committed:
                raise Violation("posted at the till, not committed by the issuer")
            held = known is not None and known.state is IssuerState.HELD
            if till.state == "FAILED" and (committed or held):
                raise Violation("failed at the till, not ended by the issuer")
