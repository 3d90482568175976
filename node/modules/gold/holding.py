"""Carrying a draw out (specs/gold.md §5, §6): when its time has come and its witnesses have answered, or the deadline
for answers has passed. One transaction per draw, which reads its state under a lock: it is held once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.gold import outgoing, planning, prizes, rules, signing
from node.modules.gold.events import DrawHeld
from node.modules.gold.models import Draw, DrawEntry, DrawParty, WonPrize
from protocols.gold.drawing import Walk, seed_of
from protocols.gold.objects import (
    Announcement,
    Answer,
    Result,
    answer_json,
    read_announcement,
    read_answer,
    result_json,
)
from protocols.gold.vrf import output

AT_ONCE = 3
LOOKED_AT = 50
"""Draws that still wait for answers must not keep others from being held."""


def hold_due(unit: Unit) -> int:
    """Hold what is due; returns how many draws were held."""
    due = select(Draw).where(Draw.state == "announced", Draw.draw_at <= unit.now)
    held = 0
    for row in unit.session.scalars(due.order_by(Draw.draw_at, Draw.id).limit(LOOKED_AT).with_for_update()).all():
        held += _hold(unit, row)
        if held == AT_ONCE:
            break
    return held


def _hold(unit: Unit, row: Draw) -> bool:
    announcement = read_announcement(row.announcement)
    parties = _parties(unit, row)
    _answer_ourselves(unit, row, announcement, parties[0])
    missing = [party.actor for party in parties if party.answer is None]
    if missing and unit.now < row.answers_until:
        if not row.reminded:
            row.reminded = True
            outgoing.ask_witnesses(unit, row, [actor for actor in missing if actor != parties[0].actor])
        return False
    entries = planning.entries_of(unit, row.id)
    struck = _struck(unit, row)
    alpha = bytes.fromhex(row.alpha)
    outputs = tuple(_output(announcement, alpha, party) for party in parties)
    seed = seed_of(alpha, outputs)
    walk = Walk(seed, entries, struck)
    found = [walk.next() for _ in announcement.units]
    result = Result(
        draw=announcement.id,
        alpha=row.alpha,
        struck=struck,
        outputs=outputs,
        seed=seed,
        winners=tuple(entry.reference if entry else None for entry in found),
        drawn=unit.now.replace(microsecond=0),
    )
    row.result, row.held_at = signing.signed(unit, result_json(result), announcement.drawer.actor), unit.now
    row.state = rules.next_state(row.state, "hold")
    unit.session.flush()
    for unit_number, reference in enumerate(result.winners):
        if reference is not None:
            prizes.give(unit, row, unit_number, 0, reference, announcement.prizes[announcement.units[unit_number]])
    _pass_revoked(unit, row)
    unit.emit(DrawHeld(row.id, len(missing)))
    return True


def _parties(unit: Unit, row: Draw) -> Sequence[DrawParty]:
    query = select(DrawParty).where(DrawParty.draw_id == row.id).order_by(DrawParty.position)
    return unit.session.scalars(query).all()


def _answer_ourselves(unit: Unit, row: Draw, announcement: Announcement, party: DrawParty) -> None:
    """Our own answer is made when the time has come, not before: nobody here can know it earlier by looking."""
    if party.answer is not None:
        return
    proof = signing.prove_own(unit, announcement.drawer.key, bytes.fromhex(row.alpha))
    if proof is None:
        return
    said = Answer(announcement.id, row.alpha, announcement.drawer.actor, proof, unit.now.replace(microsecond=0))
    party.answer = signing.signed(unit, answer_json(said), announcement.drawer.actor)
    party.answered_at = unit.now


def _output(announcement: Announcement, alpha: bytes, party: DrawParty) -> bytes | None:
    known = announcement.party(party.actor)
    if party.answer is None or known is None:
        return None
    return output(known.key, alpha, read_answer(party.answer).proof)


def _struck(unit: Unit, row: Draw) -> tuple[str, ...]:
    query = select(DrawEntry.reference).where(DrawEntry.draw_id == row.id, DrawEntry.struck.is_(True))
    return tuple(unit.session.scalars(query.order_by(DrawEntry.reference)))


def _pass_revoked(unit: Unit, row: Draw) -> None:
    """What was revoked between the draw's time and now was drawn all the same, and goes on in public."""
    query = select(WonPrize).where(WonPrize.draw_id == row.id).order_by(WonPrize.unit)
    for prize in unit.session.scalars(query).all():
        reason = prizes.why_unable(unit, row.id, prize.reference)
        if reason:
            prizes.take_back(unit, prize.id, reason)
