"""A statement as one party keeps it (specs/honour.md §9): proposed, countersigned or disputed, sent until answered.

``statement.py`` cuts, nets and checks; here stands what a message about a statement changes, so that both logs get the
same settlement whatever is lost, repeated or overtaken. People countersign and dispute; nothing else decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour.honouring import wait_before
from protocols.honour.log import Entry
from protocols.honour.statement import (
    AlreadySettled,
    Disagree,
    NeedEntries,
    Verdict,
    accept_ack,
    check_settle,
    dispute,
)
from protocols.honour.terms import PartyKey
from protocols.types import JsonObject

PaperState = Literal["proposed-by-us", "proposed-by-them", "countersigned", "disputed", "withdrawn"]
OURS: Final = "proposed-by-us"
THEIRS: Final = "proposed-by-them"
SIGNED: Final = "countersigned"
DISPUTED: Final = "disputed"
WITHDRAWN: Final = "withdrawn"
OPEN: Final = (OURS, THEIRS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """``document`` is the statement with its proofs. ``ack``: our StatementAck, if we countersigned it. ``outgoing``:
    what is sent until it is answered. ``settled_…``: whether the settlement stands in our log and in our mirror."""

    statement: m.Statement
    document: JsonObject
    state: PaperState
    ack: m.StatementAck | None = None
    outgoing: m.Message | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    settled_ours: bool = False
    settled_theirs: bool = False
    code: str = ""
    reason: str = ""

    @property
    def id(self) -> str:
        return self.statement.statement


@dataclass(frozen=True, slots=True)
class Heard:
    """What a proposal changes. ``reply`` None: people decide. ``withdraw``: our own open proposal gives way.
    ``pull``: our mirror is behind the cut."""

    paper: Paper | None
    reply: m.Message | None = None
    withdraw: bool = False
    pull: bool = False


def proposed(statement: m.Statement, document: JsonObject, now: datetime) -> Paper:
    """Our own proposal, to be sent now."""
    return Paper(statement=statement, document=document, state=OURS, outgoing=statement, next_attempt_at=now)


def hear_proposal(
    said: m.Statement,
    document: JsonObject,
    verdict: Verdict,
    *,
    known: Paper | None,
    settled: Paper | None,
    now: datetime,
) -> Heard:
    """The other side's statement. ``known``: what we keep under its id; ``settled``: what we countersigned under its
    number. Raises RemoteProtocolError (409) if the id is that of a proposal of ours."""
    if known is not None and known.statement.sender != said.sender:
        raise RemoteProtocolError("this statement is another one's", status=409, code="other-statement")
    if known is not None and known.ack is not None:
        return Heard(known, known.ack)
    if known is not None and known.state == DISPUTED:
        return Heard(known, dispute(said, Disagree(known.code, known.reason), now))
    if isinstance(verdict, AlreadySettled):
        if settled is not None and settled.ack is not None:
            return Heard(known, settled.ack)
        return Heard(known, dispute(said, Disagree("number", "this number is settled by another one"), now))
    if isinstance(verdict, Disagree):
        return Heard(known and _disputed(known, verdict), dispute(said, verdict, now))
    paper = known or Paper(statement=said, document=document, state=THEIRS)
    if known is not None and known.state == THEIRS and known.statement == said:
        paper = replace(known, document=document)  # perhaps signed anew: their keys were rotated
    return Heard(paper, None, withdraw=True, pull=isinstance(verdict, NeedEntries))


def countersigned(paper: Paper, ack: m.StatementAck, now: datetime) -> Paper:
    """We signed the other side's statement; the ack is sent until answered. Append ``statement.settle`` with it."""
    return replace(
        paper,
        state=SIGNED,
        document=ack.document,
        ack=ack,
        outgoing=ack,
        attempts=0,
        next_attempt_at=now,
        settled_ours=True,
    )


def contested(paper: Paper, reason: str, now: datetime) -> Paper:
    """People refused it; the Dispute is sent until it is answered."""
    verdict = Disagree("contested", reason)
    said = dispute(paper.statement, verdict, now)
    return replace(_disputed(paper, verdict), outgoing=said, attempts=0, next_attempt_at=now)


def withdrawn(paper: Paper) -> Paper:
    """Our proposal gives way to theirs, or a settlement of its number came first. Should the other side have
    countersigned it, its ack still counts: we signed, and only one statement of a number is ever settled."""
    return replace(paper, state=WITHDRAWN, outgoing=None, next_attempt_at=None)


def hear_ack(paper: Paper, ack: m.StatementAck, *, keys: Mapping[str, PartyKey], settlements: int) -> Paper | None:
    """Our statement came back countersigned: the paper to store and to settle, or None if that is done already.

    ``settlements``: how many stand in our log. A proposal that we withdrew, or that was disputed before a repeated
    message brought it back, binds us all the same (§9.6). Raises RemoteProtocolError for what we did not propose.
    """
    if paper.state == SIGNED:
        return None
    number = paper.statement.number
    if ack.sender != paper.statement.recipient or settlements != number - 1:
        raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
    accept_ack(ack, paper.statement, keys=keys)
    return replace(paper, state=SIGNED, document=ack.document, outgoing=None, next_attempt_at=None, settled_ours=True)


def hear_dispute(paper: Paper, said: m.Dispute) -> Paper:
    """Our statement was refused."""
    if said.sender != paper.statement.recipient:
        raise RemoteProtocolError("that is not a statement of ours", status=409, code="other-statement")
    if paper.state != OURS:
        return paper
    return _disputed(paper, Disagree(said.code, said.reason))


def hear_receipt(paper: Paper) -> Paper:
    """The other side has what we sent: an ack or a dispute is said no more; a proposal is, until people decide."""
    if paper.state not in (SIGNED, DISPUTED):
        return paper
    return replace(paper, outgoing=None, next_attempt_at=None)


def hear_settlement(paper: Paper, entry: Entry) -> Paper:
    """The other side's settlement came into our mirror. Raises RemoteProtocolError if it is not the statement's."""
    check_settle(entry, paper.statement)
    return replace(paper, settled_theirs=True)


def on_timer(paper: Paper, now: datetime, fraction: float) -> Paper:
    """One more attempt at ``outgoing``, which the caller sends."""
    attempts = paper.attempts + 1
    return replace(paper, attempts=attempts, next_attempt_at=now + wait_before(attempts, fraction))


def _disputed(paper: Paper, verdict: Disagree) -> Paper:
    return replace(paper, state=DISPUTED, code=verdict.code, reason=verdict.reason, outgoing=None, next_attempt_at=None)
