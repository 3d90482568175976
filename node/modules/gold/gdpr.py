"""What a person may take along from the draws, and what is left when they go (specs/gold.md §3.1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from node.core.unit import Unit
from node.modules.gold import prizes
from node.modules.gold.models import Action, DrawEntry, InstantDecision, WonPrize


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's entries, prizes and instant decisions, as JSON."""
    entries = unit.session.scalars(select(DrawEntry).where(DrawEntry.account_id == account_id)).all()
    won = unit.session.scalars(select(WonPrize).where(WonPrize.account_id == account_id)).all()
    decisions = unit.session.scalars(select(InstantDecision).where(InstantDecision.account_id == account_id)).all()
    return {
        "entries": [{"draw": one.draw_id, "reference": one.reference, "action": one.action_id} for one in entries],
        "prizes": [{"draw": one.draw_id, "prize": one.name, "gold": one.gold, "state": one.state} for one in won],
        "instant": [{"action": one.action_id, "state": one.state, "at": one.at.isoformat()} for one in decisions],
    }


def erase(unit: Unit, account_id: str) -> None:
    """Forget who they were: references stay in what was signed, their salts do not; what they had not taken goes on."""
    mine = DrawEntry.account_id == account_id
    unit.session.execute(update(DrawEntry).where(mine).values(account_id="", action_id="", salt=b"", holder_salt=b""))
    waiting = select(WonPrize.id).where(WonPrize.account_id == account_id, WonPrize.state == "won")
    for prize_id in unit.session.scalars(waiting.order_by(WonPrize.id)).all():
        prizes.take_back(unit, prize_id, "left")
    unit.session.execute(update(WonPrize).where(WonPrize.account_id == account_id).values(account_id=""))
    decided = InstantDecision.account_id == account_id
    unit.session.execute(update(InstantDecision).where(decided).values(account_id="", action_id=""))
    unit.session.execute(delete(Action).where(Action.account_id == account_id))
