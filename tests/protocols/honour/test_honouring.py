"""The honouring side: orders, the issuer's word, timers, trouble, refunds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import honouring, refunding
from protocols.honour import messages as m
from protocols.honour.honouring import HonouringPayment, PostPayment, Suspend, Unsuspend
from protocols.honour.log import Head, append
from protocols.honour.tables import HONOURING, HonouringState, IllegalTransition
from tests.protocols.honour.pair import LOG_A, NOW, PAYMENT, REFERENCE, TERMS, TODAY, A, charge, reserve
from tests.protocols.honour.samples import BACK, ENTRY

HELD = m.Held(**BACK, until=NOW + timedelta(minutes=15))
COMMITTED = m.Committed(**BACK, entry=ENTRY)
REFUSED = m.Refused(**BACK, code="not-covered")
VOIDED = m.Voided(**BACK)
EXPIRED = m.Expired(**BACK)
UNKNOWN = m.State(**BACK, state="unknown")


def sent(opening: m.Charge | m.Reserve | None = None) -> HonouringPayment:
    return honouring.start(honouring.draft(opening or charge()), NOW, 0.5).state


def hear(state: HonouringPayment, reply: m.PaymentMessage) -> honouring.Step:
    return honouring.on_reply(state, reply, TERMS, NOW)


def in_each_open_state() -> list[HonouringPayment]:
    held = hear(sent(reserve()), HELD).state
    return [
        sent(),
        held,
        honouring.commit(held, NOW, 0).state,
        honouring.cancel(held, NOW, 0).state,
        honouring.cancel(sent(), NOW, 0).state,
    ]


@pytest.mark.parametrize("state", in_each_open_state(), ids=lambda one: one.state.value)
def test_the_issuers_final_word_ends_it_in_every_open_state(state: HonouringPayment) -> None:
    posted = hear(state, COMMITTED)
    assert (posted.state.state, posted.state.entry) == (HonouringState.POSTED, ENTRY)
    assert posted.effects == (PostPayment(PAYMENT, 10, ENTRY),)
    assert (posted.state.outgoing, posted.next_attempt_at) == (None, None)
    for word, code in ((REFUSED, "not-covered"), (VOIDED, "voided"), (EXPIRED, "expired")):
        failed = hear(state, word)
        assert (failed.state.state, failed.state.code, failed.effects) == (HonouringState.FAILED, code, ())
        assert failed.next_attempt_at is None


def test_held_waits_for_people_and_then_commits_or_cancels() -> None:
    held = hear(sent(reserve()), HELD)
    assert (held.state.state, held.state.until, held.next_attempt_at) == (HonouringState.HELD, HELD.until, None)
    for order, kind in ((honouring.commit, m.Commit), (honouring.cancel, m.Cancel)):
        step = order(held.state, NOW, 0.0)
        assert isinstance(step.message, kind)
        assert step.state.attempts == 1
        late = hear(step.state, HELD)
        assert late.state == step.state


def test_orders_out_of_turn_are_refused() -> None:
    with pytest.raises(IllegalTransition):
        honouring.start(sent(), NOW, 0)
    with pytest.raises(IllegalTransition):
        honouring.commit(sent(), NOW, 0)
    for state in (hear(sent(), COMMITTED).state, hear(sent(), REFUSED).state):
        with pytest.raises(IllegalTransition):
            honouring.cancel(state, NOW, 0)


def test_a_second_final_word_that_contradicts_is_trouble_and_changes_nothing_else() -> None:
    posted = hear(sent(), COMMITTED).state
    for word in (REFUSED, VOIDED, EXPIRED):
        assert hear(posted, word).state == replace(posted, trouble="contradiction")
    failed = hear(sent(), VOIDED).state
    assert hear(failed, COMMITTED).state == replace(failed, trouble="contradiction")
    assert hear(posted, COMMITTED) == honouring.Step(posted, None, None)
    assert hear(failed, EXPIRED).state == failed


def test_a_conflict_is_no_word_about_the_payment() -> None:
    step = hear(sent(), m.Refused(**BACK, code="conflict"))
    assert step.state == replace(sent(), trouble="conflict")
    assert step.next_attempt_at == sent().next_attempt_at
    about_refund = m.Refused(**BACK, code="refund-late", refund="refund-000000001")
    assert hear(sent(), about_refund).state == sent()


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (m.State(**BACK, state="committed", entry=ENTRY), HonouringState.POSTED),
        (m.State(**BACK, state="held", until=NOW), HonouringState.HELD),
        (m.State(**BACK, state="refused", code="limit"), HonouringState.FAILED),
        (m.State(**BACK, state="voided"), HonouringState.FAILED),
        (m.State(**BACK, state="expired"), HonouringState.FAILED),
        (UNKNOWN, HonouringState.SENT),
    ],
)
def test_a_state_counts_as_what_it_stands_for(answer: m.State, ends: HonouringState) -> None:
    assert hear(sent(), answer).state.state is ends


def test_a_state_without_what_belongs_to_it_is_refused() -> None:
    for name in ("held", "committed", "refused"):
        with pytest.raises(RemoteProtocolError):
            hear(sent(), m.State(**BACK, state=name))


def test_replies_about_something_else_are_refused() -> None:
    for wrong in (
        replace(COMMITTED, payment="payment-000000002"),
        replace(COMMITTED, sender="https://c.example/actor"),
        replace(COMMITTED, terms="9" * 64),
    ):
        with pytest.raises(RemoteProtocolError):
            hear(sent(), wrong)


@pytest.mark.parametrize(
    ("price", "amount", "payment"), [(9, 14, PAYMENT), (10, 14, PAYMENT), (10, 15, "payment-000000002")]
)
def test_an_entry_that_does_not_fit_is_refused(price: int, amount: int, payment: str) -> None:
    entry = append(
        Head(LOG_A), payment=payment, kind="charge", amount=amount, price=price, day=TODAY, reference=REFERENCE
    )
    with pytest.raises(RemoteProtocolError):
        hear(sent(), m.Committed(**BACK, entry=entry))
    other_log = append(
        Head(f"{A} https://c.example/actor"), payment=PAYMENT, kind="charge", amount=15, price=10, day=TODAY,
        reference=REFERENCE,
    )  # fmt: skip
    with pytest.raises(RemoteProtocolError):
        hear(sent(), m.Committed(**BACK, entry=other_log))


def test_a_charge_in_the_mirror_counts_as_committed() -> None:
    step = honouring.on_entry(sent(), ENTRY, TERMS, NOW)
    assert step.state.state is HonouringState.POSTED
    assert honouring.on_entry(step.state, ENTRY, TERMS, NOW).effects == ()


def test_the_same_body_is_sent_again_when_due_and_not_before() -> None:
    state = sent()
    assert state.next_attempt_at == NOW + timedelta(seconds=1.5)
    early = honouring.on_timer(state, TERMS, NOW + timedelta(seconds=1), 0.5)
    assert (early.message, early.state) == (None, state)
    due = honouring.on_timer(state, TERMS, NOW + timedelta(seconds=2), 0.5)
    assert due.message == charge()
    assert (due.state.attempts, due.next_attempt_at) == (2, NOW + timedelta(seconds=5))
    done = hear(state, COMMITTED).state
    assert honouring.on_timer(done, TERMS, NOW + timedelta(days=400), 0).message is None


@given(days=st.integers(0, 4000), fraction=st.floats(0, 1, exclude_max=True))
def test_no_clock_ever_changes_the_state(days: int, fraction: float) -> None:
    for state in in_each_open_state():
        step = honouring.on_timer(state, TERMS, NOW + timedelta(days=days), fraction)
        assert step.state.state is state.state
        assert (state.outgoing is None) == (step.next_attempt_at is None)


@given(attempt=st.integers(1, 10_000), fraction=st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_end_at_an_hour(attempt: int, fraction: float) -> None:
    wait = honouring.wait_before(attempt, fraction)
    assert timedelta(seconds=1) <= wait <= timedelta(hours=1)
    assert wait <= honouring.wait_before(attempt + 1, fraction)
    assert honouring.wait_before(50, 0) == timedelta(minutes=30)


def test_bad_fractions_are_refused() -> None:
    for attempt, fraction in ((0, 0.5), (1, 1.0), (1, -0.1)):
        with pytest.raises(LocalProtocolError):
            honouring.wait_before(attempt, fraction)


def test_pending_after_ten_seconds_and_suspense_after_the_dispute_days() -> None:
    state = sent()
    assert not honouring.is_pending(state, NOW + timedelta(seconds=9))
    assert honouring.is_pending(state, NOW + timedelta(seconds=10))
    early = honouring.on_timer(state, TERMS, NOW + timedelta(days=30, seconds=-1), 0)
    assert early.effects == ()
    step = honouring.on_timer(early.state, TERMS, NOW + timedelta(days=30), 0)
    assert step.effects == (Suspend(PAYMENT, 10),)
    assert honouring.on_timer(step.state, TERMS, NOW + timedelta(days=31), 0).effects == ()
    answered = hear(step.state, COMMITTED)
    assert answered.effects == (Unsuspend(PAYMENT, 10), PostPayment(PAYMENT, 10, ENTRY))
    assert not honouring.is_pending(answered.state, NOW + timedelta(days=90))
    assert hear(step.state, VOIDED).effects == (Unsuspend(PAYMENT, 10),)


def test_the_final_states_have_no_way_out() -> None:
    assert not [row for row in HONOURING.rows if row[0] in HONOURING.final]


# refunds


def refund_entry(price: int = 4, refund: str = "refund-000000001") -> m.Refunded:
    head = Head(LOG_A, 1, ENTRY.hash, ENTRY.sums)
    entry = append(
        head, payment=PAYMENT, kind="refund", amount=6, price=price, day=TODAY, reference=REFERENCE, subject=refund
    )
    return m.Refunded(**BACK, refund="refund-000000001", entry=entry)


def asked() -> refunding.HonouringRefund:
    posted = hear(sent(), COMMITTED).state
    return refunding.ask(posted, refund="refund-000000001", price=4, now=NOW, fraction=0).state


def test_a_refund_is_asked_for_until_it_is_answered_and_booked_once() -> None:
    state = asked()
    later = NOW + timedelta(days=300)
    again = refunding.on_timer(state, later, 0)
    assert again.message == state.message
    assert refunding.on_timer(state, NOW, 0).message is None
    done = refunding.on_reply(again.state, refund_entry())
    assert (done.state.state, done.posted) == ("DONE", refund_entry().entry)
    assert refunding.on_reply(done.state, refund_entry()).posted is None
    assert refunding.on_timer(done.state, later, 0).message is None


def test_a_refund_is_refused_only_by_its_own_id() -> None:
    mine = m.Refused(**BACK, code="refund-late", refund="refund-000000001")
    assert refunding.on_reply(asked(), mine).state.state == "FAILED"
    other = replace(mine, refund="refund-000000002")
    for answer in (other, VOIDED, UNKNOWN):
        assert refunding.on_reply(asked(), answer).state == asked()


def test_a_refund_that_does_not_fit_is_refused() -> None:
    for wrong in (refund_entry(5), refund_entry(4, "refund-000000002"), replace(refund_entry(), terms="9" * 64)):
        with pytest.raises(RemoteProtocolError):
            refunding.on_reply(asked(), wrong)


def test_only_what_was_posted_is_refunded() -> None:
    posted = hear(sent(), COMMITTED).state
    for state, price in ((sent(), 4), (posted, 0), (posted, 11)):
        with pytest.raises(LocalProtocolError):
            refunding.ask(state, refund="refund-000000001", price=price, now=NOW, fraction=0)
