"""Instant wins: decided as an action is certified, once, by what was announced; paid, owed, taken back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from node.core.errors import Conflict
from node.core.ids import new_id
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import actions, gdpr, instants, verification
from node.modules.gold import public as gold
from node.modules.gold.models import InstantDecision
from protocols.gold.instant import check_instants
from tests.fixtures.nodes import TestClock
from tests.modules.gold.people import gold_of, mint_gold
from tests.modules.missions.people import person


def begin(unit: Unit, chance: tuple[int, int] = (1, 1), most: int = 50) -> str:
    until = unit.now + timedelta(days=10)
    return instants.announce(unit, "0" * 26, new_id(), unit.now, until, chance, 2, most)


def certify(unit: Unit, account_id: str, action_id: str) -> None:
    gold.record_action(unit, action_id, account_id, "Planter la haie", unit.now)


def states(unit: Unit) -> list[str]:
    return list(unit.session.scalars(select(InstantDecision.state).order_by(InstantDecision.seq)))


async def test_a_win_is_paid_at_once_and_only_once(node: Node) -> None:
    await node.write(mint_gold)
    schedule_id = await node.write(begin)
    leila = await node.write(person, "Leïla")
    await asyncio.gather(*(node.write(certify, leila, "mission:1") for _ in range(4)))
    assert await node.read(gold_of, leila) == 2
    assert [mail.subject for mail in await node.read(recent_mails)] == ["Gagné ! 2 jetons d’or"]
    found = check_instants(await node.read(instants.file_of, schedule_id))
    assert (found.decided, found.wins) == (1, 1)


async def test_the_chance_is_what_was_announced(node: Node) -> None:
    schedule_id = await node.write(begin, (1, 3))
    leila = await node.write(person, "Leïla")
    for number in range(20):
        await node.write(certify, leila, f"mission:{number}")
    found = check_instants(await node.read(instants.file_of, schedule_id))
    assert found.decided == 20
    assert 0 < found.wins < 20
    assert await node.read(verification.verify) == []


async def test_an_empty_reserve_owes_and_pays_later(node: Node) -> None:
    await node.write(begin)
    leila = await node.write(person, "Leïla")
    await node.write(certify, leila, "mission:1")
    assert await node.read(states) == ["owed"]
    await node.write(mint_gold)
    assert await node.write(instants.pay_owed) == 1
    assert await node.write(instants.pay_owed) == 0
    assert await node.read(gold_of, leila) == 2


async def test_a_revoked_action_gives_back_what_it_won(node: Node) -> None:
    await node.write(mint_gold)
    schedule_id = await node.write(begin)
    leila = await node.write(person, "Leïla")
    await node.write(certify, leila, "mission:1")
    for _ in range(2):
        await node.write(actions.revoke, "mission:1")
    assert await node.read(gold_of, leila) == 0
    assert await node.read(states) == ["revoked", "revoked"]
    assert check_instants(await node.read(instants.file_of, schedule_id)).revoked == 1
    assert await node.read(ledger.verify) == []


async def test_no_more_wins_than_announced_and_none_when_it_is_over(node: Node, clock: TestClock) -> None:
    await node.write(mint_gold)
    await node.write(begin, (1, 1), 1)
    leila = await node.write(person, "Leïla")
    for number in range(3):
        await node.write(certify, leila, f"mission:{number}")
    clock.forward(days=11)
    await node.write(certify, leila, "mission:9")
    assert await node.read(gold_of, leila) == 2
    assert await node.read(states) == ["paid", "lost", "lost"]


async def test_two_schedules_do_not_overlap(node: Node) -> None:
    await node.write(begin)
    with pytest.raises(Conflict, match=r"gold\.schedule-open"):
        await node.write(begin)


async def test_who_leaves_is_forgotten(node: Node) -> None:
    await node.write(mint_gold)
    schedule_id = await node.write(begin)
    leila = await node.write(person, "Leïla")
    await node.write(certify, leila, "mission:1")
    await node.write(gdpr.erase, leila)
    assert (await node.read(gdpr.export, leila))["instant"] == []
    check_instants(await node.read(instants.file_of, schedule_id))
