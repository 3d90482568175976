"""What a person may take along, and what is left when they go."""

from __future__ import annotations

from typing import Any

from node.accounts import keys, roles, session_rows, tokens
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
