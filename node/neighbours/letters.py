"""Deliveries as people see them: what waits, what died, sending it again and giving it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from node.core.errors import NotFound
from node.core.unit import Unit
from node.neighbours import queues
from node.neighbours.models import DeliveryRow
from protocols import strict_json
from protocols.errors import RemoteProtocolError


def resend(unit: Unit, host: str) -> int:
    """Bring a host's dead rows back to life; returns how many."""
    dead = and_(DeliveryRow.host == host, DeliveryRow.state == "dead")
    values = {
        "state": "pending",
        "attempts": 0,
        "set_aside": False,
        "next_attempt_at": unit.now,
        "ended_at": None,
        "created_at": unit.now,
    }
    rows = unit.session.execute(update(DeliveryRow).where(dead).values(values).returning(DeliveryRow.id)).all()
    queues.refresh_of(unit, host)
    unit.wake("delivery")
    return len(rows)


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery that waits or died, for people: what, to whom, since when, why not."""

    id: str
    host: str
    type: str
    about: str
    destination: str
    state: str
    attempts: int
    created_at: datetime
    at: datetime
    error: str


def letters(unit: Unit, state: str, host: str | None, limit: int) -> tuple[Letter, ...]:
    """Deliveries in a state ("pending", "dead"), of one host or of all, the newest first. `at`: when it died, or when
    it is tried next."""
    query = select(DeliveryRow).where(DeliveryRow.state == state)
    if host is not None:
        query = query.where(DeliveryRow.host == host)
    query = query.order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc()).limit(limit)
    return tuple(_letter(row) for row in unit.session.execute(query).scalars())


def _letter(row: DeliveryRow) -> Letter:
    try:
        said = strict_json.loads(row.body, max_bytes=len(row.body))
    except RemoteProtocolError:
        said = {}
    told = said.get("object")
    if isinstance(told, dict):
        told = told.get("name")
    about = told if isinstance(told, str) and "://" not in told else ""
    at = row.ended_at or row.next_attempt_at
    kind = str(said.get("type", ""))
    return Letter(
        row.id, row.host, kind, about[:120], row.destination, row.state, row.attempts, row.created_at, at, row.error
    )


def revive(unit: Unit, letter_id: str) -> str:
    """Bring one dead letter back to life; answers its host. Raises NotFound `neighbours.letter-unknown`."""
    row = _dead(unit, letter_id)
    row.state, row.attempts, row.next_attempt_at, row.set_aside = "pending", 0, unit.now, False
    row.ended_at, row.created_at = None, unit.now
    unit.session.flush()
    queues.refresh(unit, [row.destination])
    unit.wake("delivery")
    return row.host


def drop(unit: Unit, letter_id: str) -> str:
    """Delete one dead letter for good; answers its host. Raises NotFound `neighbours.letter-unknown`."""
    row = _dead(unit, letter_id)
    host = row.host
    unit.session.delete(row)
    return host


def drop_all(unit: Unit, host: str) -> int:
    """Delete a host's dead letters for good; answers how many."""
    dead = and_(DeliveryRow.host == host, DeliveryRow.state == "dead")
    return len(unit.session.execute(delete(DeliveryRow).where(dead).returning(DeliveryRow.id)).all())


def _dead(unit: Unit, letter_id: str) -> DeliveryRow:
    row = unit.session.get(DeliveryRow, letter_id, with_for_update=True)
    if row is None or row.state != "dead":
        raise NotFound("neighbours.letter-unknown")
    return row
