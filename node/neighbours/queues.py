"""Who is next: the state of every inbox and of every host with inboxes, kept beside the rows that wait for them.

A claim must cost what it claims, however much waits. So each inbox knows when it has something to send (`due_at`), each
host which of its inboxes is next and when, and both are brought up to date by whoever changes rows of theirs. A claim
is then one range of an index over hosts.

Turns are fair: whoever was served goes behind all others that are due, an inbox among those of its host, a host among
hosts. A long queue, an inbox with many rows set aside or a host with thousands of inboxes takes its turn as others do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, select, update

from federation.ports import MOST_PER_HOST
from node.core.database import insert_new
from node.core.unit import Unit
from node.neighbours.models import DeliveryRow, Destination, HostQueue

Rows = Select[*tuple[Any, ...]]
AT_ONCE = 500
_rows, _inboxes, _hosts = (cast(Table, one.__table__) for one in (DeliveryRow, Destination, HostQueue))
_of_host, _busy = _inboxes.alias(), _inboxes.alias()
_pending = (_rows.c.destination == _inboxes.c.destination, _rows.c.state == "pending")
# Statements are made once, over bare tables: putting one together costs more than carrying it out.


def first_in_order(column: str) -> Rows:
    """The row that holds up those after it: the first that is not set aside; correlated to an inbox."""
    first = select(_rows.c[column]).where(*_pending, _rows.c.set_aside.is_(False))
    return first.order_by(_rows.c.sequence).limit(1).correlate(_inboxes)


def first_aside(column: str) -> Rows:
    """The row set aside that is due first; correlated to an inbox."""
    first = select(_rows.c[column]).where(*_pending, _rows.c.set_aside.is_(True))
    return first.order_by(_rows.c.next_attempt_at, _rows.c.sequence).limit(1).correlate(_inboxes)


_INBOXES = select(
    _inboxes,
    first_in_order("next_attempt_at").scalar_subquery().label("head"),
    first_aside("next_attempt_at").scalar_subquery().label("aside"),
).where(_inboxes.c.destination.in_(bindparam("names", expanding=True)))
_SET_INBOX = update(_inboxes).where(_inboxes.c.destination == bindparam("name"))


def _waiting(column: str) -> Rows:
    mine = _of_host.c.host == _hosts.c.host, _of_host.c.due_at.is_not(None)
    first = select(_of_host.c[column]).where(*mine).order_by(_of_host.c.due_at, _of_host.c.destination)
    return first.limit(1).correlate(_hosts)


_under_way = (_busy.c.host == _hosts.c.host, _busy.c.leased_until.is_not(None))


def _ending(column: str) -> Rows:
    first = select(_busy.c[column]).where(*_under_way).order_by(_busy.c.leased_until, _busy.c.destination)
    return first.limit(1).correlate(_hosts)


_HOSTS = select(
    _hosts,
    _waiting("destination").scalar_subquery().label("first"),
    _waiting("due_at").scalar_subquery().label("first_at"),
    _ending("destination").scalar_subquery().label("ending"),
    _ending("leased_until").scalar_subquery().label("ending_at"),
    select(func.count()).where(*_under_way).correlate(_hosts).scalar_subquery().label("under_way"),
).where(_hosts.c.host.in_(bindparam("names", expanding=True)))
_SET_HOST = update(_hosts).where(_hosts.c.host == bindparam("name"))


def refresh(unit: Unit, destinations: Collection[str], *, freed: Collection[str | None] = ()) -> None:
    """Rows of these inboxes have changed: find out when each has something to send, and their hosts. `freed`: leases
    that have ended. What the session still holds must be flushed."""
    names = sorted(set(destinations))
    for start in range(0, len(names), AT_ONCE):
        _refresh(unit, names[start : start + AT_ONCE], freed)


def _refresh(unit: Unit, names: Sequence[str], freed: Collection[str | None]) -> None:
    connection = unit.session.connection()
    hosts, changed = set(), []
    for row in connection.execute(_INBOXES, {"names": names}):
        lease = None if row.lease in freed else row.lease
        leased_until = row.leased_until if lease is not None else None
        due_at = leased_until or _turn(_earliest(row.head, row.aside), row.served_at)
        if (due_at, leased_until) != (row.due_at, row.leased_until):
            changed.append({"name": row.destination, "due_at": due_at, "lease": lease, "leased_until": leased_until})
            hosts.add(row.host)
    if changed:
        connection.execute(_SET_INBOX, sorted(changed, key=_by_name))
        refresh_hosts(unit, hosts)


def refresh_of(unit: Unit, host: str) -> None:
    """Rows of this host have changed, nobody knows of which of its inboxes."""
    refresh(unit, list(unit.session.scalars(select(Destination.destination).where(Destination.host == host))))


def lease(unit: Unit, leases: Mapping[str, str], until: datetime, now: datetime, hosts: Collection[str]) -> None:
    """These inboxes have a row under way; they and their hosts have had their turn. `leases`: by inbox."""
    lines = [
        {"name": name, "lease": lease, "leased_until": until, "due_at": until, "served_at": now}
        for name, lease in leases.items()
    ]
    if lines:
        unit.session.connection().execute(_SET_INBOX, sorted(lines, key=_by_name))
    refresh_hosts(unit, hosts, now)


def refresh_hosts(unit: Unit, hosts: Collection[str], served: datetime | None = None) -> None:
    """Which inbox of each host is next, and when. While so many are under way as may be, only the end of one counts.
    `served`: they have had their turn then."""
    connection, changed = unit.session.connection(), []
    for row in connection.execute(_HOSTS, {"names": sorted(hosts)}):
        served_at = served or row.served_at
        full = row.under_way >= MOST_PER_HOST
        following, due_at = (row.ending, row.ending_at) if full else (row.first, row.first_at)
        due_at = _turn(due_at, served_at)
        if (following, due_at, served_at) != (row.destination, row.due_at, row.served_at):
            changed.append({"name": row.host, "destination": following, "due_at": due_at, "served_at": served_at})
    if changed:
        connection.execute(_SET_HOST, sorted(changed, key=_by_name))


def _by_name(line: Mapping[str, Any]) -> str:
    """Rows are locked in one order for all."""
    return str(line["name"])


def _earliest(head: datetime | None, aside: datetime | None) -> datetime | None:
    return min((moment for moment in (head, aside) if moment is not None), default=None)


def _turn(due_at: datetime | None, served_at: datetime | None) -> datetime | None:
    """When something may go whose owner was served at that time: behind all that were due before."""
    return due_at if due_at is None or served_at is None else max(due_at, served_at)


def enrol(unit: Unit, hosts: Mapping[str, str]) -> None:
    """Make sure of a line for every inbox and host. `hosts`: host by inbox."""
    rows = [{"destination": name, "highest": 0, "host": hosts[name]} for name in sorted(hosts)]
    insert_new(unit.session, Destination.destination, rows)
    insert_new(unit.session, HostQueue.host, [{"host": host} for host in sorted(set(hosts.values()))])
