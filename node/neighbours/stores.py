"""What federation asks a node to keep, on its database (`federation.ports`), each bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select

from federation.host_rules import suffixes
from federation.hosts import HostState
from federation.ports import CachedKey, HostRule, KeyUse
from node.core.node import Node
from node.core.unit import Unit
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


class SqlHostRules:
    """Allow and block lists."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def lookup(self, names: Sequence[str]) -> Mapping[str, HostRule]:
        def find(unit: Unit) -> dict[str, HostRule]:
            rows = unit.session.execute(select(HostRuleRow).where(HostRuleRow.host.in_(names))).scalars()
            return {row.host: HostRule(row.rule) for row in rows}

        return await self._node.read(find)

    async def allow_listed_only(self) -> bool:
        return await self._node.read(lambda unit: unit.settings("neighbours", Settings).allow_listed_only)


class SqlHostMemory:
    """One row per host we ever talked to."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def load(self, host: str) -> HostState:
        return await self._node.read(load_host, host)

    async def update(self, host: str, change: Callable[[HostState], HostState]) -> HostState:
        def apply(unit: Unit) -> HostState:
            row = unit.session.get(HostRow, host, with_for_update=True)
            state = change(HostState.from_json(row.data) if row else HostState(host))
            if row is None:
                unit.session.add(HostRow(host=host, data=state.to_json(), updated_at=unit.now))
            else:
                row.data, row.updated_at = state.to_json(), unit.now
            return state

        return await self._node.write(apply)


def nearest_rule(unit: Unit, host: str) -> tuple[str, str | None]:
    """Whose rule counts for a host (authority), and that rule, "allow" or "block": the rule made for it, else for the
    nearest domain above it; ("", None) without any."""
    names = suffixes(origin(f"https://{host}/").host)
    rows = unit.session.execute(select(HostRuleRow).where(HostRuleRow.host.in_(names))).scalars()
    rules = {row.host: row.rule for row in rows}
    return next(((name, rules[name]) for name in names if name in rules), ("", None))


def load_host(unit: Unit, host: str) -> HostState:
    """The host's record; a blank one when nothing is known."""
    row = unit.session.get(HostRow, host)
    return HostState.from_json(row.data) if row else HostState(host)


class SqlKeyCache:
    """Key look-ups, good and bad."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def get(self, key_id: str, use: KeyUse) -> CachedKey | None:
        def find(unit: Unit) -> CachedKey | None:
            row = unit.session.get(KeyRow, (key_id, use.value))
            if row is None:
                return None
            return CachedKey(row.key_id, use, row.fetched_at, row.document, row.problem, row.gone)

        return await self._node.read(find)

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

    async def forget(self, actor_id: str) -> None:
        def drop(unit: Unit) -> None:
            unit.session.execute(delete(KeyRow).where(KeyRow.actor_id == actor_id))

        await self._node.write(drop)


class SqlSeenSignatures:
    """Signatures already accepted."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def add(self, key_id: str, signature: bytes, *, expires: datetime) -> bool:
        digest = sha256(key_id.encode() + b"\0" + signature).hexdigest()

        def remember(unit: Unit) -> bool:
            if unit.session.get(SeenSignature, digest, with_for_update=True) is not None:
                return False
            unit.session.add(SeenSignature(id=digest, expires_at=expires))
            unit.session.flush()
            return True

        return await self._node.write(remember)


class SqlFormerNames:
    """The ids that peers had before they moved."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def of(self, actor_id: str) -> tuple[str, ...]:
        query = select(FormerId.former_id).where(FormerId.actor_id == actor_id)
        return await self._node.read(lambda unit: tuple(unit.session.execute(query).scalars()))


class SqlAcquaintances:
    """Whoever has a row among our peers."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def knows(self, actor_id: str) -> bool:
        def find(unit: Unit) -> bool:
            return unit.session.execute(select(Peer.actor_id).where(Peer.actor_id == actor_id)).first() is not None

        return await self._node.read(find)


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
