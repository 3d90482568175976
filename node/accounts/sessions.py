"""The web toolkit's session store, over the node's own tables."""

from __future__ import annotations

from node.accounts import session_rows
from node.accounts.session_rows import StoredSession
from node.core.node import Node
from web.config import SessionRecord, Tenant


class SqlSessionStore:
    """A `web.config.SessionStore`; the tenants are nodes."""

    async def load(self, tenant: Tenant, key: str) -> SessionRecord | None:
        found = await _node(tenant).read(session_rows.load, key)
        if found is None:
            return None
        return SessionRecord(dict(found.data), found.created_at, found.seen_at, found.expires_at, found.device)

    async def save(self, tenant: Tenant, key: str, record: SessionRecord) -> None:
        stored = StoredSession(record.data, record.created, record.seen, record.expires, record.user_agent)
        await _node(tenant).write(session_rows.save, key, stored)

    async def delete(self, tenant: Tenant, key: str) -> None:
        await _node(tenant).write(session_rows.delete_session, key)


def _node(tenant: Tenant) -> Node:
    assert isinstance(tenant, Node), "the composition root passes nodes"
    return tenant
