"""The honouring side on simulated books: as `node.honour.honouring` and its worker, with the same handlers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random

from node.simulation import settling
from node.simulation.books import Pair
from protocols.honour import following, honouring, refunding, settlement
from protocols.honour import messages as m
from protocols.honour.honouring import PostPayment, Step, Suspend, Unsuspend
from protocols.honour.log import Entry
from protocols.honour.merkle import frontier
from protocols.honour.terms import Terms

About = tuple[str, str]
"""The kind of row that a message was sent for, and its id: the answer goes to that row."""
Sent = tuple[About, m.Message]


def keep(pair: Pair, step: Step) -> list[Sent]:
    """Store what became of a payment at our till, with the bookings that belong to it."""
    payment = step.state.payment
    pair.tills[payment] = step.state
    for effect in step.effects:
        match effect:
            case PostPayment():
                pair.partner += effect.price
            case Suspend():
                pair.suspense[effect.payment] = effect.price
            case Unsuspend():
                del pair.suspense[effect.payment]
    return [] if step.message is None else [(("payment", payment), step.message)]


def keep_refund(pair: Pair, step: refunding.RefundStep) -> list[Sent]:
    refund = step.state.message.refund
    pair.refunds[refund] = step.state
    if step.posted is not None:
        pair.partner -= step.posted.price
    return [] if step.message is None else [(("refund", refund), step.message)]


def apply(pair: Pair, about: About, asked: m.Message, said: m.Message, now: datetime, seeds: settling.Seeds) -> None:
    """The neighbour's answer to what was asked for a row."""
    kind, key = about
    if kind == "payment":
        assert isinstance(said, m.PaymentMessage)
        state = pair.tills[key]
        keep(pair, honouring.on_reply(state, said, _terms(pair, state.opening.terms), now))
        if isinstance(said, m.Committed | m.State) and said.entry is not None:
            take_in(pair, (said.entry,), now)
    elif kind == "refund":
        assert isinstance(said, m.PaymentMessage)
        keep_refund(pair, refunding.on_reply(pair.refunds[key], said))
        if isinstance(said, m.Refunded):
            take_in(pair, (said.entry,), now)
    elif kind == "log":
        assert isinstance(said, m.Entries)
        followed = following.on_answer(pair.following, asked, said, held=_held(pair, said.entries), now=now)
        _follow(pair, followed, now)
    else:
        settling.apply(pair, key, said, now, seeds)


def take_in(pair: Pair, entries: tuple[Entry, ...], now: datetime) -> None:
    """Offer entries that came with an answer to the mirror."""
    _follow(pair, following.take_in(pair.following, entries, held=_held(pair, entries), now=now), now)


def _follow(pair: Pair, followed: following.Followed, now: datetime) -> None:
    if followed.accepted.fork is not None:
        one, other = followed.accepted.fork
        raise settling.Violation("fork", f"entries {one.seq} and {other.seq} of one writer contradict each other")
    pair.following = followed.state
    pair.mirror.extend(followed.accepted.new)
    for entry in followed.accepted.new:
        if entry.kind == "charge" and (till := pair.tills.get(entry.payment)) is not None:
            keep(pair, honouring.on_entry(till, entry, _terms(pair, till.opening.terms), now))
        elif entry.kind == "refund" and (asked := pair.refunds.get(entry.subject or "")) is not None:
            keep_refund(pair, refunding.on_entry(asked, entry))
        elif entry.kind == "settle" and (paper := pair.papers.get(entry.payment)) is not None:
            pair.papers[paper.id] = settlement.hear_settlement(paper, entry)


def _held(pair: Pair, entries: Iterable[Entry]) -> dict[int, Entry]:
    wanted = {entry.seq for entry in entries} | {len(pair.mirror)}
    return {seq: pair.mirror[seq - 1] for seq in wanted if 0 < seq <= len(pair.mirror)}


def _terms(pair: Pair, terms_hash: str) -> Terms:
    return pair.terms[terms_hash][0]


def claim(pair: Pair, now: datetime, random: Random) -> list[Sent]:
    """What is due is sent, and its next attempt set: one turn of `node.honour.worker`."""
    sent: list[Sent] = []
    for till in list(pair.tills.values()):
        if till.next_attempt_at is not None and till.next_attempt_at <= now:
            step = honouring.on_timer(till, _terms(pair, till.opening.terms), now, random.random())
            sent += keep(pair, step)
    for refund, asked in list(pair.refunds.items()):
        if asked.next_attempt_at is not None and asked.next_attempt_at <= now:
            sent += keep_refund(pair, refunding.on_timer(pair.refunds[refund], now, random.random()))
    state = pair.following
    if state.next_attempt_at is not None and state.next_attempt_at <= now:
        root = frontier(entry.hash for entry in pair.mirror).root
        pair.following, message = following.next_message(
            state, terms=pair.newest(), root=root, now=now, fraction=random.random()
        )
        sent += [] if message is None else [(("log", state.head.log), message)]
    for paper in list(pair.papers.values()):
        if paper.outgoing is not None and paper.next_attempt_at is not None and paper.next_attempt_at <= now:
            pair.papers[paper.id] = settlement.on_timer(paper, now, random.random())
            sent.append((("statement", paper.id), paper.outgoing))
    return sent


def due(pair: Pair) -> datetime | None:
    """When the worker is needed next."""
    return min(_moments(pair), default=None)


def _moments(pair: Pair) -> Iterator[datetime]:
    for rows in (pair.tills, pair.refunds, {"": pair.following}, pair.papers):
        for row in rows.values():
            moment: datetime | None = row.next_attempt_at
            if moment is not None:
                yield moment
