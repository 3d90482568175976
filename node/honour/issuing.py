"""The issuing side on the database: load what is known under the head's lock, let the protocol decide, do what it says.

State, log entry, ledger and answer are one transaction; the answer is signed and leaves after its commit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from node.core import throttle
from node.core.errors import DomainError
from node.core.unit import Unit
from node.honour import books, choosing, consents, effects
from node.honour.models import ConsentRow, HeadRow, IssuedRow
from node.honour.records import head_of, issued_of, write_issued
from node.households import public as households
from node.ledger import public as ledger
from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.consent import CardConsent, Consent
from protocols.honour.issuer import expire, handle
from protocols.honour.issuing import HolderFacts, IssuerFacts, IssuerPayment
from protocols.honour.log import FIRST_PREV

LOOKS_PER_MINUTE = 30
"""Of one till, and of one card."""
GUESSES_PER_HOUR = 300
"""Cards and keys that nobody has, by all the tills of one commune together."""
SWEEP = 200


def answer(unit: Unit, message: m.PaymentMessage) -> m.PaymentMessage:
    """Decide on one message about one payment, and perform the decision. Repeats have no second effect.

    Raises RemoteProtocolError: 403 without terms, 400 for what only an issuer says, 409 for a grouping's terms that
    have not come here yet (specs/groupings.md §5.5), 429 for too many guesses.
    """
    head = books.lock_head(unit, books.our_log(unit, message.sender))
    if head is None or not choosing.knows(unit, message.sender):
        raise RemoteProtocolError("there are no terms between us", status=403, code="no-terms")
    opening = isinstance(message, m.Look | m.Reserve | m.Charge)
    if opening and choosing.may_come_later(unit, message.sender, message.terms):
        raise RemoteProtocolError("these terms are not known here yet", status=409, code="terms-not-yet")
    key = (message.sender, message.payment)
    row = unit.session.get(IssuedRow, key, with_for_update=True)
    state = None if row is None else issued_of(row)
    facts = _facts(unit, message, state, head)
    if state is None and facts.holder is None and opening:
        _count_guess(unit, message.sender)
    decision = handle(state, message, facts, unit.now)
    _store(unit, row, state, decision.new_state)
    effects.perform(unit, head, message, decision)
    assert decision.reply is not None
    return decision.reply


def expire_holds(unit: Unit) -> None:
    """Let holds run out whose time has come (§6.6); what a message meets first is expired by that message."""
    due = select(IssuedRow.sender, IssuedRow.payment).where(IssuedRow.state == "HELD", IssuedRow.until <= unit.now)
    for sender, payment in unit.session.execute(due.order_by(IssuedRow.sender).limit(SWEEP)).all():
        head = books.lock_head(unit, books.our_log(unit, sender))
        row = unit.session.get(IssuedRow, (sender, payment), with_for_update=True)
        if row is None or head is None:
            continue
        state = issued_of(row)
        decision = expire(state, unit.now)
        _store(unit, row, state, decision.new_state)
        effects.perform(unit, head, None, decision, sender=sender)


def _store(unit: Unit, row: IssuedRow | None, old: IssuerPayment | None, new: IssuerPayment | None) -> None:
    if new is None or new == old:
        return
    if row is None:
        row = IssuedRow()
        write_issued(row, new)
        unit.session.add(row)
    else:
        write_issued(row, new)
    unit.session.flush()


def _facts(unit: Unit, message: m.PaymentMessage, state: IssuerPayment | None, head: HeadRow) -> IssuerFacts:
    found = choosing.by_hash(unit, message.terms)
    terms, terms_state = found if found is not None else (None, "")
    consent = message.consent if isinstance(message, m.Look | m.Reserve | m.Charge) else None
    holder, good = _holder(unit, message.sender, consent) if consent is not None else (None, False)
    account_id = state.holder if state is not None else holder.account if holder is not None and good else None
    return IssuerFacts(
        terms=terms,
        terms_live=terms_state == "live",
        head=head_of(head),
        day=unit.today,
        reference=effects.reference(unit, head.log, account_id, message) if account_id else FIRST_PREV,
        outstanding=head_of(head).sums.owed + _sum(unit, IssuedRow.amount, message.sender, _held(unit)),
        holder=holder,
        consent_good=good,
        consent_used_by=_used_by(unit, message, consent) if consent is not None else None,
        looks_left=_looks_left(unit, message, consent) if isinstance(message, m.Look) else True,
    )


def _holder(unit: Unit, sender: str, consent: Consent) -> tuple[HolderFacts | None, bool]:
    shower = consents.shower_of(unit, consent)
    if shower is None:
        return None, False
    if not shower.good:
        return HolderFacts(shower.account_id, shower.first_name, 0), False
    available = households.spendable(unit, shower.account_id)
    today = and_(
        IssuedRow.holder == shower.account_id,
        IssuedRow.opened_on == unit.today,
        or_(IssuedRow.state == "COMMITTED", _held(unit)),
    )
    spent = IssuedRow.amount - IssuedRow.refunded_amount
    return HolderFacts(
        account=shower.account_id,
        first_name=shower.first_name,
        available=min(available, ledger.AMOUNT_LIMIT),
        spent_today=_sum(unit, spent, sender, today),
        card_spent_today=_sum(unit, spent, sender, and_(today, IssuedRow.by_card.is_(True))),
    ), True


def _held(unit: Unit) -> ColumnElement[bool]:
    return and_(IssuedRow.state == "HELD", IssuedRow.until > unit.now)


def _sum(unit: Unit, what: Any, sender: str, where: ColumnElement[bool]) -> int:
    query = select(func.coalesce(func.sum(what), 0)).where(IssuedRow.sender == sender, where)
    return int(unit.session.execute(query).scalar_one())


def _used_by(unit: Unit, message: m.PaymentMessage, consent: Consent) -> str | None:
    row = unit.session.get(ConsentRow, consents.used_key(message.sender, consent))
    if row is None:
        return None
    return row.payment if row.sender == message.sender else f"{row.sender} {row.payment}"


def _looks_left(unit: Unit, message: m.PaymentMessage, consent: Consent | None) -> bool:
    assert consent is not None
    keys = [consents.used_key("", consent)]
    if isinstance(consent, CardConsent):
        keys = [f"{consent.digest[:40]}", f"{message.sender[-40:]} {consent.till}"]
    try:
        for key in keys:
            throttle.count(unit, f"honour look {key}", limit=LOOKS_PER_MINUTE, window_s=60)
    except DomainError:
        return False
    return True


def _count_guess(unit: Unit, sender: str) -> None:
    try:
        throttle.count(unit, f"honour guess {sender[-100:]}", limit=GUESSES_PER_HOUR, window_s=3600)
    except DomainError as error:
        raise RemoteProtocolError("too many cards that nobody has", status=429, code="too-many") from error
