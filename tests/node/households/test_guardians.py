"""Children: limits, two guardians, and the local midnight at which their rights end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.errors import Conflict, DomainError, Forbidden, Invalid
from node.core.models import MailMessage
from node.core.node import Node
from node.core.unit import Unit
from node.households import guardians, jobs, membership
from node.households import public as households
from node.ledger import public as ledger
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.node.households.family import settle_family

only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def letters(unit: Unit) -> list[tuple[str, str]]:
    rows = unit.session.execute(select(MailMessage.recipient, MailMessage.subject).order_by(MailMessage.id))
    return [(to, subject.partition(" – ")[0]) for to, subject in rows]


def pay(unit: Unit, payment: str, account_id: str, price: int) -> None:
    households.before_payment(unit, payment, account_id, price)
    ledger.spend(unit, payment, ledger.open_wallet(unit, account_id), price, memo={})


@only_sqlite
async def test_a_child_spends_within_limits(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    await node.write(
        lambda unit: ledger.award(unit, "lina", ledger.open_wallet(unit, family.lina), 100, {"title": "Berges"})
    )
    await node.write(guardians.set_limits, family.amina, family.lina, 6, 10)
    assert await node.read(households.spendable, family.lina) == 6
    await node.write(pay, "p1", family.lina, 5)
    with pytest.raises(Conflict) as short:
        await node.write(pay, "p2", family.lina, 2)
    assert short.value.key == "ledger.short", "whoever is paid learns no more"
    await node.write(lambda unit: ledger.refund(unit, "r1", "p1", 4))
    await node.write(pay, "p3", family.lina, 5)
    clock.forward(days=1)
    assert await node.read(households.spendable, family.lina) == 4, "the week's limit is nearer"
    clock.forward(days=6)
    assert await node.read(households.spendable, family.lina) == 6
    with pytest.raises(Forbidden):
        await node.write(guardians.set_limits, family.karim, family.lina, 50, 50)
    with pytest.raises(Invalid):
        await node.write(guardians.set_limits, family.amina, family.lina, -1, 50)


async def test_two_guardians_and_no_third(node: Node) -> None:
    family = await node.write(settle_family)
    with pytest.raises(Conflict) as alone:
        await node.write(guardians.step_down, family.amina, family.lina)
    assert alone.value.key == "households.last-guardian"
    code = await node.write(guardians.invite, family.amina, family.lina)
    assert await node.write(guardians.accept, family.karim, code) == family.lina
    assert set(await node.read(guardians.guardians_of, family.lina)) == {family.amina, family.karim}
    with pytest.raises(Conflict) as full:
        await node.write(guardians.invite, family.karim, family.lina)
    assert full.value.key == "households.two-guardians"
    await node.write(guardians.step_down, family.amina, family.lina)
    assert await node.read(guardians.guardians_of, family.lina) == (family.karim,)
    with pytest.raises(Forbidden):
        await node.write(guardians.invite, family.amina, family.lina)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("Europe/Paris", datetime(2032, 4, 30, 21, 59, 59, tzinfo=UTC), datetime(2032, 4, 30, 22, tzinfo=UTC)),
        ("Indian/Reunion", datetime(2032, 4, 30, 19, 59, 59, tzinfo=UTC), datetime(2032, 4, 30, 20, tzinfo=UTC)),
        ("Pacific/Tahiti", datetime(2032, 5, 1, 9, 59, 59, tzinfo=UTC), datetime(2032, 5, 1, 10, tzinfo=UTC)),
        ("Pacific/Noumea", datetime(2032, 4, 30, 12, 59, 59, tzinfo=UTC), datetime(2032, 4, 30, 13, tzinfo=UTC)),
    ],
)
async def test_rights_end_at_local_midnight(
    node_factory: NodeFactory, clock: TestClock, zone: str, last: datetime, first: datetime
) -> None:
    node = node_factory(timezone=zone)
    family = await node.write(settle_family)
    clock.now = last
    await node.write(jobs.come_of_age)
    assert await node.read(guardians.is_child, family.lina)
    clock.now = first
    assert await node.read(guardians.guardians_of, family.lina) == (), "no job has run"
    assert await node.read(guardians.wards_of, family.amina) == ()
    with pytest.raises(Forbidden):
        await node.write(guardians.set_limits, family.amina, family.lina, 1, 1)
    for _ in range(2):
        await node.write(jobs.come_of_age)
    told = [subject for to, subject in await node.read(letters) if to.startswith("amina")]
    assert told.count("Lina a son propre compte") == 1
    assert [each.id for each in await node.read(households.waiting_to_take_over)] == [family.lina]


@only_sqlite
async def test_born_on_the_last_of_february(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    child = await node.write(guardians.create_child, family.amina, "Noé", "R", date(2012, 2, 29))
    clock.now = datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert await node.read(guardians.is_child, child)
    clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert not await node.read(guardians.is_child, child)


@only_sqlite
async def test_whose_account_a_guardian_may_make(node: Node, clock: TestClock) -> None:
    family = await node.write(settle_family)
    for born in (date(2011, 11, 23), date(1990, 1, 1), date(2027, 1, 1), date(1890, 1, 1)):
        with pytest.raises(Invalid) as refused:
            await node.write(guardians.create_child, family.amina, "Noé", "R", born)
        assert refused.value.field == "birth_date"
    await node.write(guardians.create_child, family.amina, "Noé", "R", date(2011, 11, 24))
    with pytest.raises(Conflict):
        await node.write(guardians.create_child, family.lina, "Noé", "R", date(2020, 11, 24))


@only_sqlite
async def test_a_blocked_card_pays_nothing_and_both_guardians_hear_of_it(node: Node) -> None:
    family = await node.write(settle_family)
    await node.write(guardians.accept, family.karim, await node.write(guardians.invite, family.amina, family.lina))
    card = await node.write(cards.issue, family.lina)
    assert await node.write(cards.block, family.lina, family.amina)
    assert not await node.write(cards.block, family.lina, family.amina)
    with pytest.raises(DomainError) as dead:
        await node.read(cards.holder_of_code, card.code)
    assert dead.value.key == "cards.blocked"
    assert (await node.write(cards.issue, family.lina)).id == card.id, "a look makes no new card"
    assert ("karim@castanet.example", "La carte de Lina est bloquée") in await node.read(letters)
    await node.write(cards.unblock, family.lina, family.karim)
    assert await node.read(cards.holder_of_code, card.code) == family.lina
    new = await node.write(cards.report_lost, family.lina, family.karim, card.id)
    assert new.code != card.code
    assert ("amina@castanet.example", "La carte de Lina est remplacée") in await node.read(letters)


@only_sqlite
async def test_a_guardian_who_closes_their_account(node: Node) -> None:
    family = await node.write(settle_family)
    await node.write(membership.bring_child, family.amina, family.lina)
    erasers = accounts.erasers(node.runtime.registry)
    await node.write(accounts.close, family.amina, family.amina, erasers)
    assert await node.read(guardians.guardians_of, family.lina) == ()
    assert await node.read(membership.member_of, family.amina) is None
    assert await node.read(ledger.verify) == []
