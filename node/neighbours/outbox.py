"""The outbox in SQL: rows with leases, a gap-free sequence per destination (`federation.ports.OutboxStore`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, and_, bindparam, delete, func, insert, or_, select, tuple_, update

from federation.ports import MOST_PER_HOST, Backlog, Delivery, PlannedDelivery, Watermark
from node.core.ids import new_id
from node.core.node import Node
from node.core.together import Together
from node.core.unit import Unit
from node.neighbours import queues
from node.neighbours.models import DeliveryRow, Destination, HostQueue

DONE_KEPT = timedelta(days=30)
DEAD_KEPT = timedelta(days=180)
PLANNED_AT_ONCE = 500
Claimed = Callable[[Unit, Sequence[Delivery]], Callable[[], None]]


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
    if not wanted:
        return
    hosts = {one.destination: one.host for one in wanted.values()}
    numbers = _next_numbers(unit, hosts)
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
    unit.session.execute(insert(DeliveryRow), rows)
    lines = [{"destination": name, "host": hosts[name], "highest": number} for name, number in sorted(numbers.items())]
    unit.session.execute(update(Destination), lines)
    queues.refresh(unit, numbers)


def _next_numbers(unit: Unit, hosts: Mapping[str, str]) -> dict[str, int]:
    """How far each destination's rows are numbered; its line is made if need be, and locked, in one order for all.
    `hosts`: host by destination."""
    queues.enrol(unit, hosts)
    query = select(Destination.destination, Destination.highest).where(Destination.destination.in_(hosts))
    ordered = query.order_by(Destination.destination).with_for_update()
    return {name: number for name, number in unit.session.execute(ordered)}  # noqa: C416 - rows are not tuples


_rows, _inboxes, _hosts = (cast(Table, one.__table__) for one in (DeliveryRow, Destination, HostQueue))
_IN_LINE = (
    select(_hosts.c.host, _hosts.c.destination)
    .where(_hosts.c.due_at <= bindparam("now"))
    .order_by(_hosts.c.due_at, _hosts.c.host)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NEXT = select(
    _inboxes.c.destination,
    queues.first_in_order("id").scalar_subquery().label("head"),
    queues.first_aside("id").scalar_subquery().label("aside"),
).where(_inboxes.c.destination.in_(bindparam("names", expanding=True)))
_BY_ID = select(_rows).where(_rows.c.id.in_(bindparam("ids", expanding=True)))
_SET_ROW = update(_rows).where(_rows.c.id == bindparam("row"))
# Made once, over bare tables: putting a statement together costs more than carrying it out.


def claim(unit: Unit, now: datetime, lease_until: datetime, limit: int) -> tuple[Delivery, ...]:
    """Lease due rows, of each host in turn the inbox that is next; until there is nothing left, or `limit`."""
    taken: list[Delivery] = []
    for _ in range(MOST_PER_HOST):
        most = limit - len(taken)
        found = unit.session.connection().execute(_IN_LINE, {"now": now, "most": most}).all() if most else []
        if not found:
            break
        taken += _lease(unit, {row.host for row in found}, [row.destination for row in found], now, lease_until)
    return tuple(taken)


def _lease(unit: Unit, hosts: set[str], names: list[str], now: datetime, until: datetime) -> list[Delivery]:
    """Lease one row of each of these inboxes, in this order."""
    found = _next_rows(unit, names, now)
    if empty := set(names) - found.keys():  # their rows were deleted while under way
        unit.session.execute(update(Destination).where(Destination.destination.in_(empty)).values(lease=None))
        queues.refresh(unit, empty, freed=[None])
    taken = [_delivery(found[name], new_id()) for name in names if name in found]
    if taken:
        leases = [{"row": one.id, "lease": one.lease, "leased_until": until} for one in taken]
        unit.session.connection().execute(_SET_ROW, leases)
    queues.lease(unit, {one.destination: one.lease for one in taken}, until, now, hosts)
    return taken


def _delivery(row: Row[Any], lease: str) -> Delivery:
    return Delivery(
        row.id, row.activity_id, row.actor_id, row.destination, row.host, row.body, row.sequence, row.attempts,
        row.created_at, lease,
    )  # fmt: skip


def _next_rows(unit: Unit, destinations: Sequence[str], now: datetime) -> dict[str, Row[Any]]:
    """The row of each inbox that goes now: what is in order before what was set aside."""
    connection = unit.session.connection()
    lines = connection.execute(_NEXT, {"names": destinations}).all()
    ids = [one for line in lines for one in (line.head, line.aside) if one is not None]
    rows = {row.id: row for row in connection.execute(_BY_ID, {"ids": ids}) if row.next_attempt_at <= now}
    found = {line.destination: rows.get(line.head) or rows.get(line.aside) for line in lines}
    return {name: row for name, row in found.items() if row is not None}


def mark(unit: Unit, delivery: Delivery, values: dict[str, object]) -> bool:
    """Change a row while the lease is still ours; False if it is not."""
    owned = and_(DeliveryRow.id == delivery.id, DeliveryRow.lease == delivery.lease, DeliveryRow.state == "pending")
    free: dict[str, object] = {"lease": None, "leased_until": None}
    result = unit.session.execute(
        update(DeliveryRow).where(owned).values({**free, **values}).returning(DeliveryRow.id)
    ).first()
    queues.refresh(unit, [delivery.destination], freed=[delivery.lease])
    return result is not None


_DONE = (
    update(_rows)
    .where(_rows.c.id.in_(bindparam("ids", expanding=True)), _rows.c.lease.in_(bindparam("leases", expanding=True)))
    .where(_rows.c.state == "pending")
    .values(lease=None, leased_until=None, state="done", error="", body=b"", ended_at=bindparam("now"))
    .returning(_rows.c.id)
)


def mark_done(unit: Unit, ended: Sequence[tuple[Delivery, datetime]]) -> list[bool]:
    """Rows that arrived, as far as their leases are still ours."""
    mine = _still_leased(unit, [one for one, _ in ended])
    values = {"ids": [one.id for one in mine], "leases": [one.lease for one in mine], "now": max(at for _, at in ended)}
    changed = set(unit.session.connection().scalars(_DONE, values)) if mine else set()
    queues.refresh(unit, {one.destination for one, _ in ended}, freed={one.lease for one, _ in ended})
    return [one in mine and one.id in changed for one, _ in ended]


def _still_leased(unit: Unit, deliveries: Sequence[Delivery]) -> list[Delivery]:
    query = select(_rows.c.id, _rows.c.lease).where(_rows.c.id.in_(bindparam("ids", expanding=True)))
    rows = unit.session.connection().execute(query, {"ids": [one.id for one in deliveries]})
    leases = {row.id: row.lease for row in rows}
    return [one for one in deliveries if leases.get(one.id) == one.lease]


def bury_destination(unit: Unit, destination: str, now: datetime, error: str) -> None:
    """The inbox is gone: everything that waits for it dies, except what is under way."""
    waiting = and_(DeliveryRow.destination == destination, DeliveryRow.state == "pending")
    still = or_(DeliveryRow.leased_until.is_(None), DeliveryRow.leased_until <= now)
    unit.session.execute(update(DeliveryRow).where(waiting, still).values(state="dead", ended_at=now, error=error))
    queues.refresh(unit, [destination])


def hurry(unit: Unit, host: str, now: datetime) -> None:
    """What waits for a host is due at once; leased rows stay leased."""
    waiting = and_(DeliveryRow.host == host, DeliveryRow.state == "pending", DeliveryRow.next_attempt_at > now)
    unit.session.execute(update(DeliveryRow).where(waiting).values(next_attempt_at=now))
    queues.refresh_of(unit, host)
    unit.wake("delivery")


def has_leases(unit: Unit) -> bool:
    """Whether something is under way, or was when its process ended."""
    held = select(Destination.destination).where(Destination.leased_until.is_not(None))
    return unit.session.execute(held.limit(1)).first() is not None


def free_leases(unit: Unit) -> None:
    """Give back what a process that was killed held. Only for who knows that no other process works on this outbox."""
    held = and_(DeliveryRow.state == "pending", DeliveryRow.leased_until.is_not(None))
    unit.session.execute(update(DeliveryRow).where(held).values(lease=None, leased_until=None))
    lines = select(Destination.destination, Destination.lease).where(Destination.leased_until.is_not(None))
    leases = {name: lease for name, lease in unit.session.execute(lines)}  # noqa: C416 - rows are not tuples
    queues.refresh(unit, leases, freed=list(leases.values()))


def next_due(unit: Unit) -> datetime | None:
    """When there could be something to claim: rows that others hold up do not count, leased ones from the end of
    their lease, and what stands beside a leased row not before it."""
    found: datetime | None = unit.session.execute(select(func.min(HostQueue.due_at))).scalar()
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
    waiting = select(func.min(DeliveryRow.sequence)).where(
        DeliveryRow.destination == destination, DeliveryRow.state == "pending"
    )
    first: int | None = unit.session.execute(waiting).scalar()
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
