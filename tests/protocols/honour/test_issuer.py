"""The issuer: its table walked by chance, its limits and caps, conflicts, tombstones, refunds, and what it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.consent import PassConsent
from protocols.honour.issuer import PUBLIC_CODE, expire, handle
from protocols.honour.issuing import (
    AppendEntry,
    CommitHold,
    HoldLots,
    IssuerDecision,
    IssuerFacts,
    IssuerPayment,
    RefundLots,
    ReleaseHold,
    SpendLots,
    TellHolder,
    UseConsent,
)
from protocols.honour.log import Entry, Head, head_after
from protocols.honour.tables import ISSUER, IssuerState
from tests.protocols.honour.pair import FACTS, HASH, LEA, NOW, PAYMENT, TERMS, A, B, at_the_till, charge, reserve
from tests.protocols.honour.samples import lea_pass

COMMIT = m.Commit(**at_the_till())
CANCEL = m.Cancel(**at_the_till())
QUERY = m.Query(**at_the_till())


def refund(price: int, number: int = 1) -> m.Refund:
    return m.Refund(**at_the_till(), refund=f"refund-{number:09}", price=price)


def kinds(decision: IssuerDecision) -> list[type]:
    return [type(effect) for effect in decision.effects if not isinstance(effect, TellHolder)]


def after(*messages: m.PaymentMessage) -> IssuerPayment | None:
    state: IssuerPayment | None = None
    for message in messages:
        state = handle(state, message, FACTS, NOW).new_state
    return state


def test_a_charge_spends_and_writes_one_entry() -> None:
    decision = handle(None, charge(10), FACTS, NOW)
    assert kinds(decision) == [UseConsent, SpendLots, AppendEntry]
    assert decision.new_state is not None
    assert (decision.new_state.state, decision.new_state.amount) == (IssuerState.COMMITTED, 15)
    assert TellHolder(PAYMENT, "lea", "charged", 15, 10) in decision.effects


def test_a_reserve_holds_and_a_commit_takes_the_hold() -> None:
    held = handle(None, reserve(10), FACTS, NOW)
    until = NOW + timedelta(seconds=900)
    assert HoldLots(PAYMENT, "lea", 15, until) in held.effects
    assert isinstance(held.reply, m.Held)
    assert held.reply.until == until
    committed = handle(held.new_state, COMMIT, FACTS, NOW)
    assert kinds(committed) == [CommitHold, AppendEntry]
    assert isinstance(committed.reply, m.Committed)
    booking = handle(None, replace(reserve(10), hold="booking"), FACTS, NOW).reply
    assert isinstance(booking, m.Held)
    assert booking.until == NOW + timedelta(hours=72)


def test_the_hold_ends_by_the_issuers_clock_to_the_second() -> None:
    held = after(reserve(10))
    assert held is not None
    assert held.until is not None
    before = handle(held, COMMIT, FACTS, held.until - timedelta(seconds=1))
    assert isinstance(before.reply, m.Committed)
    late = handle(held, COMMIT, FACTS, held.until)
    assert isinstance(late.reply, m.Expired)
    assert kinds(late) == [ReleaseHold]
    assert expire(held, held.until).new_state == late.new_state
    assert expire(held, held.until - timedelta(seconds=1)).effects == ()


def test_tombstones_kill_what_they_overtook() -> None:
    voided = handle(None, CANCEL, FACTS, NOW)
    assert isinstance(voided.reply, m.Voided)
    late = handle(voided.new_state, charge(), FACTS, NOW)
    assert isinstance(late.reply, m.Voided)
    assert (late.effects, late.new_state) == ((), voided.new_state)
    refused = handle(None, COMMIT, FACTS, NOW)
    assert isinstance(refused.reply, m.Refused)
    late = handle(refused.new_state, reserve(), FACTS, NOW)
    assert isinstance(late.reply, m.Refused)
    assert (late.effects, late.new_state) == ((), refused.new_state)


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing() -> None:
    state = after(charge(10))
    for other in (charge(11), charge(10, counter=2), charge(10, service="theatre"), reserve(11)):
        decision = handle(state, other, FACTS, NOW)
        assert isinstance(decision.reply, m.Refused)
        assert decision.reply.code == "conflict"
        assert (decision.new_state, decision.effects) == (state, ())
    under_others = handle(after(reserve()), replace(COMMIT, terms="9" * 64), FACTS, NOW)
    assert isinstance(under_others.reply, m.Refused)
    assert under_others.effects == ()


def test_a_payment_of_another_sender_is_our_own_mistake() -> None:
    state = after(charge())
    assert state is not None
    with pytest.raises(LocalProtocolError):
        handle(replace(state, sender="https://c.example/actor"), charge(), FACTS, NOW)


def test_a_stranger_to_the_terms_is_turned_away() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        handle(None, replace(charge(), sender="https://c.example/actor"), FACTS, NOW)
    assert caught.value.status == 403


def test_an_answer_is_no_question() -> None:
    with pytest.raises(RemoteProtocolError):
        handle(None, m.Voided(**at_the_till()), FACTS, NOW)


def with_holder(**changes: Any) -> IssuerFacts:
    return replace(FACTS, holder=replace(LEA, **changes))


BY_PASS = replace(charge(), consent=PassConsent(lea_pass(most=9)))
REFUSALS: list[tuple[m.Charge, IssuerFacts, str, str]] = [
    (charge(), replace(FACTS, terms=None), "no-terms", "no-terms"),
    (charge(), replace(FACTS, terms_live=False), "terms-not-live", "no-terms"),
    (charge(), replace(FACTS, day=TERMS.valid_until + timedelta(days=1)), "terms-not-live", "no-terms"),
    (charge(service="museum"), FACTS, "service", "service"),
    (charge(), replace(FACTS, holder=None), "unknown-holder", "consent"),
    (charge(), replace(FACTS, consent_good=False), "bad-consent", "consent"),
    (charge(), replace(FACTS, consent_used_by="payment-000000009"), "consent-used", "consent-used"),
    (BY_PASS, FACTS, "pass-over-most", "consent"),
    (charge(), replace(FACTS, outstanding=986), "limit", "limit"),
    (charge(), with_holder(spent_today=86), "day-cap", "not-covered"),
    (charge(), with_holder(card_spent_today=26), "card-day-cap", "not-covered"),
    (charge(), with_holder(available=14), "balance", "not-covered"),
    (charge(), replace(FACTS, forgotten_before=NOW + timedelta(seconds=1)), "too-old", "too-old"),
]


@pytest.mark.parametrize(("message", "facts", "reason", "code"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_grounds_for_refusal(message: m.Charge, facts: IssuerFacts, reason: str, code: str) -> None:
    decision = handle(None, message, facts, NOW)
    assert decision.new_state is not None
    assert (decision.new_state.state, decision.new_state.reason) == (IssuerState.REFUSED, reason)
    assert isinstance(decision.reply, m.Refused)
    assert decision.reply.code == code == PUBLIC_CODE[reason]
    assert decision.effects == ()
    again = handle(decision.new_state, message, FACTS, NOW)
    assert isinstance(again.reply, m.Refused)
    assert again.effects == ()


@pytest.mark.parametrize(
    "facts",
    [
        replace(FACTS, outstanding=985),
        with_holder(spent_today=85),
        with_holder(card_spent_today=25),
        with_holder(available=15),
        replace(FACTS, consent_used_by=PAYMENT),
        replace(FACTS, forgotten_before=NOW),
    ],
)
def test_exactly_at_the_bound_is_accepted(facts: IssuerFacts) -> None:
    assert isinstance(handle(None, charge(), facts, NOW).reply, m.Committed)


def test_a_pass_has_no_card_cap_but_expires_by_the_issuers_clock() -> None:
    message = replace(charge(), consent=PassConsent(lea_pass()))
    facts = with_holder(card_spent_today=40)
    assert isinstance(handle(None, message, facts, NOW + timedelta(seconds=179)).reply, m.Committed)
    late = handle(None, message, facts, NOW + timedelta(minutes=3)).reply
    assert isinstance(late, m.Refused)
    assert late.code == "consent-expired"


def test_a_look_tells_a_first_name_and_covered_and_leaves_no_trace() -> None:
    look = m.Look(**at_the_till(), price=10, service="theatre", consent=charge().consent)
    for facts, covered in ((FACTS, True), (with_holder(available=14), False), (with_holder(spent_today=99), False)):
        decision = handle(None, look, facts, NOW)
        assert isinstance(decision.reply, m.Seen)
        assert (decision.reply.first_name, decision.reply.covered) == ("Léa", covered)
        assert (decision.new_state, decision.effects) == (None, ())
    for facts, code in (
        (replace(FACTS, consent_good=False), "consent"),
        (replace(FACTS, holder=None), "consent"),
        (replace(FACTS, looks_left=False), "too-many"),
    ):
        reply = handle(None, look, facts, NOW).reply
        assert isinstance(reply, m.Refused)
        assert reply.code == code


def test_a_query_tells_the_state_and_leaves_no_trace() -> None:
    unknown = handle(None, QUERY, FACTS, NOW)
    assert unknown.new_state is None
    assert isinstance(unknown.reply, m.State)
    assert unknown.reply.state == "unknown"
    for messages, name in (
        ([charge()], "committed"),
        ([reserve()], "held"),
        ([reserve(), CANCEL], "voided"),
        ([COMMIT], "refused"),
    ):
        reply = handle(after(*messages), QUERY, FACTS, NOW).reply
        assert isinstance(reply, m.State)
        assert reply.state == name


def test_a_refund_of_what_is_not_committed_answers_the_present_state() -> None:
    for state in (None, after(reserve()), after(CANCEL)):
        decision = handle(state, refund(1), FACTS, NOW)
        assert isinstance(decision.reply, m.State)
        assert (decision.new_state, decision.effects) == (state, ())


@given(prices=st.lists(st.integers(1, 12), max_size=8), num=st.integers(1, 9), den=st.integers(1, 9))
def test_partial_refunds_add_up_whatever_the_rounding(prices: list[int], num: int, den: int) -> None:
    terms = replace(TERMS, a_at_b=replace(TERMS.a_at_b, rate_num=num, rate_den=den, day_cap=1000, card_day_cap=1000))
    facts = replace(FACTS, terms=terms, holder=replace(LEA, available=1000))
    decision = handle(None, charge(20), facts, NOW)
    state, left = decision.new_state, 20
    assert state is not None
    for number, price in enumerate(prices):
        decision = handle(state, refund(price, number), facts, NOW)
        state = decision.new_state
        assert state is not None
        if price > left:
            assert isinstance(decision.reply, m.Refused)
            assert decision.reply.code == "refund-exceeds"
        else:
            left -= price
            assert kinds(decision) == [RefundLots, AppendEntry]
        assert state.amount - state.refunded_amount == terms.convert(left, "a-at-b")
    assert 0 <= state.refunded_amount <= state.amount


def test_a_refund_is_done_once_and_its_id_keeps_its_price() -> None:
    first = handle(after(charge(10)), refund(4), FACTS, NOW)
    again = handle(first.new_state, refund(4), FACTS, NOW + timedelta(days=400))
    assert (again.effects, again.new_state) == ((), first.new_state)
    assert isinstance(again.reply, m.Refunded)
    assert isinstance(first.reply, m.Refunded)
    assert again.reply.entry == first.reply.entry
    other = handle(first.new_state, refund(5), FACTS, NOW).reply
    assert isinstance(other, m.Refused)
    assert (other.code, other.refund) == ("conflict", "refund-000000001")


def test_refunds_have_days_and_outlive_the_terms() -> None:
    state = after(charge(10))
    last = replace(FACTS, day=FACTS.day + timedelta(days=60), terms_live=False)
    assert isinstance(handle(state, refund(1), last, NOW).reply, m.Refunded)
    late = handle(state, refund(1), replace(last, day=last.day + timedelta(days=1)), NOW).reply
    assert isinstance(late, m.Refused)
    assert late.code == "refund-late"


ANY_MESSAGE = st.sampled_from(
    [charge(), charge(12), reserve(), COMMIT, CANCEL, QUERY, refund(3), refund(4), refund(4, 2), refund(5, 3)]
)


@given(steps=st.lists(st.tuples(ANY_MESSAGE, st.integers(0, 500)), max_size=25))
def test_any_sequence_keeps_the_table_the_sums_and_its_final_word(
    steps: list[tuple[m.PaymentMessage, int]],
) -> None:
    state: IssuerPayment | None = None
    now, facts, balance, held = NOW, FACTS, 100, 0
    entries: list[Entry] = []
    arrows = {(source, target) for (source, _), targets in ISSUER.rows.items() for target in targets}
    for message, seconds in steps:
        now += timedelta(seconds=seconds)
        before = state.state if state else IssuerState.NONE
        decision = handle(state, message, replace(facts, holder=replace(LEA, available=balance)), now)
        state = decision.new_state
        for effect in decision.effects:
            match effect:
                case SpendLots(amount=amount):
                    balance -= amount
                case HoldLots(amount=amount):
                    balance, held = balance - amount, held + amount
                case CommitHold():
                    held = 0
                case ReleaseHold():
                    balance, held = balance + held, 0
                case RefundLots(amount=amount):
                    balance += amount
                case AppendEntry(entry=entry):
                    entries.append(entry)
                    facts = replace(facts, head=head_after(entry))
        now_in = state.state if state else IssuerState.NONE
        assert now_in == before or (before, now_in) in arrows
        assert before not in ISSUER.final or now_in == before
        assert balance + held + facts.head.sums.owed == 100
        assert (held > 0) == (now_in is IssuerState.HELD)
        repeated = handle(state, message, facts, now)
        assert (repeated.new_state, repeated.effects) == (state, ())
    assert len([entry for entry in entries if entry.kind == "charge"]) <= 1


def test_the_hash_of_the_terms_stands_in_every_answer() -> None:
    for message in (charge(), reserve(), COMMIT, CANCEL, QUERY, refund(1)):
        reply = handle(None, message, replace(FACTS, head=Head(FACTS.head.log)), NOW).reply
        assert reply is not None
        assert (reply.terms, reply.sender, reply.recipient, reply.payment) == (HASH, A, B, PAYMENT)
