"""What a person may take along from the agenda, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from node.core.unit import Unit
from node.modules.events import registrations
from node.modules.events.models import Event, Registration


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """A person's registrations, as JSON."""
    query = (
        select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.account_id == account_id)
        .order_by(Event.starts_at, Registration.id)
    )
    return {
        "registrations": [
            {
                "event": event.title,
                "event_id": event.id,
                "starts_at": event.starts_at.isoformat(),
                "place": event.place_name,
                "state": row.state,
                "at": row.at.isoformat(),
                "arrival_noted_at": row.noted_at.isoformat() if row.noted_at else None,
            }
            for row, event in unit.session.execute(query)
        ]
    }


def erase(unit: Unit, account_id: str) -> None:
    """Take a person out of every list: their places go to those who wait. Events they wrote are their organisation's
    and stay, without their name."""
    rows = unit.session.scalars(select(Registration).where(Registration.account_id == account_id)).all()
    event_ids = sorted({row.event_id for row in rows})
    for row in rows:
        unit.session.delete(row)
    unit.session.flush()
    for event_id in event_ids:
        event = unit.session.get(Event, event_id)
        if event is not None:
            registrations.promote(unit, event)
    unit.session.execute(update(Event).where(Event.created_by == account_id).values(created_by=""))
    unit.session.execute(update(Registration).where(Registration.noted_by == account_id).values(noted_by=None))
