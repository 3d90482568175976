"""The known traps, planted from outside: each wraps one production handler while a run lasts (specs/simulation.md §5).

A mutant that no run catches means that the rules have a hole; `tests/node/simulation` holds every one to a few seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from types import ModuleType
from typing import Any, Final

from protocols.errors import RemoteProtocolError
from protocols.honour import following, honouring, issuer, refunding, settlement, statement
from protocols.honour import messages as m
from protocols.honour.issuing import IssuerDecision
from protocols.honour.log import head_after
from protocols.honour.mirror import Accepted
from protocols.honour.tables import HONOURING, ISSUER, HonouringState

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`wrap` makes the bad handler from the good one, which stands in `module` under `name`; `also`: a second one,
    where the handlers guard twice."""

    says: str
    module: ModuleType
    name: str
    wrap: Callable[[Handler], Handler]
    also: Mutant | None = None


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with a trap in place; the empty name plants nothing. Raises KeyError for an unknown one."""
    with ExitStack() as stack:
        mutant = MUTANTS[name] if name else None
        while mutant is not None:
            good = getattr(mutant.module, mutant.name)
            stack.callback(setattr, mutant.module, mutant.name, good)
            setattr(mutant.module, mutant.name, mutant.wrap(good))
            mutant = mutant.also
        yield


def _time_out(good: Handler) -> Handler:
    def on_timer(state: Any, terms: Any, now: Any, fraction: float) -> Any:
        if not state.is_final and state.started_at is not None and now > state.started_at + timedelta(seconds=20):
            return honouring.Step(
                replace(state, state=HonouringState.FAILED, outgoing=None, next_attempt_at=None), None, None
            )
        return good(state, terms, now, fraction)

    return on_timer


def _own_clock(good: Handler) -> Handler:
    """The till's commune lets a hold run out by its own clock."""

    def on_timer(state: Any, terms: Any, now: Any, fraction: float) -> Any:
        if state.state is HonouringState.COMMITTING and state.until is not None and now >= state.until:
            return honouring.Step(
                replace(state, state=HonouringState.FAILED, outgoing=None, next_attempt_at=None), None, None
            )
        return good(state, terms, now, fraction)

    return on_timer


def _no_tombstone(good: Handler) -> Handler:
    def handle(state: Any, message: Any, facts: Any, now: Any) -> Any:
        decision = good(state, message, facts, now)
        return replace(decision, new_state=None) if state is None and isinstance(message, m.Cancel) else decision

    return handle


def _forgetful(good: Handler) -> Handler:
    def handle(state: Any, message: Any, facts: Any, now: Any) -> Any:
        finished = state is not None and state.state in ISSUER.final and not isinstance(message, m.Refund)
        return good(None if finished else state, message, facts, now)

    return handle


def _replayed_refunds(good: Handler) -> Handler:
    def handle(state: Any, message: Any, facts: Any, now: Any) -> Any:
        return good(replace(state, refunds=()) if state else None, message, facts, now)

    return handle


def _unchecked_seq(good: Handler) -> Handler:
    def accept(head: Any, offered: Any, *, held: Any, announced: Any = None) -> Any:
        new = tuple(entry for entry in offered if entry.hash != head.hash)
        return Accepted(head_after(new[-1]) if new else head, new)

    return accept


class _Booked(honouring.PostPayment):
    """A booking without the issuer's entry."""

    def __init__(self, payment: str, price: int) -> None:
        object.__setattr__(self, "payment", payment)
        object.__setattr__(self, "price", price)


def _fresh_id(good: Handler) -> Handler:
    """The pattern of a public federated ledger: book at home, tell the other once."""

    def start(state: Any, now: Any, fraction: float) -> Any:
        step = good(state, now, fraction)
        done = replace(step.state, state=HonouringState.POSTED, outgoing=None, next_attempt_at=None)
        told = replace(step.message, payment="fresh-" + state.payment)
        return honouring.Step(done, told, None, (_Booked(state.payment, state.opening.price),))

    return start


def _own_cancel(good: Handler) -> Handler:
    def on_reply(state: Any, reply: Any, terms: Any, now: Any) -> Any:
        if state.state is HonouringState.CANCELLING:
            return honouring.Step(
                replace(state, state=HonouringState.FAILED, outgoing=None, next_attempt_at=None), None, None
            )
        return good(state, reply, terms, now)

    return on_reply


def _facts(change: Callable[[Any], Any]) -> Callable[[Handler], Handler]:
    def wrap(good: Handler) -> Handler:
        def handle(state: Any, message: Any, facts: Any, now: Any) -> Any:
            return good(state, message, change(facts), now)

        return handle

    return wrap


def _held_is_available(facts: Any) -> Any:
    if facts.holder is None:
        return facts
    held = facts.outstanding - facts.head.sums.owed
    return replace(facts, holder=replace(facts.holder, available=facts.holder.available + held))


def _no_caps(facts: Any) -> Any:
    return (
        facts
        if facts.holder is None
        else replace(facts, holder=replace(facts.holder, spent_today=0, card_spent_today=0))
    )


def _endless_hold(good: Handler) -> Handler:
    return lambda state, now: IssuerDecision(state, None)


def _settle_twice(good: Handler) -> Handler:
    def settle(head: Any, agreed: Any, *, day: Any) -> Any:
        """As if the log had never seen this number."""
        return good(replace(head, sums=replace(head.sums, settlements=agreed.number - 1)), agreed, day=day)

    return settle


def _withdrawn_is_void(good: Handler) -> Handler:
    def hear_ack(paper: Any, ack: Any, *, keys: Any, settlements: int) -> Any:
        if paper.state not in (settlement.OURS, settlement.SIGNED):
            raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
        return good(paper, ack, keys=keys, settlements=settlements)

    return hear_ack


def _both_stand(good: Handler) -> Handler:
    def check(said: Any, terms: Any, **heads: Any) -> Any:
        return good(said, terms, **(heads | {"ours": None}))

    return check


def _gap_forgotten(good: Handler) -> Handler:
    """What the mirror lacks is seen and not asked for."""
    return lambda state, seq, now: state


def _acked_once(good: Handler) -> Handler:
    def next_message(state: Any, **given: Any) -> Any:
        moved, message = good(state, **given)
        if moved.task == "ack":
            moved = replace(moved, acked_seq=moved.head.seq, task="", next_attempt_at=None)
        return moved, message

    return next_message


def _heard_again(good: Handler) -> Handler:
    def hear_ack(paper: Any, ack: Any, *, keys: Any, settlements: int) -> Any:
        fresh = replace(paper, state=settlement.OURS)
        return good(fresh, ack, keys=keys, settlements=paper.statement.number - 1)

    return hear_ack


def _one_attempt(good: Handler) -> Handler:
    def on_timer(state: Any, now: Any, fraction: float) -> Any:
        return refunding.RefundStep(replace(state, next_attempt_at=None), None, None)

    return on_timer


def _last_word(good: Handler) -> Handler:
    """A second final word is believed as well."""

    def on_reply(state: Any, reply: Any, terms: Any, now: Any) -> Any:
        if state.state in HONOURING.final and isinstance(reply, m.Committed):
            return honouring.Step(
                state, None, None, (honouring.PostPayment(state.payment, state.opening.price, reply.entry),)
            )
        return good(state, reply, terms, now)

    return on_reply


MUTANTS: Final[dict[str, Mutant]] = {
    "time-out": Mutant("the honouring side decides by time-out", honouring, "on_timer", _time_out),
    "own-clock": Mutant("the honouring side lets a hold run out by its own clock", honouring, "on_timer", _own_clock),
    "no-tombstone": Mutant("no tombstone for an early Cancel", issuer, "handle", _no_tombstone),
    "forgetful": Mutant("finished ids are forgotten", issuer, "handle", _forgetful),
    "replayed-refund": Mutant("a replayed refund is given back again", issuer, "handle", _replayed_refunds),
    "unchecked-seq": Mutant("the mirror does not check seq", following, "accept", _unchecked_seq),
    "fresh-id": Mutant("committed locally, the peer called once with a fresh id", honouring, "start", _fresh_id),
    "own-cancel": Mutant("the honouring side believes its own cancel", honouring, "on_reply", _own_cancel),
    "held-is-available": Mutant(
        "a hold does not lower what is available", issuer, "handle", _facts(_held_is_available)
    ),
    "limit-without-holds": Mutant(
        "the limit does not count holds",
        issuer,
        "handle",
        _facts(lambda facts: replace(facts, outstanding=facts.head.sums.owed)),
    ),
    "no-caps": Mutant("caps do not count what was spent today", issuer, "handle", _facts(_no_caps)),
    "consent-again": Mutant(
        "a consent opens a second payment",
        issuer,
        "handle",
        _facts(lambda facts: replace(facts, consent_used_by=None)),
    ),
    "old-terms": Mutant(
        "terms that are over still open payments",
        issuer,
        "handle",
        _facts(lambda facts: replace(facts, terms_live=True)),
    ),
    "endless-hold": Mutant("a hold never runs out", issuer, "expire", _endless_hold),
    "posted-again": Mutant("a repeated answer is booked again", honouring, "on_reply", _last_word),
    "asked-once": Mutant("a refund is asked for once", refunding, "on_timer", _one_attempt),
    "gap-forgotten": Mutant("a gap in the mirror is not pulled", following, "heard_of", _gap_forgotten),
    "acked-once": Mutant("a head is countersigned once, heard or not", following, "next_message", _acked_once),
    "settled-again": Mutant(
        "a repeated countersignature settles again",
        settlement,
        "hear_ack",
        _heard_again,
        Mutant("", statement, "settle", _settle_twice),
    ),
    "withdrawn-is-void": Mutant(
        "a proposal that gave way no longer binds who signed it", settlement, "hear_ack", _withdrawn_is_void
    ),
    "both-stand": Mutant("two proposals of one number are both open to be signed", statement, "check", _both_stand),
}
