"""What federation asks a node to keep, on its database (`federation.ports`), each bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update

from federation.host_rules import suffixes
from federation.hosts import HostState
from federation.ports import CachedKey, HostRule, KeyUse
from federation.ports import SeenSignature as Seen
from node.core.database import insert_new
from node.core.node import Node
from node.core.recent import Recent
from node.core.together import Together
from node.core.unit import Unit
from node.neighbours.farewells import part_with
from node.neighbours.models import (
    LONGEST_ADDRESS,
    FormerId,
    HeardActivity,
    HostRow,
    HostRuleRow,
    KeyRow,
    Peer,
    SeenSignature,
)
from node.neighbours.outbox import forget_old
from node.neighbours.settings import Settings
from protocols.origins import origin

MOST_HOSTS = 20_000
MOST_KEYS = 20_000
MOST_KEYS_OF_A_HOST = 500
MOST_HEARD_OF_STRANGERS = 200_000
"""Activities of whom we have no tie with: what they said changed nothing here, their ids need not be kept for ever."""
STRANGERS_FOR = timedelta(days=30)
RULES, KEYS, HOSTS = "neighbours.rules", "neighbours.keys", "neighbours.hosts"
"""Topics of `unit.wake`: what is kept in memory of these tables is to be forgotten."""
OTHER_PROCESS_S = 2.0
"""For how long another process on the same PostgreSQL may still go by what was just changed here."""
MOST_KEPT = 4096
MOST_RULES_KEPT = 20_000


Change = tuple[str, Callable[[HostState], HostState]]


class SqlHostRules:
    """Allow and block lists."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._all: Recent[str, Mapping[str, HostRule] | None] = Recent(good_for_s=OTHER_PROCESS_S, most=1)
        self._found: Recent[tuple[str, ...], Mapping[str, HostRule]] = Recent(
            good_for_s=OTHER_PROCESS_S, most=MOST_KEPT
        )
        self._listed: Recent[str, bool] = Recent(good_for_s=OTHER_PROCESS_S, most=1)
        node.on_wake(RULES, self._forget)

    async def lookup(self, names: Sequence[str]) -> Mapping[str, HostRule]:
        def find(unit: Unit) -> dict[str, HostRule]:
            rows = unit.session.execute(select(HostRuleRow).where(HostRuleRow.host.in_(names))).scalars()
            return {row.host: HostRule(row.rule) for row in rows}

        known = await self._all.get("", lambda: self._node.read(_all_rules))
        if known is not None:
            return {name: known[name] for name in names if name in known}
        return await self._found.get(tuple(names), lambda: self._node.read(find))

    async def allow_listed_only(self) -> bool:
        def find(unit: Unit) -> bool:
            return unit.settings("neighbours", Settings).allow_listed_only

        return await self._listed.get("", lambda: self._node.read(find))

    def _forget(self) -> None:
        self._all.clear()
        self._found.clear()
        self._listed.clear()


def _all_rules(unit: Unit) -> Mapping[str, HostRule] | None:
    """Every rule, if they are few enough to be kept in memory."""
    rows = unit.session.execute(select(HostRuleRow.host, HostRuleRow.rule).limit(MOST_RULES_KEPT + 1)).all()
    return {host: HostRule(rule) for host, rule in rows} if len(rows) <= MOST_RULES_KEPT else None


class SqlHostMemory:
    """One row per host we ever talked to."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._kept: Recent[str, HostState] = Recent(good_for_s=OTHER_PROCESS_S, most=MOST_KEPT)
        self._changing = Together[Change, HostState](node, change_hosts)
        node.on_wake(HOSTS, self._kept.clear)

    def prime(self, states: Sequence[HostState]) -> None:
        """What somebody else has just read."""
        for state in states:
            self._kept.fill(state.host, state)

    async def load(self, host: str) -> HostState:
        return await self._kept.get(host, lambda: self._node.read(load_host, host))

    async def update(self, host: str, change: Callable[[HostState], HostState]) -> HostState:
        changed = await self._changing.write((host, change))
        self._kept.put(host, changed)
        return changed

    async def note(self, host: str, change: Callable[[HostState], HostState]) -> None:
        self._kept.put(host, change(await self.load(host)))
        self._changing.soon((host, change))


def change_hosts(unit: Unit, changes: Sequence[Change]) -> list[HostState]:
    """Load, change and store the records of hosts, in this order; what each became."""
    names = sorted({host for host, _ in changes})
    insert_new(unit.session, HostRow.host, [_row(HostState(name), unit.now) for name in names])
    query = select(HostRow.host, HostRow.data).where(HostRow.host.in_(names)).order_by(HostRow.host).with_for_update()
    states = {host: HostState.from_json(data) for host, data in unit.session.execute(query)}
    changed = []
    for host, change in changes:
        states[host] = change(states[host])
        changed.append(states[host])
    unit.session.execute(update(HostRow), [_row(states[name], unit.now) for name in names])
    return changed


def _row(state: HostState, now: datetime) -> dict[str, object]:
    return {"host": state.host, "data": state.to_json(), "updated_at": now}


def nearest_rule(unit: Unit, host: str) -> tuple[str, str | None]:
    """Whose rule counts for a host (authority), and that rule, "allow" or "block": the rule made for it, else for the
    nearest domain above it; ("", None) without any."""
    names = suffixes(origin(f"https://{host}/").host)
    rows = unit.session.execute(select(HostRuleRow).where(HostRuleRow.host.in_(names))).scalars()
    rules = {row.host: row.rule for row in rows}
    return next(((name, rules[name]) for name in names if name in rules), ("", None))


def load_hosts(unit: Unit, hosts: Sequence[str]) -> list[HostState]:
    """The records of hosts; blank ones for those of whom nothing is known."""
    names = sorted(set(hosts))
    query = select(HostRow.host, HostRow.data).where(HostRow.host.in_(names))
    found = {host: HostState.from_json(data) for host, data in unit.session.execute(query)}
    return [found.get(name) or HostState(name) for name in names]


def load_host(unit: Unit, host: str) -> HostState:
    """The host's record; a blank one when nothing is known."""
    row = unit.session.get(HostRow, host)
    return HostState.from_json(row.data) if row else HostState(host)


class SqlKeyCache:
    """Key look-ups, good and bad."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._kept: Recent[tuple[str, KeyUse], CachedKey | None] = Recent(good_for_s=OTHER_PROCESS_S, most=MOST_KEPT)
        node.on_wake(KEYS, self._kept.clear)

    async def get(self, key_id: str, use: KeyUse) -> CachedKey | None:
        def find(unit: Unit) -> CachedKey | None:
            row = unit.session.get(KeyRow, (key_id, use.value))
            if row is None:
                return None
            return CachedKey(row.key_id, use, row.fetched_at, row.document, row.problem, row.gone)

        return await self._kept.get((key_id, use), lambda: self._node.read(find))

    async def put(self, entry: CachedKey) -> None:
        if len(entry.key_id.encode()) > LONGEST_ADDRESS:
            return  # losing an entry costs one fetch

        def store(unit: Unit) -> None:
            _make_room(unit, entry.key_id)
            actor_id = entry.actor.get("id") if entry.actor else None
            unit.session.merge(
                KeyRow(
                    key_id=entry.key_id,
                    use=entry.use.value,
                    actor_id=actor_id if isinstance(actor_id, str) else None,
                    document=entry.actor,
                    problem=entry.problem[:500],
                    gone=entry.gone,
                    fetched_at=entry.fetched_at,
                )
            )

        await self._node.write(store)
        self._kept.put((entry.key_id, entry.use), entry)

    async def forget(self, actor_id: str) -> None:
        def drop(unit: Unit) -> None:
            unit.session.execute(delete(KeyRow).where(KeyRow.actor_id == actor_id))
            unit.wake(KEYS)

        await self._node.write(drop)


class SqlSeenSignatures:
    """Signatures already accepted."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def add(self, key_id: str, signature: bytes, *, expires: datetime) -> bool:
        return (await self._node.write(remember_signatures, [Seen(key_id, signature, expires)]))[0]


def remember_signatures(unit: Unit, arrived: Sequence[Seen | None]) -> list[bool]:
    """Keep signatures until they expire; False for each that is there already or stands among them before. None is
    something without a signature."""
    rows = {_name(seen): seen.expires for seen in arrived if seen is not None}
    inserted = insert_new(
        unit.session, SeenSignature.id, [{"id": name, "expires_at": expires} for name, expires in rows.items()]
    )
    fresh = []
    for seen in arrived:
        fresh.append(seen is None or _name(seen) in inserted)
        if seen is not None:
            inserted.discard(_name(seen))
    return fresh


def _name(seen: Seen) -> str:
    return sha256(seen.key_id.encode() + b"\0" + seen.signature).hexdigest()


class SqlFormerNames:
    """The ids that peers had before they moved."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def of(self, actor_id: str) -> tuple[str, ...]:
        query = select(FormerId.former_id).where(FormerId.actor_id == actor_id)
        return await self._node.read(lambda unit: tuple(unit.session.execute(query).scalars()))


class SqlAcquaintances:
    """Whoever has a row among our peers. That somebody has one is kept for a moment, that somebody has none is not."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._known: Recent[str, bool] = Recent(good_for_s=OTHER_PROCESS_S, most=MOST_KEPT)

    async def knows(self, actor_id: str) -> bool:
        def find(unit: Unit) -> bool:
            return unit.session.execute(select(Peer.actor_id).where(Peer.actor_id == actor_id)).first() is not None

        return await self._known.get(actor_id, lambda: self._node.read(find), keep=bool)

    async def part_with(self, actor_id: str) -> None:
        await self._node.write(part_with, actor_id)
        self._known.clear()


class SqlSeenActivities:
    """Activity ids, unique for ever."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def digest_of(self, activity_id: str) -> bytes | None:
        def find(unit: Unit) -> bytes | None:
            return unit.session.execute(select(HeardActivity.digest).where(HeardActivity.id == activity_id)).scalar()

        return await self._node.read(find)


def _make_room(unit: Unit, key_id: str) -> None:
    """A host has so many keys here at most: what it had looked up longest ago goes."""
    prefix = f"{origin(key_id)}/"
    of_host = KeyRow.key_id.startswith(prefix, autoescape=True)
    count = unit.session.execute(select(func.count()).select_from(KeyRow).where(of_host)).scalar_one()
    if count >= MOST_KEYS_OF_A_HOST:
        oldest = select(KeyRow.fetched_at).where(of_host).order_by(KeyRow.fetched_at).limit(1)
        unit.session.execute(
            delete(KeyRow).where(of_host, KeyRow.fetched_at == oldest.scalar_subquery(), KeyRow.key_id != key_id)
        )


def _forget_strangers(unit: Unit) -> None:
    """Ids of activities by whoever is no peer: the old ones, and the oldest of too many."""
    stranger = ~select(Peer.actor_id).where(Peer.actor_id == HeardActivity.actor_id).exists()
    unit.session.execute(delete(HeardActivity).where(stranger, HeardActivity.received_at < unit.now - STRANGERS_FOR))
    newest = select(HeardActivity.received_at).where(stranger).order_by(HeardActivity.received_at.desc())
    limit = unit.session.execute(newest.offset(MOST_HEARD_OF_STRANGERS).limit(1)).scalar()
    if limit is not None:
        unit.session.execute(delete(HeardActivity).where(stranger, HeardActivity.received_at <= limit))


def tidy(unit: Unit) -> None:
    """Keep the tables bounded: expired signatures go, deliveries long over, the hosts and keys not used for longest,
    what strangers said."""
    forget_old(unit)
    _forget_strangers(unit)
    unit.session.execute(delete(SeenSignature).where(SeenSignature.expires_at < unit.now))
    for table, column, most in ((HostRow, HostRow.updated_at, MOST_HOSTS), (KeyRow, KeyRow.fetched_at, MOST_KEYS)):
        count = unit.session.execute(select(func.count()).select_from(table)).scalar_one()
        if count > most:
            limit = unit.session.execute(select(column).order_by(column.desc()).offset(most).limit(1)).scalar_one()
            unit.session.execute(delete(table).where(column <= limit))
            unit.wake(HOSTS if table is HostRow else KEYS)
