"""Instant wins (specs/gold.md §8): announced beforehand, decided as an action is certified, paid at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from node.core import audit
from node.core.errors import Conflict, DomainError, NotFound
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import notices, signing
from node.modules.gold.events import GoldWon
from node.modules.gold.models import InstantDecision, InstantSchedule
from protocols.gold.entries import action_reference
from protocols.gold.instant import (
    Schedule,
    alpha_of,
    decision_json,
    head_json,
    make_instant_file,
    read_schedule,
    schedule_hash,
    schedule_json,
    wins,
)
from protocols.gold.vrf import output
from protocols.types import JsonObject

AT_ONCE = 100
PATH = "/tirages/instantanes/"


def announce(
    unit: Unit,
    by: str,
    schedule_id: str,
    starts: datetime,
    until: datetime,
    chance: tuple[int, int],
    gold: int,
    most: int,
) -> str:
    """Sign a schedule; from `starts` on each certified action is decided by it. Sent twice, it makes one.

    Raises Conflict `gold.schedule-open`: another one is announced for some of these days.
    """
    known = unit.session.get(InstantSchedule, schedule_id)
    if known is not None:
        return known.id
    starts, until = (moment.replace(microsecond=0) for moment in (max(starts, unit.now), until))
    if starts >= until:
        raise Conflict("gold.period", field="until_day", status=422)
    open_ = select(InstantSchedule.id).where(InstantSchedule.starts < until, InstantSchedule.until > starts)
    if unit.session.execute(open_.limit(1)).first() is not None:
        raise Conflict("gold.schedule-open", field="from_day")
    us = signing.our_party(unit)
    announced = min(starts, unit.now.replace(microsecond=0))
    document = schedule_json(
        Schedule(
            id=unit.node.url(PATH + schedule_id), actor=us.actor, actor_name=us.name, key=us.key, announced=announced,
            starts=starts, until=until, num=chance[0], den=chance[1], gold=gold, most=most,
        )
    )  # fmt: skip
    read_schedule(document)
    unit.session.add(
        InstantSchedule(
            id=schedule_id, document=signing.signed(unit, document), digest=schedule_hash(document), starts=starts,
            until=until, gold=gold, most=most, wins=0, seq=0, hash="",
        )
    )  # fmt: skip
    unit.session.flush()
    audit.record(unit, by, "gold.scheduled", schedule_id, chance=f"{chance[0]}/{chance[1]}", gold=gold)
    return schedule_id


def decide(unit: Unit, action_id: str, account_id: str, title: str) -> bool:
    """An action was just certified: does it win? Once per action and schedule; False too when no schedule is on."""
    live = select(InstantSchedule).where(InstantSchedule.starts <= unit.now, InstantSchedule.until > unit.now)
    row = unit.session.scalars(live.limit(1).with_for_update()).first()
    if row is None:
        return False
    schedule = read_schedule(row.document)
    reference = action_reference(row.digest, action_id)
    proof = signing.prove_own(unit, schedule.key, alpha_of(row.digest, reference))
    if proof is None:  # the key was replaced after a leak: this schedule decides nothing any more
        return False
    found = output(schedule.key, alpha_of(row.digest, reference), proof)
    won = row.wins < row.most and wins(found, schedule.num, schedule.den)
    decision = _append(unit, row, "decided", reference, proof.hex(), won=won)
    decision.action_id, decision.account_id = action_id, account_id
    if won:
        row.wins += 1
        decision.state = "owed"
        unit.session.flush()
        _pay(unit, decision, row.gold, title)
        notices.won_at_once(unit, account_id, title, row.gold)
        unit.emit(GoldWon(account_id, "", title, row.gold))
    return won


def _append(unit: Unit, row: InstantSchedule, kind: str, reference: str, proof: str, *, won: bool) -> InstantDecision:
    document = decision_json(row.seq + 1, row.hash, kind, reference, proof, won=won)
    row.seq, row.hash = row.seq + 1, str(document["hash"])
    decision = InstantDecision(
        schedule_id=row.id, seq=row.seq, document=document, action_id="", account_id="", state="lost", transfer_id="",
        at=unit.now,
    )  # fmt: skip
    unit.session.add(decision)
    unit.session.flush()
    return decision


def _pay(unit: Unit, decision: InstantDecision, gold: int, title: str) -> bool:
    """From the reserve; when that is empty today it stays owed, and the job pays."""
    memo = {"kind": "gold", "title": title[:140]}
    transfer_id = f"gold:{decision.schedule_id}:{decision.seq}"
    try:
        with unit.session.begin_nested():
            wallet_id = ledger.open_wallet(unit, decision.account_id)
            decision.transfer_id = ledger.award(unit, transfer_id, wallet_id, gold, memo, cls="gold").transfer_id
    except DomainError:
        return False
    decision.state = "paid"
    return True


def pay_owed(unit: Unit) -> int:
    """Pay what an empty reserve owes; returns how many were paid."""
    query = (
        select(InstantDecision, InstantSchedule)
        .join(InstantSchedule, InstantSchedule.id == InstantDecision.schedule_id)
        .where(InstantDecision.state == "owed", InstantDecision.account_id != "")
        .order_by(InstantDecision.at)
        .limit(AT_ONCE)
    )
    return sum(_pay(unit, decision, row.gold, unit.node.name) for decision, row in unit.session.execute(query).all())


def revoke(unit: Unit, action_id: str) -> None:
    """The action was revoked: what it won goes back, and the chain says so in a line of its own."""
    query = select(InstantDecision).where(
        InstantDecision.action_id == action_id, InstantDecision.state.in_(("owed", "paid"))
    )
    for decision in unit.session.scalars(query).all():
        row = unit.session.get_one(InstantSchedule, decision.schedule_id, with_for_update=True)
        if decision.transfer_id:
            memo = {"kind": "gold", "title": "–"}
            ledger.correct(unit, f"gold-back:{row.id}:{decision.seq}", decision.transfer_id, memo)
        decision.state = "revoked"
        line = _append(unit, row, "revoked", str(decision.document["action"]), "", won=False)
        line.state = "revoked"


def file_of(unit: Unit, schedule_id: str) -> JsonObject:
    """All decisions so far and the signed head: for anybody. Raises NotFound."""
    row = unit.session.get(InstantSchedule, schedule_id)
    if row is None:
        raise NotFound("gold.unknown")
    query = select(InstantDecision.document).where(InstantDecision.schedule_id == row.id).order_by(InstantDecision.seq)
    schedule = read_schedule(row.document)
    head = signing.signed(unit, head_json(row.digest, row.seq, row.hash), schedule.actor)
    keys = signing.own_keys(unit, [row.document, head])
    return make_instant_file(row.document, list(unit.session.scalars(query)), head, keys)


def listing(unit: Unit, limit: int = 20) -> tuple[InstantSchedule, ...]:
    """The schedules, the latest first."""
    query = select(InstantSchedule).order_by(InstantSchedule.starts.desc(), InstantSchedule.id)
    return tuple(unit.session.scalars(query.limit(limit)))
