"""What the wallet shows elsewhere: the balance in the header, the door on the entrance page."""

from __future__ import annotations

from typing import Any

from node.core.module import HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.ledger import public as ledger
from node.modules.wallet.service import SOON, total


def page_facts(unit: Unit, viewer: Viewer) -> dict[str, Any]:
    assert viewer.account_id is not None
    return {"balance": total(unit, viewer.account_id), "balance_url": "/carte"}


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    values: dict[str, object] = {"signed_in": not viewer.is_anonymous, "total": 0, "soon": 0, "day": None}
    wallet_id = ledger.wallet_of(unit, viewer.account_id) if viewer.account_id else None
    if wallet_id:
        balance = ledger.balance(unit, wallet_id)
        ending = [lot for lot in balance.lots if lot.expiry_day - unit.today <= SOON]
        values |= {"total": balance.available, "soon": sum(lot.free for lot in ending)}
        values["day"] = min((lot.expiry_day for lot in ending), default=None)
    return (HomeCard("wallet/door.html", values, "me", order=1),)
