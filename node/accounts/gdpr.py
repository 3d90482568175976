"""What a person may take along, and what is left when they go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update

from node.accounts import keys, links, roles, session_rows, tokens
from node.accounts.models import ApiToken, Link, ResidentKey, Takeover
from node.accounts.service import live
from node.core.unit import Unit


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """Everything this part knows of a person, as JSON. Neither secrets nor digests of secrets."""
    account = live(unit, account_id)
    return {
        "id": account.id,
        "email": account.email,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "locale": account.locale,
        "birth_date": account.birth_date.isoformat() if account.birth_date else None,
        "created_at": account.created_at.isoformat(),
        "public_key": keys.public_of(unit, account_id),
        "roles": sorted(roles.granted_to(unit, account_id)),
        "sessions": [
            {"device": s.device, "created_at": s.created_at.isoformat(), "seen_at": s.seen_at.isoformat()}
            for s in session_rows.sessions_of(unit, account_id)
        ],
        "api_tokens": [
            {"name": t.name, "scopes": list(t.scopes), "created_at": t.created_at.isoformat()}
            for t in tokens.tokens_of(unit, account_id)
        ],
    }


def erase(unit: Unit, account_id: str) -> None:
    """An empty, closed row under the same id. The public key stays, so that what the person signed can be verified;
    nobody can sign with it any more."""
    account = live(unit, account_id)
    session_rows.revoke_all(unit, account_id)
    links.drop_links(unit, account.email)
    for table in (ApiToken, Takeover, Link):
        unit.session.execute(delete(table).where(table.account_id == account_id))
    gone = update(ResidentKey).where(ResidentKey.account_id == account_id)
    unit.session.execute(gone.values(sealed_seed=None, retired_at=unit.now))
    account.email = account.password_hash = account.birth_date = None
    account.given_name = account.family_name = account.search_text = ""
    account.state = "closed"
    unit.session.flush()
