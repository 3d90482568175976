"""The till's rules, for cards of this commune: exactly once, never too much, and no more told than is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.ledger import public as ledger
from node.modules.rewards import offers, sheet, till
from node.modules.rewards.till import Charge
from tests.fixtures.nodes import TestClock
from tests.fixtures.town import TOKENS, Town, available, settle


def asked(town: Town, **changes: Any) -> Charge:
    charge = Charge(new_id(), town.pool, town.code, "", town.pool_offer, "Piscine", 0)
    return replace(charge, **changes)


async def paul_of(node: Node, town: Town) -> Viewer:
    return await node.read(accounts.viewer, town.paul)


async def key_of(work: Awaitable[object]) -> str:
    """The key of what is refused."""
    with pytest.raises(DomainError) as refused:
        await work
    return refused.value.key


async def left(node: Node, town: Town) -> int:
    return await node.read(available, town.leila)


async def test_an_offer_is_charged_at_its_own_price(node: Node) -> None:
    town = await node.write(settle)
    paul = await paul_of(node, town)
    paid = await node.write(till.charge, paul, asked(town, price=1, title="Rien"))
    assert (paid.state, paid.price, paid.title, paid.first_name) == ("posted", 6, "Entrée adulte", "Leila")
    assert await left(node, town) == TOKENS - 6
    supply = await node.read(ledger.supply)
    assert (supply.circulating, supply.treasury, supply.spent) == (4, 996, 6)
    assert await node.read(ledger.verify) in ([], ())


async def test_raced_and_repeated_submits_charge_once(node: Node) -> None:
    town = await node.write(settle)
    paul, charge = await paul_of(node, town), asked(town)
    results = await asyncio.gather(*(node.write(till.charge, paul, charge) for _ in range(10)))
    assert {(paid.id, paid.state) for paid in results} == {(charge.payment_id, "posted")}
    assert await left(node, town) == 4
    assert (await node.write(till.charge, paul, charge)).state == "posted"
    assert await left(node, town) == 4


async def test_what_became_of_offer_and_card_changes_nothing_for_a_repeated_page(node: Node) -> None:
    town = await node.write(settle)
    paul, charge = await paul_of(node, town), asked(town)
    paid = await node.write(till.charge, paul, charge)
    await node.write(offers.change_state, paul, town.pool_offer, "withdraw")
    await node.write(cards.report_lost, town.leila, town.leila)
    assert await node.write(till.charge, paul, charge) == paid
    assert await left(node, town) == 4


async def test_two_charges_raced_for_the_last_tokens_never_overspend(node: Node) -> None:
    town = await node.write(settle)
    paul = await paul_of(node, town)
    works = [node.write(till.charge, paul, asked(town)) for _ in range(6)]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert [getattr(r, "key", "paid") for r in results].count("paid") == 1
    assert {getattr(r, "key", "paid") for r in results} == {"paid", "rewards.short"}
    assert await left(node, town) == 4


async def test_a_page_used_again_for_something_else_is_refused(node: Node) -> None:
    town = await node.write(settle)
    paul, charge = await paul_of(node, town), asked(town, offer_id=None, price=2)
    await node.write(till.charge, paul, charge)
    marcel = (await node.write(cards.issue, town.marcel)).code
    theo = await node.read(accounts.viewer, town.theo)
    for viewer, other in (
        (paul, replace(charge, price=3)),
        (paul, replace(charge, card=marcel)),
        (paul, replace(charge, card="00000000")),
        (paul, replace(charge, offer_id=town.pool_offer)),
        (paul, replace(charge, host="ramonville.localhost:8000")),
        (theo, replace(charge, organisation_id=town.library)),
    ):
        assert await key_of(node.write(till.charge, viewer, other)) == "rewards.payment-taken"
    assert await left(node, town) == TOKENS - 2


async def test_what_a_till_refuses(node: Node) -> None:
    town = await node.write(settle)
    paul = await paul_of(node, town)
    own = (await node.write(cards.issue, town.paul)).code
    old = await node.write(cards.issue, town.marcel)
    await node.write(cards.report_lost, town.marcel, town.marcel)
    draft = await node.write(offers.create, paul, town.pool, offers.OfferDraft("Brouillon", "", "", "free", 1))
    refusals = {
        "rewards.short": (asked(town, offer_id=None, price=11),),
        "cards.unknown": (asked(town, card="00000000"), asked(town, card="YGOR:ramonville.localhost:8000:00000000")),
        "cards.malformed": (asked(town, card="hello"),),
        "cards.lost": (asked(town, card=old.code),),
        "rewards.own-card": (asked(town, card=own),),
        "rewards.unknown": (
            asked(town, offer_id=town.library_offer), asked(town, offer_id=draft), asked(town, offer_id="nothing"),
        ),
        "rewards.price": (asked(town, offer_id=None), asked(town, offer_id=None, price=-1)),
        "rewards.commune": (asked(town, host="ramonville.localhost:8000"),),
        "rewards.not-yours": (asked(town, organisation_id=town.library), asked(town, organisation_id="nothing")),
    }  # fmt: skip
    for key, charges in refusals.items():
        for charge in charges:
            assert await key_of(node.write(till.charge, paul, charge)) == key
            assert await key_of(node.read(till.get, paul, charge.payment_id)) == "rewards.payment-unknown"
    for account in (town.leila, town.agent, town.administrator):
        viewer = await node.read(accounts.viewer, account)
        assert await key_of(node.write(till.charge, viewer, asked(town))) == "rewards.not-yours"
    ines = await node.read(accounts.viewer, town.ines)
    by_association = asked(town, organisation_id=town.association, offer_id=None, price=1)
    assert await key_of(node.write(till.charge, ines, by_association)) == "rewards.not-yours"
    assert await left(node, town) == TOKENS


def test_a_refusal_does_not_tell_the_balance(unit: Unit) -> None:
    town = settle(unit)
    paul = accounts.viewer(unit, town.paul)
    with pytest.raises(DomainError) as refused:
        till.charge(unit, paul, asked(town, offer_id=None, price=10_000))
    assert refused.value.params == {}
    assert till.look(unit, paul, town.pool, town.code, TOKENS) == till.Seen("Leila", True)
    assert till.look(unit, paul, town.pool, town.code, TOKENS + 1) == till.Seen("Leila", False)


async def test_undo_within_minutes_gives_back_once(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    paul = await paul_of(node, town)
    first = await node.write(till.charge, paul, asked(town))
    assert first.may_undo
    theo = await node.read(accounts.viewer, town.theo)
    assert await key_of(node.write(till.undo, theo, first.id)) == "rewards.not-yours"
    undone = await asyncio.gather(*(node.write(till.undo, paul, first.id) for _ in range(6)))
    assert {(paid.state, paid.may_undo) for paid in undone} == {("undone", False)}
    assert await left(node, town) == TOKENS
    second = await node.write(till.charge, paul, asked(town))
    clock.forward(minutes=30, seconds=1)
    assert await key_of(node.write(till.undo, paul, second.id)) == "rewards.undo-late"
    assert not (await node.read(till.get, paul, second.id)).may_undo
    assert (await node.write(till.undo, paul, first.id)).state == "undone"
    assert await left(node, town) == 4
    assert await key_of(node.write(till.undo, paul, "nothing")) == "rewards.payment-unknown"


async def test_the_sheet_of_a_day(node: Node, clock: TestClock) -> None:
    town = await node.write(settle)
    paul = await paul_of(node, town)
    today = clock.now.date()
    first = await node.write(till.charge, paul, asked(town, offer_id=None, price=2))
    clock.forward(minutes=5)
    second = await node.write(till.charge, paul, asked(town, offer_id=None, price=3))
    clock.forward(hours=14)  # past midnight in Paris, not yet in Greenwich
    third = await node.write(till.charge, paul, asked(town, offer_id=None, price=1))
    assert clock.now.date() == today + timedelta(days=0 if clock.now.hour >= 22 else 1)
    found = await node.read(sheet.of, paul, town.pool, today)
    assert [paid.id for paid in found.payments] == [second.id, first.id]
    found = await node.read(sheet.of, paul, town.pool, today + timedelta(days=1))
    assert [paid.id for paid in found.payments] == [third.id]
    theo = await node.read(accounts.viewer, town.theo)
    assert await key_of(node.read(sheet.of, theo, town.pool, today)) == "rewards.not-yours"
    assert (await node.read(sheet.of, theo, town.library, today)).payments == ()
