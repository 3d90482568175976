"""What we send: an announcement to its witnesses, a receipt or an answer to a drawer (specs/gold.md §4)."""

from __future__ import annotations

from collections.abc import Sequence

from node.core.unit import Unit
from node.modules.gold.models import Draw
from node.neighbours.public import PeerShown, new_activity_id, own_actor, peer, send
from protocols import activities
from protocols.gold.objects import ANNOUNCEMENT, ANSWER, RECEIPT
from protocols.types import JsonObject


def ask_witnesses(unit: Unit, row: Draw, actors: Sequence[str]) -> None:
    """Offer the announcement to its witnesses; asked again they give the same answer."""
    for actor in actors:
        known = peer(unit, actor)
        if known is None:
            continue
        offered = _wrapped(unit, ANNOUNCEMENT, row.alpha, row.announcement)
        number = new_activity_id(unit)
        offer = activities.build_offer(number, actor=own_actor(unit), offered=offered, to=(known.actor_id,))
        send(unit, offer, known)


def send_receipt(unit: Unit, known: PeerShown, offer_id: str, alpha: str, document: JsonObject) -> None:
    _accept(unit, known, offer_id, _wrapped(unit, RECEIPT, alpha, document))


def send_answer(unit: Unit, known: PeerShown, offer_id: str, alpha: str, document: JsonObject) -> None:
    _accept(unit, known, offer_id, _wrapped(unit, ANSWER, alpha, document))


def _accept(unit: Unit, known: PeerShown, offer_id: str, result: JsonObject) -> None:
    number = new_activity_id(unit)
    accept = activities.build_accept(number, actor=own_actor(unit), accepted=offer_id, to=known.actor_id)
    send(unit, {**accept, "result": result}, known)


def _wrapped(unit: Unit, kind: str, alpha: str, document: JsonObject) -> JsonObject:
    address = f"{unit.node.base_url}/ygor/draws/{alpha}"
    return {"type": kind, "id": address, "attributedTo": own_actor(unit), "ygor:document": document}
