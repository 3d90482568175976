"""Two adults with tokens and a child, for the tests of households and guardians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from node.core.unit import Unit
from node.households import guardians, membership
from node.ledger import public as ledger
from tests.fixtures.town import person

BORN = date(2017, 5, 1)


@dataclass(frozen=True, slots=True)
class Family:
    """Ids. `amina` and `karim` have 20 tokens each and share a household; `lina`, nine, is Amina's child."""

    amina: str
    karim: str
    lina: str
    household: str


def settle_family(unit: Unit) -> Family:
    ledger.mint(unit, "council-1", 1000, {"title": "2026-11-01/01"})
    amina, karim = person(unit, "Amina Rousseau"), person(unit, "Karim Rousseau")
    for who in (amina, karim):
        ledger.award(unit, f"award-{who}", ledger.open_wallet(unit, who), 20, {"title": "Haie"})
    household = membership.create(unit, amina, "Chez nous")
    membership.join(unit, karim, membership.invite(unit, amina))
    lina = guardians.create_child(unit, amina, "Lina", "Rousseau", BORN)
    return Family(amina, karim, lina, household)


def available(unit: Unit, owner_id: str, kind: str = "wallet") -> int:
    """What a wallet or a purse holds."""
    opened = (
        ledger.open_wallet(unit, owner_id) if kind == "wallet" else ledger.open_account(unit, "household", owner_id)
    )
    return ledger.balance(unit, opened).available
