"""Whose tokens a neighbour's till takes: blocked cards, children's limits, the purse; which days refunds give back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node.cards import public as cards
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import public as honour
from node.households import guardians, membership, purse
from node.ledger import public as ledger
from tests.node.honour.communes import BY, Communes, books_agree

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def test_a_blocked_and_a_replaced_card_are_refused_by_the_issuer(communes: Communes) -> None:
    account, card = await communes.resident(tokens=100)
    assert (await communes.outcome(await communes.charge(card, 10))).state == "posted"
    await communes.a.write(cards.block, account, account)
    blocked = await communes.outcome(await communes.charge(card, 10))
    assert (blocked.state, blocked.reason) == ("failed", "consent")
    await communes.a.write(cards.unblock, account, account)
    assert (await communes.outcome(await communes.charge(card, 10))).state == "posted"
    new = await communes.a.write(cards.report_lost, account, BY)
    dead = await communes.outcome(await communes.charge(card, 10))
    assert dead.state == "failed"
    assert (await communes.outcome(await communes.charge(new.payload, 10))).state == "posted"
    assert await communes.balance(account) == 100 - 45
    await books_agree(communes)


async def test_a_childs_limit_and_the_purse_hold_at_the_neighbours_too(communes: Communes) -> None:
    amina, _ = await communes.resident("Amina", tokens=60)

    def settle(unit: Unit) -> tuple[str, str]:
        membership.create(unit, amina, "Chez nous")
        lina = guardians.create_child(unit, amina, "Lina", "", unit.today - timedelta(days=9 * 365))
        membership.bring_child(unit, amina, lina)
        guardians.set_limits(unit, amina, lina, 15, 40)
        purse.put_in(unit, "put", amina, 30)
        return lina, cards.issue(unit, lina).payload

    lina, card = await communes.a.write(settle)
    beyond = await communes.outcome(await communes.charge(card, 11))  # 17 of A's tokens, where 15 are allowed a day
    assert (beyond.state, beyond.reason) == ("failed", "not-covered")
    assert (await communes.outcome(await communes.charge(card, 8))).state == "posted"
    assert await communes.balance(lina) == 0, "the purse paid the twelve that the child did not have"
    again = await communes.outcome(await communes.charge(card, 4))
    assert (again.state, again.reason) == ("failed", "not-covered")
    await books_agree(communes)
    assert await communes.a.read(ledger.verify) == []


async def test_a_refund_gives_the_day_back_and_a_grace_if_it_is_near(strangers: Communes) -> None:
    communes = strangers
    await communes.befriend()
    await communes.agree(refund_days=365)
    account, card = await communes.resident(tokens=60)
    wallet = await communes.a.read(ledger.wallet_of, account)
    assert wallet is not None
    [lot] = (await communes.a.read(ledger.balance, wallet)).lots
    early, late = await communes.charge(card, 10), await communes.charge(card, 20)
    for payment in (early, late):
        assert (await communes.outcome(payment)).state == "posted"

    async def refunded(payment: str, price: int) -> ledger.Balance:
        before = (await communes.a.read(ledger.balance, wallet)).total
        await communes.b.write(honour.refund_payment, new_id(), payment, price)

        async def there() -> ledger.Balance | None:
            now = await communes.a.read(ledger.balance, wallet)
            return now if now.total > before else None

        found: ledger.Balance = await communes.until(there)
        return found

    back = await refunded(early, 10)
    assert [(each.expiry_day, each.amount) for each in back.lots] == [(lot.expiry_day, 30)], "the day they had"
    communes.clock.forward(days=(lot.expiry_day - communes.clock().date()).days - 3)
    near = await refunded(late, 20)
    grace = (await communes.a.read(lambda unit: unit.settings("ledger", ledger.Settings))).grace_days
    today = await communes.a.read(lambda unit: unit.today)
    assert [(each.expiry_day, each.amount) for each in near.lots] == [
        (lot.expiry_day, 30),
        (today + timedelta(days=grace), 30),
    ], "never a fresh lot, but time enough to use them"
    await books_agree(communes)
