"""Following the log that a neighbour writes (specs/honour.md §7.4, §7.6): what to ask it, and what its answers change.

``take_in`` offers entries, whichever way they came; ``want_pull`` and ``want_ack`` say what must be asked;
``next_message`` is the worker's attempt; ``on_answer`` takes the writer's page. A Pull is ended only by its own answer.
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
    """Where our mirror stands and what is to be sent about it. ``attempts`` is 0 until the task's first message left;
    ``acked_seq`` is up to where we countersigned."""

    head: Head
    task: Task = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    acked_seq: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """The new state, and what ``mirror.accept`` said of the entries: store ``accepted.new`` with it."""

    state: Following
    accepted: Accepted


def want_pull(state: Following, now: datetime) -> Following:
    """Ask the writer for what the mirror lacks.

    Only the answer to a Pull ends it, and only if no gap was seen since it was sent (``attempts`` is 0 then): an entry
    that fills one gap says nothing about those beyond it, which were seen and not taken.
    """
    if state.task == "pull" and state.attempts == 0:
        return state
    return replace(state, task="pull", attempts=0, next_attempt_at=now + PULL_AFTER)


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
    accepted = accept(state.head, offered, held=held, announced=announced)
    moved = replace(state, head=accepted.head)
    return Followed(moved if accepted.pull_from is None else want_pull(moved, now), accepted)


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
    return replace(waiting, acked_seq=state.head.seq), ack


def on_answer(state: Following, said: m.Entries, *, held: Mapping[int, Entry], now: datetime) -> Followed:
    """The writer's answer to a Pull or an AckHead. Raises RemoteProtocolError if it is not about this log."""
    if said.log != state.head.log or said.sender != writer_of(said.log):
        raise RemoteProtocolError("not an answer about this log", status=400, code="bad-reply")
    if state.task == "ack" or state.attempts > 0:  # else a gap was seen since the Pull was sent: it is sent again
        state = replace(state, task="", attempts=0, next_attempt_at=None)
    followed = take_in(state, said.entries, held=held, now=now, announced=said.head)
    accepted = followed.accepted
    if accepted.fork is None and accepted.new and accepted.head.seq < said.head.seq:
        return Followed(replace(followed.state, next_attempt_at=now), accepted)
    return followed
