"""At our own till: a child's limit and the purse, and what the cashier learns of either."""

from __future__ import annotations

from datetime import date

import pytest

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import Conflict
from node.core.node import Node
from node.core.unit import Unit
from node.households import guardians, membership, purse
from node.ledger import public as ledger
from node.modules.rewards import till
from node.modules.rewards.till import Charge
from tests.fixtures.town import Town, available, settle

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def gather(unit: Unit) -> tuple[Town, str, str]:
    """Leïla's ten tokens go into the purse; Lina, her child, may spend eight a day."""
    town = settle(unit)
    membership.create(unit, town.leila, "Chez nous")
    lina = guardians.create_child(unit, town.leila, "Lina", "", date(2017, 5, 1))
    membership.bring_child(unit, town.leila, lina)
    guardians.set_limits(unit, town.leila, lina, 8, 20)
    purse.put_in(unit, "put", town.leila, 10)
    return town, lina, cards.issue(unit, lina).code


def charge(unit: Unit, town: Town, payment: str, code: str, price: int) -> till.PaymentShown:
    operator = accounts.viewer(unit, town.paul)
    return till.charge(unit, operator, Charge(payment, town.pool, code, "", None, "Goûter", price))


async def test_the_purse_pays_and_an_undone_payment_comes_back_to_who_paid(node: Node) -> None:
    town, lina, code = await node.write(gather)
    operator = await node.read(accounts.viewer, town.paul)
    seen = await node.read(till.look, operator, town.pool, code, 8)
    assert (seen.first_name, seen.covered) == ("Lina", True)
    paid = await node.write(charge, town, "01K0000000000000000000000A", code, 6)
    assert paid.state == "posted"
    again = await node.write(charge, town, "01K0000000000000000000000A", code, 6)
    assert again == paid
    await node.write(till.undo, operator, paid.id)
    assert await node.read(available, lina) == 6
    assert await node.read(ledger.verify) == []


async def test_beyond_the_limit_the_cashier_learns_only_that_it_is_not_covered(node: Node) -> None:
    town, lina, code = await node.write(gather)
    operator = await node.read(accounts.viewer, town.paul)
    assert not (await node.read(till.look, operator, town.pool, code, 9)).covered
    with pytest.raises(Conflict) as refused:
        await node.write(charge, town, "01K0000000000000000000000B", code, 9)
    assert (refused.value.key, refused.value.params) == ("rewards.short", {})
    assert await node.read(available, lina) == 0, "nothing left the purse"
    await node.write(charge, town, "01K0000000000000000000000C", code, 8)
    with pytest.raises(Conflict):
        await node.write(charge, town, "01K0000000000000000000000D", code, 1)
