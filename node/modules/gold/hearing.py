"""What witnesses of our draws say (specs/gold.md §4, §6)."""

from __future__ import annotations

from sqlalchemy import select

from node.core.unit import Unit
from node.modules.gold import signing
from node.modules.gold.models import Draw, DrawParty
from node.neighbours.public import PeerShown
from protocols.errors import RemoteProtocolError
from protocols.gold.objects import read_announcement, read_answer, read_receipt
from protocols.gold.vrf import output
from protocols.types import JsonObject


def take_receipt(unit: Unit, known: PeerShown, document: JsonObject) -> str:
    """A witness holds our announcement. Raises RemoteProtocolError."""
    said = read_receipt(document)
    _draw, party = _party(unit, said.draw, said.alpha, said.party)
    keys = signing.verified(unit, known, document, said.party)
    if party.receipt is not None:
        return "known"
    party.receipt, party.keys = document, {**party.keys, **keys}
    return "held by the witness"


def take_answer(unit: Unit, known: PeerShown, document: JsonObject) -> str:
    """A witness answers; when the draw was held without it, that is written down too. Raises RemoteProtocolError."""
    said = read_answer(document)
    draw, party = _party(unit, said.draw, said.alpha, said.party)
    keys = signing.verified(unit, known, document, said.party)
    if party.answer is not None:
        return "known"
    announced = read_announcement(draw.announcement).party(said.party)
    if announced is None:
        raise RemoteProtocolError("no witness of this draw", status=403, code="not-a-party")
    output(announced.key, bytes.fromhex(draw.alpha), said.proof)
    party.answer, party.answered_at, party.late = document, unit.now, draw.state == "held"
    party.keys = {**party.keys, **keys}
    return "answered too late" if party.late else "answered"


def _party(unit: Unit, uri: str, alpha: str, actor: str) -> tuple[Draw, DrawParty]:
    draw = unit.session.scalars(
        select(Draw).where(Draw.uri == uri, Draw.alpha == alpha).with_for_update()
    ).one_or_none()
    if draw is None or not alpha:
        raise RemoteProtocolError("that is no draw of ours", status=404, code="unknown-draw")
    mine = (DrawParty.draw_id == draw.id, DrawParty.actor == actor, DrawParty.position > 0)
    party = unit.session.scalars(select(DrawParty).where(*mine)).one_or_none()
    if party is None:
        raise RemoteProtocolError("no witness of this draw", status=403, code="not-a-party")
    return draw, party
