"""`ygor check`: every draw done again from its file, every chain of instant decisions, the gold behind prizes."""

from __future__ import annotations

from sqlalchemy import select

from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import filing, instants
from node.modules.gold.models import Draw, InstantSchedule, WonPrize
from protocols.gold.checking import check_draw
from protocols.gold.filing import DrawFault
from protocols.gold.instant import check_instants


def verify(unit: Unit) -> list[str]:
    """Every problem found, in English; empty if all is well."""
    problems = []
    announced = select(Draw.id).where(Draw.announcement.is_not(None), Draw.number.is_not(None)).order_by(Draw.number)
    for draw_id in unit.session.scalars(announced).all():
        try:
            check_draw(filing.file_of(unit, draw_id))
        except DrawFault as fault:
            problems.append(f"draw {draw_id}: {fault.note.code} {dict(fault.note.params)}")
    for schedule_id in unit.session.scalars(select(InstantSchedule.id).order_by(InstantSchedule.starts)).all():
        try:
            check_instants(instants.file_of(unit, schedule_id))
        except DrawFault as fault:
            problems.append(f"instant wins {schedule_id}: {fault.note.code} {dict(fault.note.params)}")
    paid = select(WonPrize).where(WonPrize.transfer_id != "", WonPrize.state.in_(("claimed", "handed")))
    for prize in unit.session.scalars(paid):
        line = ledger.find_transfer(unit, prize.transfer_id)
        if line is None or line.amount != prize.gold:
            problems.append(f"prize {prize.id}: the ledger did not pay its {prize.gold} gold tokens")
    return problems
