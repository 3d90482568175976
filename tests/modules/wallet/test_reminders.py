"""Reminders before tokens end: once each, in one message, for the right people, whoever runs the job how often."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from node.accounts import public as accounts
from node.core.models import MailMessage
from node.core.node import Node
from node.core.unit import Unit
from node.households import purse
from node.ledger import public as ledger
from node.modules.wallet import jobs, reminders
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.town import settle
from tests.node.households.family import settle_family

MAY = datetime(2026, 5, 25, 8, tzinfo=UTC)
"""Tokens of 25 May end on 25 November."""
only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def reminded(unit: Unit) -> list[tuple[str, str]]:
    rows = unit.session.execute(select(MailMessage.recipient, MailMessage.subject, MailMessage.body))
    return sorted((to, body) for to, subject, body in rows if subject.startswith(("Des jetons", "Tokens are")))


async def at(node: Node, clock: TestClock, day: date, hour: int = 10) -> list[tuple[str, str]]:
    clock.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    await jobs.remind(node)
    return await node.read(reminded)


async def test_thirty_and_seven_days_before_once_each_in_one_message(node: Node, clock: TestClock) -> None:
    clock.now = MAY
    town = await node.write(settle)
    clock.forward(days=2)
    await node.write(lambda unit: ledger.award(unit, "second", ledger.open_wallet(unit, town.leila), 4, {}))
    assert await at(node, clock, date(2026, 10, 25)) == []
    first = await at(node, clock, date(2026, 10, 28))
    assert [to for to, _ in first] == ["leila@castanet.example"]
    assert "10 jetons jusqu’au 25 novembre 2026" in first[0][1]
    assert "4 jetons jusqu’au 27 novembre 2026" in first[0][1], "grouped in one message"
    for _ in range(3):
        await asyncio.gather(*(jobs.remind(node) for _ in range(4)))
    assert len(await node.read(reminded)) == 1
    assert len(await at(node, clock, date(2026, 11, 17))) == 1
    last = await at(node, clock, date(2026, 11, 18))
    assert len(last) == 2
    assert sum("27 novembre" in body for _, body in last) == 1, "two days later it is that one's turn"
    assert len(await at(node, clock, date(2026, 11, 20))) == 3
    assert len(await at(node, clock, date(2026, 11, 26))) == 3, "what has ended is past reminding"


@only_sqlite
async def test_what_was_missed_is_not_made_up_for(node: Node, clock: TestClock) -> None:
    clock.now = MAY
    await node.write(settle)
    assert len(await at(node, clock, date(2026, 11, 20))) == 1
    assert len(await at(node, clock, date(2026, 11, 24))) == 1


@only_sqlite
async def test_nobody_is_written_to_at_night_or_against_their_will(node_factory: NodeFactory, clock: TestClock) -> None:
    clock.now = MAY
    node = node_factory(timezone="Indian/Reunion")
    town = await node.write(settle)
    await node.write(lambda unit: ledger.award(unit, "m", ledger.open_wallet(unit, town.marcel), 4, {}))
    assert await at(node, clock, date(2026, 11, 1), hour=3) == [], "seven in the morning on the island"
    await node.write(reminders.choose, town.leila, by_mail=False)
    found = await at(node, clock, date(2026, 11, 1), hour=4)
    assert [to for to, _ in found] == ["marcel@castanet.example"]
    await node.write(reminders.choose, town.leila, by_mail=True)
    assert len(await at(node, clock, date(2026, 11, 2))) == 1, "their wish was respected, and it stays said"


@only_sqlite
async def test_guardians_and_adults_hear_of_what_they_look_after(node: Node, clock: TestClock) -> None:
    clock.now = MAY
    family = await node.write(settle_family)

    def give(unit: Unit) -> None:
        ledger.award(unit, "lina", ledger.open_wallet(unit, family.lina), 6, {})
        purse.put_in(unit, "put", family.karim, 20)

    await node.write(give)
    found = await at(node, clock, date(2026, 11, 1))
    assert [to.partition("@")[0] for to, _ in found] == ["amina", "karim"]
    assert "6 jetons jusqu’au 25 novembre 2026 au soir (Lina)" in found[0][1]
    assert "20 jetons jusqu’au 25 novembre 2026 au soir (Chez nous)" in found[1][1]
    assert found[0][1].count("– ") == 3


@only_sqlite
async def test_people_without_a_mailbox_stand_on_the_desks_list(node: Node, clock: TestClock) -> None:
    clock.now = MAY
    town = await node.write(settle)
    nadia = await node.read(accounts.viewer, town.agent)
    jeanne = (await node.write(accounts.create_account_at_desk, nadia, "Jeanne", "Roux")).id
    await node.write(lambda unit: ledger.award(unit, "j", ledger.open_wallet(unit, jeanne), 4, {}))
    await at(node, clock, date(2026, 11, 1))
    async with site_of(node) as site:
        agent = await site.signed_in(town.agent)
        listed = await agent.get("/guichet/rappels")
        assert "Jeanne Roux" in listed.text
        assert "Benali" not in listed.text
        kind, body = await agent.download("/guichet/rappels/lettres.pdf")
        assert (kind, body[:5]) == ("application/pdf", b"%PDF-")
        done = await agent.post("/guichet/rappels", {"account": jeanne}, page="/guichet/rappels")
        assert "Personne à prévenir" in done.text
        await at(node, clock, date(2026, 11, 19))
        assert "Jeanne Roux" in (await agent.get("/guichet/rappels")).text, "seven days before, once more"
        leila = await site.signed_in(town.leila)
        assert (await leila.get("/guichet/rappels")).status == 403
        assert (await leila.get("/guichet/rappels/lettres.pdf")).status == 403


@only_sqlite
async def test_settings_say_when(node_factory: NodeFactory, clock: TestClock) -> None:
    clock.now = MAY
    silent = node_factory(parts={"wallet": {"first_reminder_days": 0, "last_reminder_days": 0}})
    await silent.write(settle)
    assert await at(silent, clock, date(2026, 11, 24)) == []
    clock.now = MAY
    one = node_factory("Labège", parts={"wallet": {"first_reminder_days": 3, "last_reminder_days": 3}})
    await one.write(settle)
    assert await at(one, clock, date(2026, 11, 21)) == []
    assert len(await at(one, clock, date(2026, 11, 22))) == 1


@only_sqlite
async def test_from_reminder_to_the_treasury(node: Node, clock: TestClock) -> None:
    """The whole way of a token that nobody spends: awarded, reminded of, gone at midnight, swept, awarded again."""
    clock.now = MAY
    town = await node.write(settle)
    wallet = await node.read(ledger.wallet_of, town.leila)
    assert wallet is not None
    before = await node.read(ledger.supply)
    await at(node, clock, date(2026, 11, 24))
    clock.now = datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)
    assert (await node.read(ledger.balance, wallet)).available == 10
    clock.forward(seconds=1)
    assert (await node.read(ledger.balance, wallet)).available == 0
    assert (await node.read(ledger.supply)).lapsed == 10
    assert (await node.write(ledger.sweep)).amount == 10
    after = await node.read(ledger.supply)
    assert after.treasury == before.treasury + 10 == after.minted
    awarded = await node.write(lambda unit: ledger.award(unit, "again", wallet, after.treasury, {}))
    assert awarded.amount == 1000, "all of it goes round again, nothing is minted"
    assert await node.read(ledger.verify) == []
    clock.now += timedelta(days=1)
    assert await node.read(ledger.verify) == []
