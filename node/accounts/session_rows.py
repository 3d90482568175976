"""Sessions as rows: kept under a digest of the cookie, listed for their owner, ended at once everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from node.accounts import rules
from node.accounts.models import Account, WebSession
from node.core.errors import NotFound
from node.core.unit import Unit
from node.core.viewer import SESSION_ACCOUNT

KEPT_AFTER_END = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What a browser's session holds. Times are aware UTC."""

    data: Mapping[str, Any]
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """One line of a person's list of devices."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


def load(unit: Unit, key: str) -> StoredSession | None:
    """A session that is neither ended nor expired, of nobody or of an active account."""
    row = unit.session.get(WebSession, key)
    if row is None or row.revoked_at is not None or row.expires_at <= unit.now:
        return None
    return StoredSession(dict(row.data), row.created_at, row.seen_at, row.expires_at, row.device)


def save(unit: Unit, key: str, stored: StoredSession) -> None:
    """Keep a session. One that was ended meanwhile stays ended; an account that is no longer there is left out."""
    row = unit.session.get(WebSession, key)
    if row is not None and row.revoked_at is not None:
        return
    account_id = stored.data.get(SESSION_ACCOUNT)
    if account_id is not None and unit.session.get(Account, account_id) is None:
        return
    if row is None:
        row = WebSession(id=key, created_at=stored.created_at)
        unit.session.add(row)
    row.account_id = account_id
    row.data = dict(stored.data)
    row.seen_at, row.expires_at = stored.seen_at, stored.expires_at
    row.device = rules.device(stored.device)


def delete_session(unit: Unit, key: str) -> None:
    """Sign out: the session is worthless from now on."""
    _revoke(unit, WebSession.id == key)


def sessions_of(unit: Unit, account_id: str, current: str | None = None) -> list[SessionView]:
    """A person's live sessions, the latest first. `current` is the key of the one that asks."""
    wanted = select(WebSession).where(
        WebSession.account_id == account_id, WebSession.revoked_at.is_(None), WebSession.expires_at > unit.now
    )
    rows = unit.session.execute(wanted.order_by(WebSession.seen_at.desc(), WebSession.id)).scalars()
    return [SessionView(row.id, row.device, row.created_at, row.seen_at, row.id == current) for row in rows]


def revoke(unit: Unit, account_id: str, session_id: str) -> None:
    """End one of a person's own sessions. Raises NotFound `accounts.session-unknown` for anybody else's."""
    if _revoke(unit, WebSession.id == session_id, WebSession.account_id == account_id) == 0:
        raise NotFound("accounts.session-unknown")


def revoke_all(unit: Unit, account_id: str, *, keep: str | None = None) -> int:
    """End all of a person's sessions but `keep`; answers how many."""
    return _revoke(unit, WebSession.account_id == account_id, WebSession.id != (keep or ""))


def forget_old(unit: Unit) -> None:
    """Drop what ended or expired more than a day ago."""
    before = unit.now - KEPT_AFTER_END
    unit.session.execute(delete(WebSession).where(WebSession.expires_at < before))
    unit.session.execute(delete(WebSession).where(WebSession.revoked_at < before))


def _revoke(unit: Unit, *which: Any) -> int:
    ended = update(WebSession).where(WebSession.revoked_at.is_(None), *which).values(revoked_at=unit.now, data={})
    return int(getattr(unit.session.execute(ended), "rowcount", 0))
