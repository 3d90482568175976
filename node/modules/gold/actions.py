"""Certified actions as draws count them, and what becomes of entries and gold when one is revoked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from node.core.unit import Unit
from node.modules.gold import instants, prizes
from node.modules.gold.models import Action, Draw, DrawEntry, WonPrize


def record(unit: Unit, action_id: str, account_id: str, title: str, certified_at: datetime) -> None:
    """An action was certified: it counts in draws of its period, and may win at once. Told twice, it counts once."""
    if unit.session.get(Action, action_id) is not None:
        return
    unit.session.add(Action(id=action_id, account_id=account_id, title=title[:140], certified_at=certified_at))
    unit.session.flush()
    instants.decide(unit, action_id, account_id, title)


def revoke(unit: Unit, action_id: str) -> None:
    """Its certification was taken back (specs/gold.md §3.4): no entry in draws to come, struck where the draw is
    announced, what it won goes back by a correcting entry and on to the next in the order."""
    row = unit.session.get(Action, action_id, with_for_update=True)
    if row is None or row.revoked_at is not None:
        return
    row.revoked_at = unit.now
    unit.session.flush()
    waiting = select(Draw.id).where(Draw.state == "announced", Draw.draw_at > unit.now)
    mine = DrawEntry.action_id == action_id
    unit.session.execute(update(DrawEntry).where(mine, DrawEntry.draw_id.in_(waiting)).values(struck=True))
    query = (
        select(WonPrize.id)
        .join(DrawEntry, (DrawEntry.draw_id == WonPrize.draw_id) & (DrawEntry.reference == WonPrize.reference))
        .where(mine, WonPrize.state.in_(("won", "claimed")))
        .order_by(WonPrize.id)
    )
    for prize_id in unit.session.scalars(query).all():
        prizes.take_back(unit, prize_id, "revoked")
    instants.revoke(unit, action_id)
