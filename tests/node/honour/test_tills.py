"""A neighbour's card at a partner's till: what the issuer answers becomes a movement, and the statement names it."""

from __future__ import annotations

from typing import Any

from node.accounts import public as accounts
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.rewards import refunds, statements, till
from node.modules.rewards.till import Charge
from tests.fixtures.town import organisation, person
from tests.node.honour.communes import Communes, books_agree


def _till(unit: Unit) -> tuple[str, str]:
    manager = person(unit, "Paul Vidal")
    return manager, organisation(unit, "Piscine", "partner", manager)


async def test_a_neighbours_card_is_charged_refunded_and_stands_in_the_statement(communes: Communes) -> None:
    account, card = await communes.resident(tokens=100)
    manager, pool = await communes.b.write(_till)
    paul = await communes.b.read(accounts.viewer, manager)
    had, charge = await communes.balance(account), Charge(new_id(), pool, card, communes.a.host, None, "Piscine", 20)
    assert (await communes.b.write(till.charge, paul, charge)).state == "pending"
    period = statements.period_of(await communes.b.read(lambda unit: unit.today))

    async def net(expected: int) -> Any:
        made = await communes.b.read(statements.get, paul, pool, period)
        return made if made.net() == expected and made.services else None

    await communes.until(lambda: net(20))
    refund_id = new_id()
    for _ in range(2):
        await communes.b.write(refunds.refund, paul, charge.payment_id, refund_id, 5)
    made = await communes.until(lambda: net(15))
    await communes.b.write(till.undo, paul, charge.payment_id)
    made = await communes.until(lambda: net(0))
    assert [(row.name, row.charged, row.refunded) for row in made.issuers] == [("Castanet-Tolosan", 20, 20)]
    assert (await communes.b.read(till.get, paul, charge.payment_id)).state == "undone"
    assert await communes.balance(account) == had
    await books_agree(communes)
