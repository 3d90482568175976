"""The honouring commune: asks, for ever, and believes the issuer (specs/honour.md §8).

No transition happens on this side's clock: time only brings the next attempt, the word "pending" on the till's screen,
and after the dispute window the suspense account. ``start``, ``commit``, ``cancel`` are what people order; ``on_reply``
is the issuer's word; ``on_timer`` says what to send again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.log import Entry, log_id
from protocols.honour.tables import HONOURING, HonouringState
from protocols.honour.terms import Terms

PENDING_AFTER: Final = timedelta(seconds=10)
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PostPayment:
    """The issuer owes ``price`` more: credit the partner, debit owed-by-neighbour; offer ``entry`` to the mirror."""

    payment: str
    price: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Suspend:
    """Show ``price`` in the suspense account: the dispute window is over and the issuer still owes an answer."""

    payment: str
    price: int


@dataclass(frozen=True, slots=True)
class Unsuspend:
    """The answer came after all: take ``price`` out of suspense."""

    payment: str
    price: int


Effect: TypeAlias = PostPayment | Suspend | Unsuspend


@dataclass(frozen=True, slots=True, kw_only=True)
class HonouringPayment:
    """A payment as the till's commune remembers it.

    ``outgoing`` is what must be sent until it is answered. ``trouble`` is set when the issuer's answers contradict each
    other or do not fit the payment; people look, the state stays.
    """

    opening: m.Reserve | m.Charge
    state: HonouringState = HonouringState.DRAFT
    started_at: datetime | None = None
    outgoing: m.PaymentMessage | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    until: datetime | None = None
    entry: Entry | None = None
    code: str | None = None
    trouble: str | None = None
    suspended: bool = False

    @property
    def payment(self) -> str:
        return self.opening.payment

    @property
    def is_final(self) -> bool:
        return self.state in HONOURING.final


@dataclass(frozen=True, slots=True)
class Step:
    """The new state, what to send now if anything, and when to call ``on_timer`` (None: nothing is awaited)."""

    state: HonouringPayment
    message: m.PaymentMessage | None
    next_attempt_at: datetime | None
    effects: tuple[Effect, ...] = ()


def wait_before(attempt: int, fraction: float) -> timedelta:
    """How long to wait after attempt number ``attempt`` (1, 2, …): 2 s doubling to at most an hour (§8.4).

    ``fraction`` in [0, 1) comes from the caller's random source; half of the wait is jitter.
    """
    if attempt < 1 or not 0 <= fraction < 1:
        raise LocalProtocolError("attempts count from 1 and the fraction lies in [0, 1)")
    longest = min(FIRST_WAIT * (1 << min(attempt - 1, 20)), LONGEST_WAIT)
    return longest * (0.5 + fraction / 2)


def draft(opening: m.Reserve | m.Charge) -> HonouringPayment:
    """A payment that was not sent yet and may be thrown away."""
    return HonouringPayment(opening=opening)


def start(state: HonouringPayment, now: datetime, fraction: float) -> Step:
    """DRAFT → SENT. Store the state, then send."""
    moved = _moved(state, "start", HonouringState.SENT)
    return _send(replace(moved, started_at=now), state.opening, now, fraction)


def commit(state: HonouringPayment, now: datetime, fraction: float) -> Step:
    """HELD → COMMITTING. Raises IllegalTransition in any other state."""
    moved = _moved(state, "commit", HonouringState.COMMITTING)
    return _send(moved, m.Commit(**_envelope(state, now)), now, fraction)


def cancel(state: HonouringPayment, now: datetime, fraction: float) -> Step:
    """SENT | HELD → CANCELLING: an attempt, for the issuer may have committed. Raises IllegalTransition elsewhere."""
    moved = _moved(state, "cancel", HonouringState.CANCELLING)
    return _send(moved, m.Cancel(**_envelope(state, now)), now, fraction)


def on_timer(state: HonouringPayment, terms: Terms, now: datetime, fraction: float) -> Step:
    """Send again what is unanswered, not before ``next_attempt_at``; after the dispute window suspend (§8.5)."""
    effects: tuple[Effect, ...] = ()
    if in_suspense(state, terms, now) and not state.suspended:
        state = replace(state, suspended=True)
        effects = (Suspend(state.payment, state.opening.price),)
    due = state.next_attempt_at is not None and now >= state.next_attempt_at
    if state.outgoing is None or not due:
        return Step(state, None, state.next_attempt_at, effects)
    return replace(_send(state, state.outgoing, now, fraction), effects=effects)


def is_pending(state: HonouringPayment, now: datetime) -> bool:
    """Whether the till's screen should say "pending": asked more than ten seconds ago and not answered."""
    return state.outgoing is not None and state.started_at is not None and now >= state.started_at + PENDING_AFTER


def in_suspense(state: HonouringPayment, terms: Terms, now: datetime) -> bool:
    """Whether an answer has been owed for longer than the terms' dispute window."""
    if state.outgoing is None or state.started_at is None:
        return False
    return now >= state.started_at + timedelta(days=terms.dispute_days)


def on_reply(state: HonouringPayment, reply: m.PaymentMessage, terms: Terms, now: datetime) -> Step:
    """Take the issuer's word, even over our own cancel; late and repeated answers change nothing (§8.3).

    Raises RemoteProtocolError when the reply is not the issuer's about this payment, or its entry does not fit:
    the state stays and the question is asked again.
    """
    opening = state.opening
    if (reply.payment, reply.sender, reply.recipient) != (opening.payment, opening.recipient, opening.sender):
        raise RemoteProtocolError("the reply is about another payment", status=400, code="bad-reply")
    if reply.terms != opening.terms:
        raise RemoteProtocolError("the reply cites other terms", status=400, code="bad-reply")
    plain = _plain(reply)
    if isinstance(plain, m.Refused) and (plain.code == "conflict" or plain.refund is not None):
        # Not a word about the payment itself: it says that this id has another body at the issuer's.
        return _stay(replace(state, trouble=plain.code) if plain.refund is None else state)
    if isinstance(plain, m.Committed):
        check_entry(plain.entry, opening, terms)
    event = "" if plain is None else type(plain).__name__
    targets = HONOURING.targets(state.state, event)
    if not targets:
        return _stay(replace(state, trouble="contradiction") if _contradicts(state, event) else state)
    return _resolve(_moved(state, event, HonouringState(targets[0])), plain)


def on_entry(state: HonouringPayment, entry: Entry, terms: Terms, now: datetime) -> Step:
    """Take a charge that came into the mirror by another way (a Pull) as the Committed that it is (§8.3)."""
    envelope = m.envelope_of(state.opening)
    envelope["sender"], envelope["recipient"] = state.opening.recipient, state.opening.sender
    envelope["created"] = now.replace(microsecond=0)
    return on_reply(state, m.Committed(**envelope, entry=entry), terms, now)


def _resolve(moved: HonouringPayment, plain: m.PaymentMessage | None) -> Step:
    settled = replace(moved, outgoing=None, next_attempt_at=None, attempts=0)
    effects: tuple[Effect, ...] = ()
    if settled.suspended and settled.is_final:
        effects = (Unsuspend(settled.payment, settled.opening.price),)
        settled = replace(settled, suspended=False)
    match plain:
        case m.Held():
            settled = replace(settled, until=plain.until)
        case m.Committed():
            settled = replace(settled, entry=plain.entry)
            effects += (PostPayment(settled.payment, settled.opening.price, plain.entry),)
        case m.Refused():
            settled = replace(settled, code=plain.code)
        case m.Voided():
            settled = replace(settled, code="voided")
        case m.Expired():
            settled = replace(settled, code="expired")
    return Step(settled, None, None, effects)


def _plain(reply: m.PaymentMessage) -> m.PaymentMessage | None:
    """A State answer as the message it stands for; None when it says nothing new (unknown)."""
    if not isinstance(reply, m.State):
        return reply
    head = m.envelope_of(reply)
    match reply.state:
        case "held" if reply.until is not None:
            return m.Held(**head, until=reply.until)
        case "committed" if reply.entry is not None:
            return m.Committed(**head, entry=reply.entry)
        case "refused" if reply.code is not None:
            return m.Refused(**head, code=reply.code)
        case "voided":
            return m.Voided(**head)
        case "expired":
            return m.Expired(**head)
        case "unknown":
            return None
        case _:
            raise RemoteProtocolError("the state lacks what belongs to it", status=400, code="bad-reply")


def _contradicts(state: HonouringPayment, event: str) -> bool:
    """Two different final words about one payment: a restored backup, or fraud. Never resolved by a machine."""
    if state.state is HonouringState.POSTED:
        return event in ("Refused", "Voided", "Expired")
    return state.state is HonouringState.FAILED and event == "Committed"


def check_entry(entry: Entry, opening: m.Reserve | m.Charge, terms: Terms) -> None:
    """Raises RemoteProtocolError unless ``entry`` is the charge for exactly this payment at the terms' rate (§8.6)."""
    issuer, honouring = opening.recipient, opening.sender
    direction = terms.direction(issuer=issuer, honouring=honouring)
    expected = (log_id(issuer=issuer, honouring=honouring), "charge", opening.payment, opening.price)
    if (entry.log, entry.kind, entry.payment, entry.price) != expected:
        raise RemoteProtocolError("the entry is about something else", status=422, code="bad-entry")
    if entry.amount != terms.convert(opening.price, direction):
        raise RemoteProtocolError("the entry is not at the terms' rate", status=422, code="bad-entry")


def _stay(state: HonouringPayment) -> Step:
    return Step(state, None, state.next_attempt_at)


def _send(state: HonouringPayment, message: m.PaymentMessage, now: datetime, fraction: float) -> Step:
    attempts = state.attempts + 1 if state.outgoing == message else 1
    later = now + wait_before(attempts, fraction)
    sent = replace(state, outgoing=message, attempts=attempts, next_attempt_at=later)
    return Step(sent, message, later)


def _envelope(state: HonouringPayment, now: datetime) -> m.PaymentEnvelope:
    opening = state.opening
    return m.PaymentEnvelope(
        terms=opening.terms,
        sender=opening.sender,
        recipient=opening.recipient,
        created=now.replace(microsecond=0),
        payment=opening.payment,
    )


def _moved(state: HonouringPayment, event: str, target: HonouringState) -> HonouringPayment:
    HONOURING.check(state.state, event, target)
    return replace(state, state=target)
