"""Draws of the demonstration: one of last week, which anybody may check, and one to come with its witnesses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.demo import council, history
from node.demo.world import Town
from node.modules.gold import holding, instants, planning, reading
from node.modules.gold import public as gold
from protocols.gold.objects import Prize

HOME, WITNESSES = "castanet-tolosan", ("ramonville-saint-agne", "auzeville-tolosane")
SUPPLY = 300
PRIZES = (Prize("Vingt jetons d’or", 20, 1), Prize("Cinq jetons d’or", 5, 3), Prize("Deux places au théâtre", 0, 1))
NEXT = "Tirage de Noël"
LOOK_EVERY_S = 0.1
MOST_LOOKS = 300


def live_through(unit: Unit, town: Town, ids: Mapping[str, str]) -> None:
    """A draw announced eight days ago and held a week ago; instant wins that are on."""
    if town.label != HOME:
        return
    by = SYSTEM.account_id or ""
    council.vote_gold(history.earlier(unit, history.BEGINNING_DAYS), town, ids, SUPPLY)
    for number, person in enumerate(("leila", "amina", "hugo", "marcel", "theo", "ines", "nadia")):
        for days in (20 + number, 30 + number):
            then = history.earlier(unit, days)
            gold.record_action(then, f"mission:{new_id()}", ids[person], "Nettoyage de printemps", then.now)
    then = history.earlier(unit, 8)
    begins, ends, held_at = then.now - timedelta(days=60), then.now - timedelta(hours=1), then.now + timedelta(days=1)
    wanted = planning.Plan("Tirage de l’automne", begins, ends, held_at, 2, PRIZES, ())
    planning.plan(then, by, wanted, new_id())
    planning.announce_due(then)
    holding.hold_due(history.earlier(unit, 7))
    instants.announce(unit, by, new_id(), unit.now, unit.now + timedelta(days=30), (1, 10), 2, 50)


async def announce(nodes: Mapping[str, Node]) -> None:
    """The next draw, once: announced now, witnessed by two neighbours. Raises TimeoutError without their receipts."""
    home = nodes[HOME]
    draw_id = await home.write(_plan, tuple(nodes[label].host for label in WITNESSES))
    for _ in range(MOST_LOOKS):
        page = await home.read(reading.page, draw_id, None)
        if all(party.word != "waiting" for party in page.parties):
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise TimeoutError("the witnesses of the next draw do not hold its announcement")


def _plan(unit: Unit, hosts: tuple[str, ...]) -> str:
    known = next((card.id for card in reading.listing(unit) if card.name == NEXT), None)
    if known is not None:
        return known
    witnesses = tuple(choice.actor for choice in reading.witness_choices(unit) if choice.host in hosts)
    evening = datetime.combine(unit.today + timedelta(days=6), time(18), ZoneInfo(unit.node.timezone))
    wanted = planning.Plan(
        NEXT, unit.now - timedelta(days=40), unit.now - timedelta(minutes=1), evening, 3, PRIZES, witnesses
    )
    draw_id = planning.plan(unit, SYSTEM.account_id or "", wanted, new_id())
    planning.announce_due(unit)
    return draw_id
