"""Residents with certified actions, gold in the reserve, a draw planned: for the tests of the draws."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from node.core.ids import new_id
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import planning
from node.modules.gold import public as gold
from protocols.gold.objects import Prize
from tests.modules.missions.people import person

PRIZES = (Prize("Dix jetons d’or", 10, 2), Prize("Deux places au théâtre", 0, 1))


def mint_gold(unit: Unit, amount: int = 100) -> None:
    ledger.mint(unit, new_id(), amount, {"kind": "vote"}, cls="gold")


def acted(unit: Unit, people: int = 6, each: int = 2) -> list[str]:
    """Residents, each with so many certified actions of yesterday."""
    made = [person(unit, f"Voisine{number}") for number in range(people)]
    for account_id in made:
        for number in range(each):
            at = unit.now - timedelta(days=1, minutes=number)
            gold.record_action(unit, f"mission:{new_id()}", account_id, f"Planter la haie {number}", at)
    return made


def wanted(
    unit: Unit, *, cap: int = 2, prizes: tuple[Prize, ...] = PRIZES, witnesses: tuple[str, ...] = ()
) -> planning.Plan:
    """A draw over the last month that takes place in two days."""
    until = unit.now - timedelta(minutes=1)
    draw_at = unit.now + timedelta(days=2)
    return planning.Plan("Tirage de l’hiver", until - timedelta(days=30), until, draw_at, cap, prizes, witnesses)


def announced(unit: Unit, *, people: int = 6, **more: Any) -> str:
    """A draw that was announced just now; answers its id."""
    mint_gold(unit)
    acted(unit, people)
    draw_id = planning.plan(unit, "0" * 26, wanted(unit, **more), new_id())
    assert planning.announce_due(unit) == 1
    return draw_id


def gold_of(unit: Unit, account_id: str) -> int:
    wallet_id = ledger.wallet_of(unit, account_id)
    return ledger.balance(unit, wallet_id, cls="gold").available if wallet_id else 0
