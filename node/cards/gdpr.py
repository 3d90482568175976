"""What a person may take along of their cards, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from node.cards.models import Card
from node.core.unit import Unit


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's cards, as JSON; codes stand on the card itself."""
    rows = unit.session.scalars(select(Card).where(Card.account_id == account_id).order_by(Card.issued_at))
    return {
        "cards": [
            {
                "state": row.state,
                "issued_at": row.issued_at.isoformat(),
                "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            }
            for row in rows
        ]
    }


def erase(unit: Unit, account_id: str) -> None:
    """Every card is dead, and its code is forgotten; the digest stays, so that it is never taken for another's."""
    mine = Card.account_id == account_id
    live = update(Card).where(mine, Card.state.in_(("live", "blocked")))
    unit.session.execute(live.values(state="lost", ended_at=unit.now, ended_by=account_id))
    unit.session.execute(update(Card).where(mine).values(sealed_code=b""))
