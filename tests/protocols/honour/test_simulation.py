"""The protocol under loss, duplication, reordering, a partition and crashes; and the known traps, planted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from protocols.honour import honouring, issuer, mirror
from protocols.honour import messages as m
from protocols.honour.issuing import IssuerDecision, IssuerFacts, IssuerPayment
from protocols.honour.log import Entry, Head, head_after
from protocols.honour.tables import ISSUER, HonouringState, IssuerState
from protocols.honour.terms import Terms
from tests.protocols.honour.books import Handlers, Violation
from tests.protocols.honour.simulation import World

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_happens_twice(seed: int) -> None:
    world = World(seed).run()
    ends = {till.state for books in world.nodes.values() for till in books.tills.values()}
    assert ends == {HonouringState.POSTED, HonouringState.FAILED}


def test_every_way_through_the_issuers_table_is_walked() -> None:
    seen = {
        known.state
        for seed in SEEDS[:6]
        for books in World(seed).run().nodes.values()
        for known in books.payments.values()
    }
    assert seen == {IssuerState.COMMITTED, IssuerState.REFUSED, IssuerState.VOIDED, IssuerState.EXPIRED}


def test_the_same_with_every_message_signed() -> None:
    World(99, signed=True).run(payments=12)


def test_a_quiet_network_ends_the_same_way() -> None:
    World(7, loss=0, again=0, crash=0).run()


# Each mutant is one of the known traps (specs/honour.md §11).


def decides_by_time_out(state: honouring.HonouringPayment, terms: Terms, now: datetime, fraction: float) -> Any:
    if state.started_at is not None and not state.is_final and now > state.started_at + timedelta(seconds=20):
        return honouring.Step(replace(state, state=HonouringState.FAILED, outgoing=None), None, None)
    return honouring.on_timer(state, terms, now, fraction)


def keeps_no_tombstone(
    state: IssuerPayment | None, message: m.PaymentMessage, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    decision = issuer.handle(state, message, facts, now)
    return replace(decision, new_state=None) if state is None and isinstance(message, m.Cancel) else decision


def forgets_finished_ids(
    state: IssuerPayment | None, message: m.PaymentMessage, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    finished = state is not None and state.state in ISSUER.final and not isinstance(message, m.Refund)
    return issuer.handle(None if finished else state, message, facts, now)


def replays_refunds(
    state: IssuerPayment | None, message: m.PaymentMessage, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    return issuer.handle(replace(state, refunds=()) if state else None, message, facts, now)


def takes_any_entry(head: Head, offered: Iterable[Entry], *, held: Any, announced: Head | None) -> mirror.Accepted:
    new = tuple(entry for entry in offered if entry.hash != head.hash)
    return mirror.Accepted(head_after(new[-1]) if new else head, new)


def commits_at_once_and_asks_with_a_fresh_id(
    state: honouring.HonouringPayment, now: datetime, fraction: float
) -> honouring.Step:
    step = honouring.start(state, now, fraction)
    assert step.message is not None
    posted = replace(step.state, state=HonouringState.POSTED, outgoing=None, next_attempt_at=None)
    return honouring.Step(posted, replace(step.message, payment="fresh-" + state.payment), None)


def believes_its_own_cancel(state: honouring.HonouringPayment, reply: m.PaymentMessage, terms: Terms, now: Any) -> Any:
    if state.state is HonouringState.CANCELLING:
        return honouring.Step(replace(state, state=HonouringState.FAILED, outgoing=None), None, None)
    return honouring.on_reply(state, reply, terms, now)


def forgets_what_is_held(
    state: IssuerPayment | None, message: m.PaymentMessage, facts: IssuerFacts, now: datetime
) -> IssuerDecision:
    return issuer.handle(state, message, replace(facts, outstanding=facts.head.sums.owed), now)


MUTANTS = {
    "decides by time-out": Handlers(on_timer=decides_by_time_out),
    "keeps no tombstone": Handlers(handle=keeps_no_tombstone),
    "forgets finished ids": Handlers(handle=forgets_finished_ids),
    "replays refunds": Handlers(handle=replays_refunds),
    "does not check seq": Handlers(accept=takes_any_entry),
    "commits locally, fresh id": Handlers(start=commits_at_once_and_asks_with_a_fresh_id),
    "believes its own cancel": Handlers(on_reply=believes_its_own_cancel),
    "limit without holds": Handlers(handle=forgets_what_is_held),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_simulation_sees_the_trap(name: str) -> None:
    assert any(_violates(seed, MUTANTS[name]) for seed in range(40)), f"{name}: 40 runs saw nothing"


def _violates(seed: int, handlers: Handlers) -> bool:
    try:
        World(seed, handlers).run()
    except Violation:
        return True
    return False
