"""What federation asks a node to keep, on its database (`federation.ports`), each bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, select

from federation.host_rules import suffixes
from federation.hosts import HostState
from federation.ports import CachedKey, HostRule, KeyUse
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours.models import LONGEST_ADDRESS, HeardActivity, HostRow, HostRuleRow, KeyRow, SeenSignature
from node.neighbours.outbox import forget_old
from node.neighbours.settings import Settings
from protocols.origins import origin

MOST_HOSTS = 20_000
MOST_KEYS = 20_000


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


def nearest_rule(unit: Unit, host: str) -> str | None:
    """ "allow", "block" or None for a host (authority): the rule made for it, else for the nearest domain above it."""
    names = suffixes(origin(f"https://{host}/").host)
    rows = unit.session.execute(select(HostRuleRow).where(HostRuleRow.host.in_(names))).scalars()
    rules = {row.host: row.rule for row in rows}
    return next((rules[name] for name in names if name in rules), None)


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


class SqlSeenActivities:
    """Activity ids, unique for ever."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def digest_of(self, activity_id: str) -> bytes | None:
        def find(unit: Unit) -> bytes | None:
            return unit.session.execute(select(HeardActivity.digest).where(HeardActivity.id == activity_id)).scalar()

        return await self._node.read(find)


def tidy(unit: Unit) -> None:
    """Keep the tables bounded: expired signatures go, deliveries long over, the hosts and keys not used for longest."""
    forget_old(unit)
    unit.session.execute(delete(SeenSignature).where(SeenSignature.expires_at < unit.now))
    for table, column, most in ((HostRow, HostRow.updated_at, MOST_HOSTS), (KeyRow, KeyRow.fetched_at, MOST_KEYS)):
        count = unit.session.execute(select(func.count()).select_from(table)).scalar_one()
        if count > most:
            limit = unit.session.execute(select(column).order_by(column.desc()).offset(most).limit(1)).scalar_one()
            unit.session.execute(delete(table).where(column <= limit))
