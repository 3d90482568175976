"""Draws of one commune, on both databases: who takes part, held once, prizes taken, left, passed on, taken back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.core.errors import Conflict, DomainError, Invalid, NotFound
from node.core.ids import new_id
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import actions, filing, gdpr, holding, planning, prizes, reading, verification
from node.modules.gold.models import Action, DrawEntry, WonPrize
from node.modules.missions import certifying, signups
from node.modules.missions.models import Signup
from protocols.gold.checking import check_draw
from protocols.gold.entries import Entry, entry_of
from protocols.gold.objects import Prize
from protocols.honour.merkle import is_included
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.modules.gold.people import PRIZES, acted, announced, gold_of, mint_gold, wanted
from tests.modules.missions.people import SATURDAY, prepared


def file_of(unit: Unit, draw_id: str) -> dict[str, Any]:
    return filing.file_of(unit, draw_id)


def proof_of(unit: Unit, account_id: str, draw_id: str, reference: str) -> dict[str, Any]:
    return filing.proof_of(unit, account_id, draw_id, reference)


def won(unit: Unit, *states: str) -> list[WonPrize]:
    query = select(WonPrize).order_by(WonPrize.unit, WonPrize.turn)
    return [row for row in unit.session.scalars(query) if row.state in (states or ("won",))]


async def held(node: Node, clock: TestClock, **more: object) -> str:
    draw_id = await node.write(announced, **more)
    clock.forward(days=2)
    assert await node.write(holding.hold_due) == 1
    return draw_id


async def test_from_the_announcement_to_the_prizes(node: Node, clock: TestClock) -> None:
    draw_id = await node.write(announced)
    clock.forward(days=1)
    assert await node.write(holding.hold_due) == 0
    assert (await node.read(file_of, draw_id))["result"] is None
    clock.forward(days=1)
    assert await node.write(holding.hold_due) == 1
    checked = check_draw(await node.read(file_of, draw_id))
    assert len([one for one in checked.winners if one.reference]) == 3
    page = await node.read(reading.page, draw_id, None)
    assert [one.reference for one in page.winners] == [one.reference for one in checked.winners]
    mails = await node.read(recent_mails)
    assert sum("Vous avez gagné" in mail.subject for mail in mails) == 3
    assert await node.read(verification.verify) == []


async def test_entries_are_capped_and_proved_to_their_person(node: Node) -> None:
    def make(unit: Unit) -> tuple[str, str]:
        mint_gold(unit)
        [busy, *_] = acted(unit, people=3, each=5)
        draw_id = planning.plan(unit, busy, wanted(unit, cap=2), new_id())
        planning.announce_due(unit)
        return draw_id, busy

    draw_id, busy = await node.write(make)
    page = await node.read(reading.page, draw_id, busy)
    assert page.card.entries == 6
    assert len(page.mine) == 2
    reference = page.mine[0].reference
    proof = await node.read(proof_of, busy, draw_id, reference)
    salts = bytes.fromhex(str(proof["salt"])), bytes.fromhex(str(proof["holderSalt"]))
    entry = entry_of(salts[0], str(proof["action"]), salts[1], busy)
    assert entry.reference == reference
    path, index, count = proof["path"], proof["index"], proof["count"]
    assert is_included(entry.leaf, index, count, path, page.root)
    assert not is_included(Entry(reference, "0" * 64).leaf, index, count, path, page.root)
    with pytest.raises(NotFound):
        await node.read(proof_of, "0" * 26, draw_id, reference)


async def test_it_is_held_once_by_many_at_once(node: Node, clock: TestClock) -> None:
    draw_id = await node.write(announced)
    clock.forward(days=2)
    done = await asyncio.gather(*(node.write(holding.hold_due) for _ in range(6)))
    assert sum(done) == 1
    assert len(await node.read(won)) == 3
    assert check_draw(await node.read(file_of, draw_id)).remarks == ()


async def test_a_restart_between_announcement_and_draw_changes_nothing(
    node: Node, node_factory: NodeFactory, clock: TestClock
) -> None:
    draw_id = await node.write(announced)
    before = (await node.read(file_of, draw_id))["announcement"]
    node.close()
    again = node_factory.open(node.folder)
    clock.forward(days=9)  # and it was down at the time of the draw
    assert await again.write(holding.hold_due) == 1
    document = await again.read(file_of, draw_id)
    assert document["announcement"] == before
    check_draw(document)


async def test_announced_draws_are_chained_and_cannot_be_withdrawn(node: Node) -> None:
    def two(unit: Unit) -> tuple[str, str]:
        first = announced(unit)
        second = planning.plan(unit, "0" * 26, wanted(unit, prizes=(Prize("Un livre", 0, 1),)), new_id())
        planning.announce_due(unit)
        return first, second

    first, second = await node.write(two)
    earlier, later = [(await node.read(planning.find, one)) for one in (first, second)]
    assert (earlier.announcement["number"], earlier.announcement["previous"]) == (1, "")
    assert (later.announcement["number"], later.announcement["previous"]) == (2, earlier.alpha)
    with pytest.raises(Conflict, match=r"gold\.state"):
        await node.write(planning.withdraw, "0" * 26, first)


async def test_what_cannot_be_planned(node: Node) -> None:
    await node.write(acted)

    async def refused(kind: type[DomainError], key: str, **changes: object) -> None:
        def plan(unit: Unit) -> None:
            base = wanted(unit, prizes=(Prize("Un livre", 0, 1),))
            values = {name: getattr(base, name) for name in base.__dataclass_fields__} | changes
            planning.plan(unit, "0" * 26, planning.Plan(**values), new_id())

        with pytest.raises(kind, match=key.replace(".", "[.]")):
            await node.write(plan)

    now = node.runtime.clock()
    await refused(Conflict, "gold.not-covered", prizes=PRIZES)
    await refused(Invalid, "gold.draw-early", draw_at=now + timedelta(minutes=30))
    await refused(Invalid, "gold.draw-far", draw_at=now + timedelta(days=400))
    await refused(Invalid, "gold.period", actions_from=now)
    await refused(Invalid, "gold.witness", witnesses=("https://elsewhere.example/actor",))
    assert await node.read(reading.listing) == ()


async def test_gold_is_taken_once_and_in_time(node: Node, clock: TestClock) -> None:
    await held(node, clock)
    prize = next(row for row in await node.read(won) if row.gold)
    for _ in range(2):
        await node.write(prizes.claim, prize.account_id, prize.id)
    assert await node.read(gold_of, prize.account_id) == 10
    with pytest.raises(NotFound):
        await node.write(prizes.claim, "0" * 26, prize.id)
    other = next(row for row in await node.read(won))
    clock.forward(days=31)
    with pytest.raises(Conflict, match=r"gold\.too-late"):
        await node.write(prizes.claim, other.account_id, other.id)


async def test_what_is_left_or_forgotten_goes_to_the_next(node: Node, clock: TestClock) -> None:
    draw_id = await held(node, clock)
    first, second, _third = await node.read(won)
    await node.write(prizes.decline, first.account_id, first.id)
    clock.forward(days=31)
    assert await node.write(prizes.lapse_due) == 3
    document = await node.read(file_of, draw_id)
    reasons = [line["reason"] for line in document["passings"]]
    assert reasons[0] == "declined"
    assert "unclaimed" in reasons
    checked = check_draw(document)
    assert second.reference not in {one.reference for one in checked.winners}
    with pytest.raises(Conflict, match=r"gold\.prize-over"):
        await node.write(prizes.claim, second.account_id, second.id)


async def test_a_revoked_action_gives_its_gold_back(node: Node, clock: TestClock) -> None:
    draw_id = await held(node, clock)
    prize = next(row for row in await node.read(won) if row.gold)
    await node.write(prizes.claim, prize.account_id, prize.id)
    supply = await node.read(ledger.supply, cls="gold")

    def action(unit: Unit) -> str:
        return unit.session.get_one(DrawEntry, (draw_id, prize.reference)).action_id

    await node.write(actions.revoke, await node.read(action))
    assert await node.read(gold_of, prize.account_id) == 0
    assert (await node.read(ledger.supply, cls="gold")).treasury == supply.treasury + 10
    checked = check_draw(await node.read(file_of, draw_id))
    assert prize.reference not in {one.reference for one in checked.winners}
    assert await node.read(verification.verify) == []
    assert await node.read(ledger.verify) == []


async def test_an_action_revoked_before_the_draw_is_struck_in_public(node: Node, clock: TestClock) -> None:
    draw_id = await node.write(announced, people=2)

    def revoke(unit: Unit) -> str:
        row = unit.session.scalars(select(DrawEntry).order_by(DrawEntry.reference)).first()
        assert row is not None
        actions.revoke(unit, row.action_id)
        return row.reference

    reference = await node.write(revoke)
    clock.forward(days=2)
    await node.write(holding.hold_due)
    document = await node.read(file_of, draw_id)
    assert document["result"]["struck"] == [reference]
    assert {note.code for note in check_draw(document).remarks} <= {"struck", "struck-drawn"}


async def test_who_leaves_is_forgotten_and_the_draw_still_checks(node: Node, clock: TestClock) -> None:
    draw_id = await held(node, clock)
    prize, *_ = await node.read(won)
    await node.write(gdpr.erase, prize.account_id)
    assert await node.read(gdpr.export, prize.account_id) == {"entries": [], "prizes": [], "instant": []}
    document = await node.read(file_of, draw_id)
    assert document["passings"][0]["reason"] == "left"
    check_draw(document)


async def test_nobody_took_part(node: Node, clock: TestClock) -> None:
    def make(unit: Unit) -> str:
        return planning.plan(unit, "0" * 26, wanted(unit, prizes=(Prize("Un livre", 0, 1),)), new_id())

    draw_id = await node.write(make)
    assert await node.write(planning.announce_due) == 0
    assert (await node.read(planning.find, draw_id)).state == "withdrawn"


async def test_actions_certified_in_missions_count(node: Node, clock: TestClock) -> None:
    """The event of the missions module is what draws hear."""
    town, _mission, [slot] = await prepared(node)
    await node.write(signups.sign_up, town.resident, slot)
    clock.now = SATURDAY
    [signup] = await node.read(lambda unit: list(unit.session.scalars(select(Signup.id))))
    await node.write(certifying.certify_signups, town.manager, slot, [signup])

    def heard(unit: Unit) -> list[tuple[str, str]]:
        return [(row.id, row.account_id) for row in unit.session.scalars(select(Action))]

    assert await node.read(heard) == [(f"mission:{signup}", town.resident)]


async def test_a_node_that_slept_gives_its_witnesses_time(node: Node, clock: TestClock) -> None:
    def plan(unit: Unit) -> str:
        mint_gold(unit)
        acted(unit)
        return planning.plan(unit, "0" * 26, wanted(unit), new_id())

    draw_id = await node.write(plan)
    clock.forward(days=3)
    assert await node.write(planning.announce_due) == 1
    row = await node.read(planning.find, draw_id)
    assert row.draw_at == clock.now + timedelta(hours=1)
    assert row.answers_until == row.draw_at + timedelta(hours=24)
    assert await node.write(holding.hold_due) == 0
