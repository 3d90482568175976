"""The outbox in SQL: rows with leases, a gap-free sequence per destination (`federation.ports.OutboxStore`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from federation.ports import Backlog, Delivery, PlannedDelivery, Watermark
from node.core.errors import NotFound
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours.models import DeliveryRow, Destination
from protocols import strict_json
from protocols.errors import RemoteProtocolError

DONE_KEPT = timedelta(days=30)
DEAD_KEPT = timedelta(days=180)
_other = aliased(DeliveryRow)


def plan_rows(unit: Unit, planned: Sequence[PlannedDelivery]) -> None:
    """Write deliveries into the outbox, in the transaction that made the activity, and wake the worker after it.

    What is planned a second time (same activity, same destination) is there already and stays one row.
    """
    for delivery in planned:
        again = select(DeliveryRow.id).where(
            DeliveryRow.activity_id == delivery.activity_id, DeliveryRow.destination == delivery.destination
        )
        if unit.session.execute(again).first() is not None:
            continue
        known = unit.session.get(Destination, delivery.destination, with_for_update=True)
        if known is None:
            known = Destination(destination=delivery.destination, highest=0)
            unit.session.add(known)
        known.highest += 1
        unit.session.add(
            DeliveryRow(
                id=new_id(),
                activity_id=delivery.activity_id,
                actor_id=delivery.actor_id,
                destination=delivery.destination,
                host=delivery.host,
                body=delivery.body,
                sequence=known.highest,
                next_attempt_at=unit.now,
                created_at=unit.now,
            )
        )
    if planned:
        unit.wake("delivery")


def _sibling(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether another pending row of the same destination is like that."""
    return (
        select(_other.id)
        .where(_other.destination == DeliveryRow.destination, _other.state == "pending", *conditions)
        .correlate(DeliveryRow)
        .exists()
    )


def _is_head() -> ColumnElement[bool]:
    """Pending, and no earlier row of the destination holds it up: one that is pending and not set aside."""
    held_up = _sibling(_other.sequence < DeliveryRow.sequence, _other.set_aside.is_(False))
    return and_(DeliveryRow.state == "pending", ~held_up)


def claim(unit: Unit, now: datetime, lease_until: datetime, limit: int) -> tuple[Delivery, ...]:
    """Lease due rows, the longest overdue of each destination that has nothing under way."""
    turn = func.row_number().over(
        partition_by=DeliveryRow.destination, order_by=(DeliveryRow.next_attempt_at, DeliveryRow.sequence)
    )
    free = ~_sibling(_other.leased_until > now)
    due = (
        select(DeliveryRow.id, DeliveryRow.next_attempt_at, DeliveryRow.sequence, turn.label("turn"))
        .where(_is_head(), DeliveryRow.next_attempt_at <= now, free)
        .subquery()
    )
    first = (
        select(due.c.id).where(due.c.turn == 1).order_by(due.c.next_attempt_at, due.c.sequence, due.c.id).limit(limit)
    )
    query = select(DeliveryRow).where(DeliveryRow.id.in_(first)).order_by(DeliveryRow.next_attempt_at, DeliveryRow.id)
    taken = []
    for row in unit.session.execute(query.with_for_update(skip_locked=True)).scalars():
        row.lease, row.leased_until = new_id(), lease_until
        taken.append(
            Delivery(
                row.id, row.activity_id, row.actor_id, row.destination, row.host, row.body, row.sequence, row.attempts,
                row.created_at, row.lease,
            )
        )  # fmt: skip
    return tuple(taken)


def mark(unit: Unit, delivery: Delivery, values: dict[str, object]) -> bool:
    """Change a row while the lease is still ours; False if it is not."""
    owned = and_(DeliveryRow.id == delivery.id, DeliveryRow.lease == delivery.lease, DeliveryRow.state == "pending")
    free: dict[str, object] = {"lease": None, "leased_until": None}
    result = unit.session.execute(
        update(DeliveryRow).where(owned).values({**free, **values}).returning(DeliveryRow.id)
    ).first()
    return result is not None


def bury_destination(unit: Unit, destination: str, now: datetime, error: str) -> None:
    """The inbox is gone: everything that waits for it dies, except what is under way."""
    waiting = and_(DeliveryRow.destination == destination, DeliveryRow.state == "pending")
    still = or_(DeliveryRow.leased_until.is_(None), DeliveryRow.leased_until <= now)
    unit.session.execute(update(DeliveryRow).where(waiting, still).values(state="dead", ended_at=now, error=error))


def hurry(unit: Unit, host: str, now: datetime) -> None:
    """What waits for a host is due at once; leased rows stay leased."""
    waiting = and_(DeliveryRow.host == host, DeliveryRow.state == "pending", DeliveryRow.next_attempt_at > now)
    unit.session.execute(update(DeliveryRow).where(waiting).values(next_attempt_at=now))
    unit.wake("delivery")


def resend(unit: Unit, host: str) -> int:
    """Bring a host's dead rows back to life; returns how many."""
    dead = and_(DeliveryRow.host == host, DeliveryRow.state == "dead")
    values = {"state": "pending", "attempts": 0, "next_attempt_at": unit.now, "ended_at": None, "created_at": unit.now}
    rows = unit.session.execute(update(DeliveryRow).where(dead).values(values).returning(DeliveryRow.id)).all()
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


def next_due(unit: Unit) -> datetime | None:
    """When there could be something to claim: rows that others hold up do not count, leased ones from the end of
    their lease, and what stands beside a leased row not before it."""
    lease, at = DeliveryRow.leased_until, DeliveryRow.next_attempt_at
    moment = case((lease > at, lease), else_=at)
    beside = _sibling(_other.id != DeliveryRow.id, _other.leased_until.is_not(None))
    counted = and_(_is_head(), or_(lease.is_not(None), ~beside))
    found: datetime | None = unit.session.execute(select(func.min(moment)).where(counted)).scalar()
    return found


def forget_old(unit: Unit) -> None:
    """What arrived long ago, and what nobody sent again, need not be kept."""
    for state, kept in (("done", DONE_KEPT), ("dead", DEAD_KEPT)):
        over = and_(DeliveryRow.state == state, DeliveryRow.ended_at < unit.now - kept)
        unit.session.execute(delete(DeliveryRow).where(over))


def backlog(unit: Unit, host: str | None) -> Backlog:
    """What waits for one host, or altogether."""
    pending = select(func.count(), func.min(DeliveryRow.created_at)).where(DeliveryRow.state == "pending")
    dead = select(func.count()).where(DeliveryRow.state == "dead")
    if host is not None:
        pending, dead = pending.where(DeliveryRow.host == host), dead.where(DeliveryRow.host == host)
    count, oldest = unit.session.execute(pending).one()
    return Backlog(count, unit.session.execute(dead).scalar_one(), oldest)


def watermark(unit: Unit, destination: str) -> Watermark:
    """How far a destination is served without a gap."""
    highest = unit.session.execute(select(Destination.highest).where(Destination.destination == destination)).scalar()
    first = unit.session.execute(
        select(func.min(DeliveryRow.sequence)).where(
            DeliveryRow.destination == destination, DeliveryRow.state == "pending"
        )
    ).scalar()
    top = highest or 0
    return Watermark(top if first is None else first - 1, top)


class SqlOutbox:
    """`OutboxStore` of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def claim(self, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        due = await self._node.read(next_due)
        if due is None or due > now or limit < 1:  # an idle node does not write
            return ()
        return await self._node.write(claim, now, lease_until, limit)

    async def done(self, delivery: Delivery, *, now: datetime) -> bool:
        return await self._node.write(mark, delivery, {"state": "done", "ended_at": now, "error": "", "body": b""})

    async def failed(self, delivery: Delivery, *, next_attempt: datetime, error: str, set_aside: bool) -> bool:
        values = {"attempts": delivery.attempts + 1, "next_attempt_at": next_attempt, "error": error[:500]}
        return await self._node.write(mark, delivery, {**values, "set_aside": set_aside})

    async def dead(self, delivery: Delivery, *, now: datetime, error: str, destination_gone: bool) -> bool:
        def bury(unit: Unit) -> bool:
            did = mark(unit, delivery, {"state": "dead", "ended_at": now, "error": error[:500]})
            if did and destination_gone:
                bury_destination(unit, delivery.destination, now, error[:500])
            return did

        return await self._node.write(bury)

    async def postpone(self, delivery: Delivery, *, until: datetime) -> bool:
        return await self._node.write(mark, delivery, {"next_attempt_at": until})

    async def host_heard(self, host: str, *, now: datetime) -> None:
        await self._node.write(hurry, host, now)

    async def next_due(self) -> datetime | None:
        return await self._node.read(next_due)

    async def backlog(self, host: str | None = None) -> Backlog:
        return await self._node.read(backlog, host)

    async def watermark(self, destination: str) -> Watermark:
        return await self._node.read(watermark, destination)
