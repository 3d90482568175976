"""What other parts may ask of draws. Events stand in `events`."""

from __future__ import annotations

from datetime import datetime

from node.core.unit import Unit
from node.modules.gold import actions

__all__ = ["record_action", "revoke_action"]


def record_action(unit: Unit, action_id: str, account_id: str, title: str, certified_at: datetime) -> None:
    """An action was certified. `action_id`: `kind:id`, at most 60 characters, the same for ever."""
    actions.record(unit, action_id, account_id, title, certified_at)


def revoke_action(unit: Unit, action_id: str) -> None:
    """Its certification was taken back: so are its entries, and the gold that they won."""
    actions.revoke(unit, action_id)
