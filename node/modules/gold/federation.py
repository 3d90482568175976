"""Draws between nodes (specs/gold.md §4): an Offer with the announcement, an Accept with a receipt, later one with the
answer."""

from __future__ import annotations

from collections.abc import Callable

from node.core.unit import Unit
from node.modules.gold import hearing, witnessing
from node.neighbours.public import Incoming, PeerShown
from protocols.errors import RemoteProtocolError
from protocols.gold.objects import ANNOUNCEMENT, ANSWER, RECEIPT
from protocols.types import Json, JsonObject


def heard_announcement(unit: Unit, incoming: Incoming) -> str:
    known, document = _from_neighbour(incoming, incoming.activity.object)
    return witnessing.take(unit, known, incoming.activity.id, document)


def heard_receipt(unit: Unit, incoming: Incoming) -> str:
    known, document = _from_neighbour(incoming, incoming.activity.document.get("result"))
    return hearing.take_receipt(unit, known, document)


def heard_answer(unit: Unit, incoming: Incoming) -> str:
    known, document = _from_neighbour(incoming, incoming.activity.document.get("result"))
    return hearing.take_answer(unit, known, document)


def _from_neighbour(incoming: Incoming, said: Json) -> tuple[PeerShown, JsonObject]:
    if incoming.peer is None or not incoming.peer.is_node:
        raise RemoteProtocolError("draws are between neighbours", status=403, code="not-a-neighbour")
    document = said.get("ygor:document") if isinstance(said, dict) else None
    if not isinstance(document, dict):
        raise RemoteProtocolError("the signed document is missing", status=400, code="bad-draw")
    return incoming.peer, document


HANDLERS: dict[tuple[str, str], Callable[[Unit, Incoming], str]] = {
    ("Offer", ANNOUNCEMENT): heard_announcement,
    ("Accept", RECEIPT): heard_receipt,
    ("Accept", ANSWER): heard_answer,
}
