"""The outbox in SQL: rows with leases, a gap-free sequence per destination (`federation.ports.OutboxStore`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from federation.ports import MOST_PER_HOST, Backlog, Delivery, PlannedDelivery, Watermark
from node.core.database import insert_new
from node.core.errors import NotFound
from node.core.ids import new_id
from node.core.node import Node
from node.core.together import Together
from node.core.unit import Unit
from node.neighbours.models import DeliveryRow, Destination
from protocols import strict_json
from protocols.errors import RemoteProtocolError

DONE_KEPT = timedelta(days=30)
DEAD_KEPT = timedelta(days=180)
PLANNED_AT_ONCE = 500
Claimed = Callable[[Unit, Sequence[Delivery]], Callable[[], None]]
_other = aliased(DeliveryRow)


def plan_rows(unit: Unit, planned: Sequence[PlannedDelivery]) -> None:
    """Write deliveries into the outbox, in the transaction that made the activity, and wake the worker after it.

    What is planned a second time (same activity, same destination) is there already and stays one row.
    """
    for start in range(0, len(planned), PLANNED_AT_ONCE):
        _plan(unit, planned[start : start + PLANNED_AT_ONCE])
    if planned:
        unit.wake("delivery")


def _plan(unit: Unit, planned: Sequence[PlannedDelivery]) -> None:
    wanted = {(one.activity_id, one.destination): one for one in planned}
    once = tuple_(DeliveryRow.activity_id, DeliveryRow.destination)
    for activity_id, destination in unit.session.execute(
        select(DeliveryRow.activity_id, DeliveryRow.destination).where(once.in_(wanted))
    ):
        del wanted[activity_id, destination]
    numbers = _next_numbers(unit, [one.destination for one in wanted.values()])
    rows = []
    for one in wanted.values():
        numbers[one.destination] += 1
        rows.append(
            {
                "id": new_id(),
                "activity_id": one.activity_id,
                "actor_id": one.actor_id,
                "destination": one.destination,
                "host": one.host,
                "body": one.body,
                "sequence": numbers[one.destination],
                "next_attempt_at": unit.now,
                "created_at": unit.now,
            }
        )
    if rows:
        unit.session.execute(insert(DeliveryRow), rows)
        highest = [{"destination": name, "highest": number} for name, number in sorted(numbers.items())]
        unit.session.execute(update(Destination), highest)


def _next_numbers(unit: Unit, destinations: Sequence[str]) -> dict[str, int]:
    """How far each destination's rows are numbered; its row is made if need be, and locked, in one order for all."""
    names = sorted(set(destinations))
    insert_new(unit.session, Destination.destination, [{"destination": name, "highest": 0} for name in names])
    query = select(Destination.destination, Destination.highest).where(Destination.destination.in_(names))
    ordered = query.order_by(Destination.destination).with_for_update()
    return {name: number for name, number in unit.session.execute(ordered)}  # noqa: C416 - rows are not tuples


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
        select(DeliveryRow.id, DeliveryRow.host, DeliveryRow.next_attempt_at, DeliveryRow.sequence, turn.label("turn"))
        .where(_is_head(), DeliveryRow.next_attempt_at <= now, free)
        .subquery()
    )
    oldest = (due.c.next_attempt_at, due.c.sequence, due.c.id)
    of_host = func.row_number().over(partition_by=due.c.host, order_by=oldest)
    heads = (
        select(due.c.id, due.c.host, due.c.next_attempt_at, due.c.sequence, of_host.label("of_host"))
        .where(due.c.turn == 1)
        .subquery()
    )
    leased = and_(_other.host == heads.c.host, _other.state == "pending", _other.leased_until > now)
    under_way = select(func.count()).where(leased).correlate(heads).scalar_subquery()
    first = (
        select(heads.c.id)
        .where(heads.c.of_host + under_way <= MOST_PER_HOST)
        .order_by(heads.c.next_attempt_at, heads.c.sequence, heads.c.id)
        .limit(limit)
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


def mark_done(unit: Unit, ended: Sequence[tuple[Delivery, datetime]]) -> list[bool]:
    """Rows that arrived, as far as their leases are still ours."""
    leases = {delivery.lease: now for delivery, now in ended}
    owned = and_(DeliveryRow.lease.in_(leases), DeliveryRow.state == "pending")
    values = {"lease": None, "leased_until": None, "state": "done", "error": "", "body": b""}
    rows = unit.session.execute(
        select(DeliveryRow.id, DeliveryRow.lease).where(DeliveryRow.id.in_([one.id for one, _ in ended]), owned)
    ).all()
    mine = {row.id: row.lease for row in rows}
    changed = set(
        unit.session.scalars(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(mine), owned)
            .values({**values, "ended_at": max(leases.values())})
            .returning(DeliveryRow.id),
            execution_options={"synchronize_session": False},
        )
    )
    return [delivery.id in changed and mine[delivery.id] == delivery.lease for delivery, _ in ended]


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


def has_leases(unit: Unit) -> bool:
    """Whether something is under way, or was when its process ended."""
    held = and_(DeliveryRow.state == "pending", DeliveryRow.leased_until.is_not(None))
    return unit.session.execute(select(DeliveryRow.id).where(held).limit(1)).first() is not None


def free_leases(unit: Unit) -> None:
    """Give back what a process that was killed held. Only for who knows that no other process works on this outbox."""
    held = and_(DeliveryRow.state == "pending", DeliveryRow.leased_until.is_not(None))
    unit.session.execute(update(DeliveryRow).where(held).values(lease=None, leased_until=None))


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

    def __init__(
        self, node: Node, claimed: Callable[[Unit, Sequence[Delivery]], Callable[[], None]] | None = None
    ) -> None:
        """`claimed` may read, in the transaction of a claim, what the deliveries will need; what it returns is called
        after that."""
        self._node = node
        self._claimed = claimed
        self._ending = Together[tuple[Delivery, datetime], bool](node, mark_done)

    async def claim(self, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        due = await self._node.read(next_due)
        if due is None or due > now or limit < 1:  # an idle node does not write
            return ()

        def take(unit: Unit) -> tuple[Sequence[Delivery], Callable[[], None] | None]:
            taken = claim(unit, now, lease_until, limit)
            return taken, self._claimed(unit, taken) if self._claimed is not None else None

        taken, use = await self._node.write(take)
        if use is not None:
            use()
        return taken

    async def done(self, delivery: Delivery, *, now: datetime) -> bool:
        return await self._ending.write((delivery, now))

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
