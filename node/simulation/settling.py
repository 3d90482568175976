"""Statements on simulated books: as `node.honour.settling`, with the same handlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from node.simulation.books import Pair, Violation
from protocols import ed25519
from protocols.honour import following, settlement, statement, wire
from protocols.honour import messages as m
from protocols.honour.log import Entry, Head, head_after
from protocols.honour.settlement import Paper
from protocols.honour.terms import PartyKey

Seeds = Mapping[str, bytes]
"""Actor → the seed of the key by which it signs."""
__all__ = ["Seeds", "Violation", "apply", "can_cut", "countersign", "cut", "dispute", "hear"]


def method_of(actor: str) -> str:
    return f"{actor}#ed25519-key"


def can_cut(pair: Pair) -> bool:
    """Whether a person could cut a statement now (`node.honour.settling.cut`)."""
    news = any(log and log[-1].kind != "settle" for log in (pair.log, pair.mirror))
    even = pair.head.sums.settlements == pair.following.head.sums.settlements
    return news and even and pair.following.task != "pull" and not _open(pair)


def cut(pair: Pair, name: str, way: m.Settlement, now: datetime, seeds: Seeds) -> None:
    """Propose a statement over both logs as they stand; the worker sends it."""
    terms = pair.terms[pair.newest()][0]
    made = statement.propose(
        terms,
        pair.head,
        pair.following.head,
        sender=pair.us,
        statement=name,
        period_end=now.date(),
        settlement=way,
        euro_cents=100 if way == "euros" else None,
        now=now,
    )
    document = wire.sign(made, seed=seeds[pair.us], verification_method=method_of(pair.us))
    pair.papers[name] = settlement.proposed(made, document, now)


def hear(pair: Pair, said: m.Statement, now: datetime, seeds: Seeds) -> m.Message | None:
    """A neighbour's statement; None while people decide."""
    document = wire.sign(said, seed=seeds[said.sender], verification_method=method_of(said.sender))
    known = pair.papers.get(said.statement)
    settled = [one for one in pair.papers.values() if one.state == settlement.SIGNED]
    heard = settlement.hear_proposal(
        said,
        document,
        _verdict(pair, said),
        known=known,
        settled=next((one for one in settled if one.statement.number == said.number), None),
        now=now,
    )
    if heard.pull:
        _heard_of(pair, said, now)
    if heard.withdraw:
        for ours in [one for one in _open(pair) if one.state == settlement.OURS]:
            pair.papers[ours.id] = settlement.withdrawn(ours)
    if heard.paper is not None:
        pair.papers[heard.paper.id] = heard.paper
    return heard.reply


def countersign(pair: Pair, name: str, now: datetime, seeds: Seeds) -> None:
    """A person's yes; nothing happens if the check no longer allows it."""
    paper = pair.papers[name]
    verdict = _verdict(pair, paper.statement)
    if isinstance(verdict, statement.NeedEntries):
        _heard_of(pair, paper.statement, now)
    if paper.state != settlement.THEIRS or not isinstance(verdict, statement.Agree):
        return
    ack = statement.countersign(
        paper.document,
        seed=seeds[pair.us],
        verification_method=method_of(pair.us),
        now=now.replace(microsecond=0),
    )
    pair.papers[name] = settlement.countersigned(paper, ack, now)
    _settle(pair, paper.statement, now)


def dispute(pair: Pair, name: str, now: datetime) -> None:
    """A person's no."""
    if pair.papers[name].state == settlement.THEIRS:
        pair.papers[name] = settlement.contested(pair.papers[name], "contested", now)


def apply(pair: Pair, name: str, said: m.Message, now: datetime, seeds: Seeds) -> None:
    """What the neighbour answered to what was sent for a statement."""
    match said:
        case m.StatementAck():
            hear_ack(pair, said, now, seeds)
        case m.Dispute():
            hear_dispute(pair, said)
        case m.Entries():
            pair.papers[name] = settlement.hear_receipt(pair.papers[name])
            pair.following = following.heard_of(pair.following, said.head.seq, now)


def hear_ack(pair: Pair, ack: m.StatementAck, now: datetime, seeds: Seeds) -> None:
    keys = {actor: PartyKey(method_of(actor), ed25519.public_key(seeds[actor])) for actor in (pair.us, pair.them)}
    settlements = pair.head.sums.settlements
    paper = settlement.hear_ack(pair.papers[ack.statement], ack, keys=keys, settlements=settlements)
    if paper is not None:
        pair.papers[paper.id] = paper
        _settle(pair, paper.statement, now)
        await_settlements(pair, now)


def await_settlements(pair: Pair, now: datetime) -> None:
    """Ask for the other side's settlement that our mirror still lacks."""
    if any(paper.state == settlement.SIGNED and not paper.settled_theirs for paper in pair.papers.values()):
        pair.following = following.heard_of(pair.following, pair.following.head.seq + 1, now)


def hear_dispute(pair: Pair, said: m.Dispute) -> None:
    pair.papers[said.statement] = settlement.hear_dispute(pair.papers[said.statement], said)


def _settle(pair: Pair, agreed: m.Statement, now: datetime) -> None:
    entry = statement.settle(pair.head, agreed, day=now.date())
    if entry is not None:
        pair.log.append(entry)
    for paper in _open(pair):
        if paper.statement.number <= agreed.number:
            pair.papers[paper.id] = settlement.withdrawn(paper)


def _verdict(pair: Pair, said: m.Statement) -> statement.Verdict:
    if said.terms not in pair.terms:
        return statement.Disagree("terms", "the statement is not under our terms")
    terms = pair.terms[said.terms][0]
    by_a = said.sender == terms.a.actor
    theirs, ours = (said.a_at_b, said.b_at_a) if by_a else (said.b_at_a, said.a_at_b)
    proposals = [one.statement for one in _open(pair) if one.state == settlement.OURS]
    return statement.check(
        said,
        terms,
        own=pair.head,
        mirrored=pair.following.head,
        own_at=_head_at(pair.log, ours),
        mirrored_at=_head_at(pair.mirror, theirs),
        ours=proposals[0] if proposals else None,
    )


def _head_at(entries: list[Entry], cut_: m.Cut) -> Head | None:
    if cut_.seq == 0:
        return Head(cut_.log)
    return head_after(entries[cut_.seq - 1]) if cut_.seq <= len(entries) else None


def _heard_of(pair: Pair, said: m.Statement, now: datetime) -> None:
    seq = statement.cut_of(said, pair.following.head.log).seq
    pair.following = following.heard_of(pair.following, seq, now)


def _open(pair: Pair) -> list[Paper]:
    return [paper for paper in pair.papers.values() if paper.state in settlement.OPEN]
