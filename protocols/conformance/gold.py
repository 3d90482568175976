"""Operations on draws (specs/gold.md §4, §5, §8, §9)."""

from __future__ import annotations

from itertools import islice

from protocols.conformance.given import Given
from protocols.errors import RemoteProtocolError
from protocols.gold.checking import check_draw
from protocols.gold.drawing import order, seed_of
from protocols.gold.filing import DrawFault
from protocols.gold.instant import check_instants, wins
from protocols.gold.vrf import output, prove
from protocols.types import Json, JsonObject


def _prove(given: Given) -> JsonObject:
    """seed, alpha → proof"""
    return {"proof": prove(given.seed("seed"), given.octets("alpha")).hex()}


def _output(given: Given) -> JsonObject:
    """publicKey, alpha, proof → output"""
    return {"output": output(given.octets("publicKey"), given.octets("alpha"), given.octets("proof")).hex()}


def _seed(given: Given) -> JsonObject:
    """alpha, outputs (empty: missing) → seed"""
    outputs = [bytes.fromhex(one) if one else None for one in given.texts("outputs")]
    return {"seed": seed_of(given.octets("alpha"), outputs).hex()}


def _order(given: Given) -> JsonObject:
    """seed, count, first: how many → order"""
    found = islice(order(given.octets("seed"), given.whole("count")), given.whole("first"))
    return {"order": list[Json](found)}


def _wins(given: Given) -> JsonObject:
    """output, num, den → wins"""
    return {"wins": wins(given.octets("output"), given.whole("num"), given.whole("den"))}


def _draw(given: Given) -> JsonObject:
    """document: the file of a draw → winners, remarks; a fault's code is the refusal's"""
    try:
        checked = check_draw(given.object("document"))
    except DrawFault as fault:
        raise RemoteProtocolError("the draw is wrong", code=fault.note.code) from fault
    return {
        "winners": [winner.reference for winner in checked.winners],
        "remarks": [note.code for note in checked.remarks],
    }


def _instants(given: Given) -> JsonObject:
    """document: the file of instant wins → decided, wins, revoked"""
    try:
        found = check_instants(given.object("document"))
    except DrawFault as fault:
        raise RemoteProtocolError("the decisions are wrong", code=fault.note.code) from fault
    return {"decided": found.decided, "wins": found.wins, "revoked": found.revoked}


OPERATIONS = {
    "vrf-prove": _prove,
    "vrf-output": _output,
    "draw-seed": _seed,
    "draw-order": _order,
    "draw-wins": _wins,
    "draw": _draw,
    "instants": _instants,
}
