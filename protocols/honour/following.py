"""Following a neighbour's log (specs/honour.md §7.4, §7.6, §7.7): what to ask, and what the answers change.

``take_in`` offers entries, whichever way they came; ``heard_of`` and ``want_ack`` say what must be asked;
``next_message`` is the worker's attempt; ``on_answer`` takes the writer's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.honouring import wait_before
from protocols.honour.log import Entry, Head, mirror_of, writer_of
from protocols.honour.mirror import Accepted, accept

Task = Literal["", "pull", "ack"]

PULL_AFTER: Final = timedelta(milliseconds=500)
"""Answers overtake each other when many payments are under way; most gaps close by themselves in this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Where our mirror stands and what is to be sent about it. ``known_seq``: the highest entry that the writer is
    known to have; while the mirror is behind it, it pulls. ``acked_seq``: up to where we countersigned."""

    head: Head
    known_seq: int = 0
    task: Task = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    acked_seq: int = 0

    @property
    def is_behind(self) -> bool:
        return self.head.seq < self.known_seq


@dataclass(frozen=True, slots=True)
class Followed:
    """The new state, and what ``mirror.accept`` said of the entries: store ``accepted.new`` with it."""

    state: Following
    accepted: Accepted


def heard_of(state: Following, seq: int, now: datetime) -> Following:
    """The writer has an entry of that number: ask for what the mirror lacks.

    Only entries end the asking, never an answer as such: pages overtake each other, and one that was made before an
    entry was written says nothing about it.
    """
    if seq <= max(state.known_seq, state.head.seq):
        return state
    return replace(state, known_seq=seq, task="pull", attempts=0, next_attempt_at=now + PULL_AFTER)


def want_ack(state: Following, now: datetime) -> Following:
    """Countersign the head if it has grown and nothing else is to be sent."""
    if state.task or state.head.seq <= state.acked_seq:
        return state
    return replace(state, task="ack", attempts=0, next_attempt_at=now)


def take_in(
    state: Following,
    offered: Iterable[Entry],
    *,
    held: Mapping[int, Entry],
    now: datetime,
    announced: Head | None = None,
) -> Followed:
    """Offer entries to the mirror; beyond a gap nothing is taken and the rest is pulled. ``held`` as for ``accept``."""
    entries = tuple(offered)
    accepted = accept(state.head, entries, held=held, announced=announced)
    moved = replace(state, head=accepted.head)
    if moved.task == "pull" and not moved.is_behind:
        moved = _idle(moved)
    if accepted.pull_from is not None:
        seqs = [entry.seq for entry in entries] + ([] if announced is None else [announced.seq])
        moved = heard_of(moved, max(seqs), now)
    return Followed(moved, accepted)


def next_message(
    state: Following, *, terms: str, root: str, now: datetime, fraction: float
) -> tuple[Following, m.Pull | m.AckHead | None]:
    """What to send for the task, and the state that waits for the answer. ``root`` is the mirror's Merkle root."""
    if not state.task:
        return replace(state, next_attempt_at=None), None
    attempts, log = state.attempts + 1, state.head.log
    waiting = replace(state, attempts=attempts, next_attempt_at=now + wait_before(attempts, fraction))
    us, writer, moment = mirror_of(log), writer_of(log), now.replace(microsecond=0)
    if state.task == "pull":
        seq = state.head.seq + 1
        return waiting, m.Pull(terms=terms, sender=us, recipient=writer, created=moment, log=log, from_seq=seq)
    ack = m.AckHead(
        terms=terms,
        sender=us,
        recipient=writer,
        created=moment,
        log=log,
        seq=state.head.seq,
        hash=state.head.hash,
        root=root,
    )
    return waiting, ack


def on_answer(
    state: Following, asked: m.Message, said: m.Entries, *, held: Mapping[int, Entry], now: datetime
) -> Followed:
    """The writer's answer to the Pull or AckHead that we ``asked``. Raises RemoteProtocolError if it is not about this
    log."""
    if said.log != state.head.log or said.sender != writer_of(said.log):
        raise RemoteProtocolError("not an answer about this log", status=400, code="bad-reply")
    if isinstance(asked, m.AckHead):
        state = replace(state, acked_seq=max(state.acked_seq, asked.seq))
        state = _idle(state) if state.task == "ack" else state
    followed = take_in(state, said.entries, held=held, now=now, announced=said.head)
    more = followed.accepted.new and followed.accepted.fork is None and followed.state.is_behind
    return Followed(replace(followed.state, next_attempt_at=now), followed.accepted) if more else followed


def _idle(state: Following) -> Following:
    return replace(state, task="", attempts=0, next_attempt_at=None)
