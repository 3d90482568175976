"""Personal tokens for the JSON API: shown once, listed, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from node.accounts import rules
from node.accounts.models import Account, ApiToken
from node.accounts.service import live
from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_id, new_secret
from node.core.unit import Unit

PREFIX = "ygor_"


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as its owner sees it again: never the token itself."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a good token allows. `stale`: its last use should be written down again."""

    token_id: str
    account_id: str
    scopes: frozenset[str]
    stale: bool


def create(unit: Unit, account_id: str, name: str, scopes: Sequence[str]) -> str:
    """Make a token and answer it, the only time it is seen. Raises Invalid, Conflict `accounts.too-many-tokens`."""
    live(unit, account_id)
    called = rules.normal_name(name, field="name")[:60]
    if not scopes or not set(scopes) <= set(rules.SCOPES):
        raise Invalid("accounts.scopes", field="scopes")
    owned = select(func.count()).select_from(ApiToken)
    owned = owned.where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    if unit.session.execute(owned).scalar_one() >= rules.MOST_API_TOKENS:
        raise Conflict("accounts.too-many-tokens", most=rules.MOST_API_TOKENS)
    secret = PREFIX + new_secret()
    token = ApiToken(
        id=new_id(),
        digest=rules.digest(secret),
        account_id=account_id,
        name=called,
        scopes=sorted(set(scopes)),
        created_at=unit.now,
    )
    unit.session.add(token)
    return secret


def tokens_of(unit: Unit, account_id: str) -> list[TokenView]:
    """A person's tokens that still work, the newest first."""
    wanted = select(ApiToken).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    rows = unit.session.execute(wanted.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())).scalars()
    return [TokenView(row.id, row.name, tuple(row.scopes), row.created_at, row.last_used_at) for row in rows]


def revoke(unit: Unit, account_id: str, token_id: str) -> None:
    """Make one of a person's own tokens worthless. Raises NotFound `accounts.token-unknown`."""
    row = unit.session.get(ApiToken, token_id)
    if row is None or row.account_id != account_id or row.revoked_at is not None:
        raise NotFound("accounts.token-unknown")
    row.revoked_at = unit.now


def check(unit: Unit, secret: str) -> TokenGrant | None:
    """What a token allows; None if it is unknown, revoked or of a closed account."""
    wanted = select(ApiToken).join(Account, Account.id == ApiToken.account_id)
    wanted = wanted.where(ApiToken.digest == rules.digest(secret), ApiToken.revoked_at.is_(None))
    row = unit.session.execute(wanted.where(Account.state == "active")).scalar()
    if row is None:
        return None
    stale = row.last_used_at is None or unit.now - row.last_used_at > rules.TOKEN_TOUCH_AFTER
    return TokenGrant(row.id, row.account_id, frozenset(row.scopes), stale)


def touch(unit: Unit, token_id: str) -> None:
    """Write down that a token was used."""
    row = unit.session.get(ApiToken, token_id)
    if row is not None:
        row.last_used_at = unit.now
