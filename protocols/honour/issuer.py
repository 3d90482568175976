"""The issuing commune: decides each payment, by its own clock (specs/honour.md §6; codes: specs/honour-objects.md §7).

``handle`` is pure. The caller loads the payment and the facts under the lock of the log's head, performs the effects,
stores the new state, the entry and the reply, and commits all of it as one transaction; only then the reply leaves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.consent import CardConsent, consent_key, read_pass
from protocols.honour.issuing import (
    AppendEntry,
    CommitHold,
    HoldLots,
    IssuerDecision,
    IssuerFacts,
    IssuerPayment,
    RefundDone,
    RefundLots,
    ReleaseHold,
    SpendLots,
    TellHolder,
    UseConsent,
)
from protocols.honour.log import Entry, EntryKind, append
from protocols.honour.tables import ISSUER, IssuerState
from protocols.honour.terms import Direction, Terms

PUBLIC_CODE: Final = {
    "no-terms": "no-terms",
    "terms-not-live": "no-terms",
    "service": "service",
    "unknown-holder": "consent",
    "bad-consent": "consent",
    "pass-over-most": "consent",
    "pass-expired": "consent-expired",
    "consent-used": "consent-used",
    "balance": "not-covered",
    "day-cap": "not-covered",
    "card-day-cap": "not-covered",
    "limit": "limit",
    "too-many-looks": "too-many",
    "too-old": "too-old",
    "commit-before-opening": "unknown",
    "conflict": "conflict",
    "refund-exceeds": "refund-exceeds",
    "refund-late": "refund-late",
}
"""Exact ground → what the till is told. A till must not learn a balance, a cap or that a card was reported lost."""


def handle(state: IssuerPayment | None, message: m.PaymentMessage, facts: IssuerFacts, now: datetime) -> IssuerDecision:
    """Decide on one message about one payment of one sender.

    ``state`` is stored under (message.sender, message.payment). Repeating any message gives the same answer and no
    second effect. Raises RemoteProtocolError (400) for a message that only an issuer sends, (403) when the sender is
    not a party to the terms cited.
    """
    if state is not None and (state.sender, state.payment) != (message.sender, message.payment):
        raise LocalProtocolError("the state belongs to another payment")
    if facts.terms is not None:
        facts.terms.direction(issuer=message.recipient, honouring=message.sender)
    clock = expire(state, now)
    decision = _dispatch(clock.new_state, message, facts, now)
    return replace(decision, effects=clock.effects + decision.effects)


def expire(state: IssuerPayment | None, now: datetime) -> IssuerDecision:
    """Let a hold run out by the issuer's clock; for the sweep, and the first step of every ``handle`` (§6.6)."""
    if state is None or state.state is not IssuerState.HELD or state.until is None or now < state.until:
        return IssuerDecision(state, None)
    effects = (ReleaseHold(state.payment), _tell(state, "released", state.amount, state.price))
    return IssuerDecision(_moved(state, "clock ≥ until", IssuerState.EXPIRED), None, effects)


def _dispatch(
    state: IssuerPayment | None, message: m.PaymentMessage, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    match message:
        case m.Look():
            return IssuerDecision(state, _look(message, facts, now))
        case m.Query():
            return IssuerDecision(state, _present(state, message, now))
        case m.Reserve() | m.Charge():
            return _open(state, message, facts, now)
        case m.Commit() | m.Cancel():
            return _close(state, message, facts, now)
        case m.Refund():
            return _refund(state, message, facts, now)
        case _:
            raise RemoteProtocolError("this message is for a honouring commune", status=400, code="bad-message")


def _open(
    state: IssuerPayment | None, message: m.Reserve | m.Charge, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    opening = wire.opening_hash(message)
    if state is not None:
        conflict = state.opening is not None and state.opening != opening
        return IssuerDecision(state, _refused(message, "conflict", now) if conflict else answer(state, message, now))
    fresh = IssuerPayment(
        payment=message.payment,
        sender=message.sender,
        terms=message.terms,
        state=IssuerState.NONE,
        opened_on=facts.day,
        opening=opening,
        price=message.price,
        service=message.service,
        by_card=isinstance(message.consent, CardConsent),
    )
    event = type(message).__name__
    reason = ground_for_refusal(message, facts, now)
    if reason is not None or facts.terms is None or facts.holder is None:
        refused = _moved(replace(fresh, reason=reason or "no-terms"), event, IssuerState.REFUSED)
        return IssuerDecision(refused, answer(refused, message, now))
    amount = facts.terms.convert(message.price, _direction(facts.terms, message))
    fresh = replace(fresh, amount=amount, holder=facts.holder.account)
    used = UseConsent(message.payment, consent_key(message.consent))
    if isinstance(message, m.Reserve):
        return _hold(fresh, message, facts.terms, used, now)
    entry = _entry(fresh, facts, "charge", amount, message.price)
    done = _moved(replace(fresh, entry=entry), event, IssuerState.COMMITTED)
    effects = (
        used,
        SpendLots(message.payment, facts.holder.account, amount),
        AppendEntry(entry),
        _tell(done, "charged", amount, message.price),
    )
    return IssuerDecision(done, answer(done, message, now), effects)


def ground_for_refusal(message: m.Look | m.Reserve | m.Charge, facts: IssuerFacts, now: datetime) -> str | None:
    """The exact ground on which this would be refused now (a key of ``PUBLIC_CODE``), or None (§6.3)."""
    return _terms_ground(message, facts) or _consent_ground(message, facts, now) or _sum_ground(message, facts)


def _terms_ground(message: m.Look | m.Reserve | m.Charge, facts: IssuerFacts) -> str | None:
    if facts.forgotten_before is not None and message.created < facts.forgotten_before:
        return "too-old"
    if facts.terms is None:
        return "no-terms"
    if not facts.terms_live or not facts.terms.is_valid_on(facts.day):
        return "terms-not-live"
    return None if facts.terms.accepts(message.service) else "service"


def _consent_ground(message: m.Look | m.Reserve | m.Charge, facts: IssuerFacts, now: datetime) -> str | None:
    if facts.holder is None:
        return "unknown-holder"
    if not facts.consent_good:
        return "bad-consent"
    shown = None if isinstance(message.consent, CardConsent) else read_pass(message.consent.document)
    if shown is not None and shown.most is not None and message.price > shown.most:
        return "pass-over-most"
    if facts.consent_used_by not in (None, message.payment):
        return "consent-used"
    return "pass-expired" if shown is not None and now >= shown.expires else None


def _sum_ground(message: m.Look | m.Reserve | m.Charge, facts: IssuerFacts) -> str | None:
    assert facts.terms is not None
    assert facts.holder is not None
    direction = _direction(facts.terms, message)
    way, amount, holder = facts.terms.way(direction), facts.terms.convert(message.price, direction), facts.holder
    if facts.outstanding + amount > way.limit:
        return "limit"
    if holder.spent_today + amount > way.day_cap:
        return "day-cap"
    if isinstance(message.consent, CardConsent) and holder.card_spent_today + amount > way.card_day_cap:
        return "card-day-cap"
    return "balance" if amount > holder.available else None


def _look(message: m.Look, facts: IssuerFacts, now: datetime) -> m.Seen | m.Refused:
    """First name and covered or not, to who holds a good consent; nothing else, and nothing changes (§6.8)."""
    if not facts.looks_left:
        return _refused(message, "too-many-looks", now)
    reason = _terms_ground(message, facts) or _consent_ground(message, facts, now)
    if reason is not None or facts.holder is None:
        return _refused(message, reason or "unknown-holder", now)
    covered = _sum_ground(message, facts) is None
    return m.Seen(**_reply_to(message, now), first_name=facts.holder.first_name, covered=covered)


def _hold(fresh: IssuerPayment, message: m.Reserve, terms: Terms, used: UseConsent, now: datetime) -> IssuerDecision:
    seconds = terms.till_hold_s if message.hold == "till" else terms.booking_hold_s
    until = now.replace(microsecond=0) + timedelta(seconds=seconds)
    held = _moved(replace(fresh, until=until), "Reserve", IssuerState.HELD)
    assert held.holder is not None
    effects = (
        used,
        HoldLots(message.payment, held.holder, held.amount, until),
        _tell(held, "held", held.amount, held.price),
    )
    return IssuerDecision(held, answer(held, message, now), effects)


def _close(
    state: IssuerPayment | None, message: m.Commit | m.Cancel, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    event = type(message).__name__
    if state is None:
        return _tombstone(message, event, facts, now)
    if state.terms != message.terms:
        return IssuerDecision(state, _refused(message, "conflict", now))
    if not ISSUER.targets(state.state, event):
        return IssuerDecision(state, answer(state, message, now))
    if isinstance(message, m.Cancel):
        voided = _moved(state, event, IssuerState.VOIDED)
        effects = (ReleaseHold(state.payment), _tell(state, "released", state.amount, state.price))
        return IssuerDecision(voided, answer(voided, message, now), effects)
    entry = _entry(state, facts, "charge", state.amount, state.price)
    done = _moved(replace(state, entry=entry), event, IssuerState.COMMITTED)
    told = _tell(state, "charged", state.amount, state.price)
    return IssuerDecision(done, answer(done, message, now), (CommitHold(state.payment), AppendEntry(entry), told))


def _tombstone(message: m.Commit | m.Cancel, event: str, facts: IssuerFacts, now: datetime) -> IssuerDecision:
    """A Cancel that overtakes its Charge must kill it, so the id is remembered though nothing was opened (§6.5)."""
    target = IssuerState.VOIDED if isinstance(message, m.Cancel) else IssuerState.REFUSED
    grave = IssuerPayment(
        payment=message.payment,
        sender=message.sender,
        terms=message.terms,
        state=IssuerState.NONE,
        opened_on=facts.day,
        reason="commit-before-opening" if target is IssuerState.REFUSED else None,
    )
    grave = _moved(grave, event, target)
    return IssuerDecision(grave, answer(grave, message, now))


def _refund(state: IssuerPayment | None, message: m.Refund, facts: IssuerFacts, now: datetime) -> IssuerDecision:
    if state is None or not ISSUER.targets(state.state, "Refund"):
        return IssuerDecision(state, _present(state, message, now))
    if state.terms != message.terms:
        return IssuerDecision(state, _refused(message, "conflict", now, message.refund))
    body = wire.body_hash(message)
    for done in state.refunds:
        if done.refund == message.refund:
            if done.body_hash != body:
                return IssuerDecision(state, _refused(message, "conflict", now, message.refund))
            return IssuerDecision(state, _refunded(message, done, now))
    if facts.terms is None:
        raise LocalProtocolError("terms are kept as long as payments made under them")
    assert state.entry is not None
    if facts.day > state.entry.day + timedelta(days=facts.terms.refund_days):
        return IssuerDecision(state, _refused(message, "refund-late", now, message.refund))
    left = state.price - state.refunded_price - message.price
    if left < 0:
        return IssuerDecision(state, _refused(message, "refund-exceeds", now, message.refund))
    # What stays charged is always the conversion of what stays sold, so partial refunds add up whatever the rounding.
    amount = state.amount - state.refunded_amount - facts.terms.convert(left, _direction(facts.terms, message))
    entry = _entry(state, facts, "refund", amount, message.price, message.refund)
    done = RefundDone(message.refund, body, message.price, amount, entry)
    changed = _moved(replace(state, refunds=(*state.refunds, done)), "Refund", IssuerState.COMMITTED)
    effects = (
        RefundLots(state.payment, message.refund, amount),
        AppendEntry(entry),
        _tell(state, "refunded", amount, message.price),
    )
    return IssuerDecision(changed, _refunded(message, done, now), effects)


def answer(state: IssuerPayment, message: m.PaymentMessage, now: datetime) -> m.PaymentMessage:
    """The present state in one word, which is the answer to whatever changes nothing (§6.2)."""
    head = _reply_to(message, now)
    match state.state:
        case IssuerState.HELD:
            assert state.until is not None
            return m.Held(**head, until=state.until)
        case IssuerState.COMMITTED:
            assert state.entry is not None
            return m.Committed(**head, entry=state.entry)
        case IssuerState.VOIDED:
            return m.Voided(**head)
        case IssuerState.EXPIRED:
            return m.Expired(**head)
        case IssuerState.REFUSED:
            return _refused(message, state.reason or "no-terms", now)
        case IssuerState.NONE:
            raise LocalProtocolError("an unknown payment has no state to answer")


def _present(state: IssuerPayment | None, message: m.PaymentMessage, now: datetime) -> m.State:
    head = _reply_to(message, now)
    if state is None:
        return m.State(**head, state="unknown")
    names: dict[IssuerState, m.StateName] = {
        IssuerState.HELD: "held",
        IssuerState.COMMITTED: "committed",
        IssuerState.REFUSED: "refused",
        IssuerState.VOIDED: "voided",
        IssuerState.EXPIRED: "expired",
    }
    return m.State(
        **head,
        state=names[state.state],
        until=state.until if state.state is IssuerState.HELD else None,
        entry=state.entry,
        code=PUBLIC_CODE[state.reason] if state.reason else None,
    )


def _reply_to(message: m.PaymentMessage, now: datetime) -> m.PaymentEnvelope:
    return m.PaymentEnvelope(
        terms=message.terms,
        sender=message.recipient,
        recipient=message.sender,
        created=now.replace(microsecond=0),
        payment=message.payment,
    )


def _refused(message: m.PaymentMessage, reason: str, now: datetime, refund: str | None = None) -> m.Refused:
    return m.Refused(**_reply_to(message, now), code=PUBLIC_CODE[reason], refund=refund)


def _refunded(message: m.Refund, done: RefundDone, now: datetime) -> m.Refunded:
    return m.Refunded(**_reply_to(message, now), refund=done.refund, entry=done.entry)


def _moved(state: IssuerPayment, event: str, target: IssuerState) -> IssuerPayment:
    ISSUER.check(state.state, event, target)
    return replace(state, state=target)


def _entry(
    state: IssuerPayment, facts: IssuerFacts, kind: EntryKind, amount: int, price: int, refund: str | None = None
) -> Entry:
    return append(
        facts.head,
        payment=state.payment,
        kind=kind,
        amount=amount,
        price=price,
        day=facts.day,
        reference=facts.reference,
        subject=refund,
    )


def _tell(
    state: IssuerPayment, kind: Literal["held", "charged", "refunded", "released"], amount: int, price: int
) -> TellHolder:
    assert state.holder is not None
    return TellHolder(state.payment, state.holder, kind, amount, price)


def _direction(terms: Terms, message: m.PaymentMessage) -> Direction:
    return terms.direction(issuer=message.recipient, honouring=message.sender)
