"""What an offer and a payment may become: tables and the two questions asked of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from node.civic.words import N_
from node.core.errors import Conflict, Forbidden
from node.core.viewer import Viewer

KINDS: Final = {"free": N_("Gratuit"), "reduced": N_("Tarif réduit"), "premium": N_("Lot d’exception")}

OFFER_STATES: Final = {
    ("draft", "publish"): "published",
    ("draft", "edit"): "draft",
    ("published", "publish"): "published",
    ("published", "edit"): "published",
    ("published", "withdraw"): "withdrawn",
    ("withdrawn", "publish"): "published",
    ("withdrawn", "withdraw"): "withdrawn",
    ("withdrawn", "edit"): "withdrawn",
}
PAYMENT_STATES: Final = {
    ("pending", "posted"): "posted",
    ("pending", "failed"): "failed",
    ("posted", "undo"): "undone",
    ("pending", "undo"): "failed",
}


def next_offer_state(state: str, event: str) -> str:
    """Raises Conflict `rewards.state` for a move that the table does not have."""
    found = OFFER_STATES.get((state, event))
    if found is None:
        raise Conflict("rewards.state")
    return found


def require_operator(viewer: Viewer, organisation_id: str) -> None:
    """Raises Forbidden unless this person belongs to the partner. An association's members take no payments."""
    membership = viewer.membership(organisation_id)
    if membership is None or membership.kind != "partner":
        raise Forbidden("rewards.not-yours")


def may_undo(state: str, created_at: datetime, now: datetime, minutes: int) -> bool:
    """Whether the till may still take a payment back by itself."""
    return (state, "undo") in PAYMENT_STATES and now - created_at <= timedelta(minutes=minutes)
