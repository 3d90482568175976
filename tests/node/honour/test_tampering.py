"""`ygor check` names what somebody changed behind the program's back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from node.core.node import Node
from node.core.unit import Unit
from node.honour.models import EntryRow, HeadRow, IssuedRow, PaymentRow
from node.honour.verification import verify
from tests.node.honour.communes import Communes, books_agree


def other_amount(unit: Unit) -> None:
    row = unit.session.execute(select(EntryRow).where(EntryRow.seq == 1)).scalar_one()
    row.document = {**row.document, "amount": row.document["amount"] + 1}


def last_entry_gone(unit: Unit) -> None:
    unit.session.execute(delete(EntryRow).where(EntryRow.seq == 2))


def other_head(unit: Unit) -> None:
    row = unit.session.execute(select(HeadRow).where(HeadRow.seq == 2)).scalar_one()
    row.sums = {**row.sums, "charged": row.sums["charged"] + 1}


def payment_gone(unit: Unit) -> None:
    unit.session.execute(delete(IssuedRow))
    unit.session.execute(delete(PaymentRow))


def other_state(unit: Unit) -> None:
    unit.session.execute(update(PaymentRow).values(state="FAILED"))
    unit.session.execute(update(IssuedRow).values(state="VOIDED"))


@pytest.mark.parametrize("tamper", [other_amount, last_entry_gone, other_head, payment_gone, other_state])
async def test_a_change_is_found_on_either_side(communes: Communes, tamper: Callable[[Unit], Any]) -> None:
    _, card = await communes.resident()
    for price in (20, 7):
        await communes.outcome(await communes.charge(card, price))
    await books_agree(communes)
    for node in (communes.a, communes.b):
        await node.write(tamper)
        assert await problems(node), f"{tamper.__name__} was not seen"


async def test_owed_tokens_that_left_are_missed(communes: Communes) -> None:
    from node.ledger import public as ledger

    _, card = await communes.resident()
    await communes.outcome(await communes.charge(card, 20))

    def take(unit: Unit) -> None:
        account = ledger.open_owed(unit, communes.b.host)
        ledger.transfer_between(unit, "theft", account, ledger.TREASURY, 3, {})

    await communes.a.write(take)
    assert "27" in (await problems(communes.a))[0]


async def problems(node: Node) -> list[str]:
    return await node.read(verify)
