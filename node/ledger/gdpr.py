"""What a person may take along of their tokens, and what is left when they go."""

from __future__ import annotations

from typing import Any

from node.core.ids import new_id
from node.core.unit import Unit
from node.ledger.accounts import wallet_of
from node.ledger.balances import HISTORY_LIMIT, balance, history
from node.ledger.handing import give_up
from node.ledger.values import Line

MOST_LINES = 5_000


def export(unit: Unit, account_id: str) -> dict[str, Any]:
    """Balance and every movement of a person's wallet (at most 5,000, the latest), as JSON."""
    wallet_id = wallet_of(unit, account_id)
    if wallet_id is None:
        return {"lots": [], "movements": []}
    lines: list[Line] = []
    while len(lines) < MOST_LINES:
        page = history(unit, wallet_id, limit=HISTORY_LIMIT, before=lines[-1].transfer_id if lines else None)
        lines += page
        if len(page) < HISTORY_LIMIT:
            break
    return {
        "lots": [
            {"class": lot.cls, "last_day": lot.expiry_day.isoformat(), "amount": lot.amount, "held": lot.held}
            for cls in ("token", "gold")
            for lot in balance(unit, wallet_id, cls=cls).lots
        ],
        "movements": [
            {"id": line.transfer_id, "kind": line.kind, "amount": line.amount, "at": line.at.isoformat(),
             "memo": dict(line.memo)}
            for line in lines
        ],
    }  # fmt: skip


def erase(unit: Unit, account_id: str) -> None:
    """The tokens go back to the commune. The books stay: they know an id, which from now on is nobody's."""
    wallet_id = wallet_of(unit, account_id)
    if wallet_id is not None:
        give_up(unit, f"close-{new_id()}", wallet_id)
