"""Crashes between any two steps: before the message leaves, before the answer is applied, before it is mirrored."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.honour import exchange, issuing, pages, parties, worker
from node.honour import public as honour
from node.honour.models import HeadRow, PaymentRow
from node.honour.services import Honouring, honouring_of
from node.honour.worker import Sending
from node.neighbours.services import federation_of
from tests.node.honour.communes import Communes, books_agree, start


class Stopped:
    """The worker of a node, kept from working: the test takes its steps one by one and stops between any two."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._task: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Stopped:
        name = f"honour {self.node.code}"
        [self._task] = [task for task in asyncio.all_tasks() if task.get_name() == name]
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        """A fresh worker, as after a restart."""
        fresh = Honouring(self.node)
        self.node.runtime.services["honour"][self.node.hostname] = fresh
        loop = asyncio.get_running_loop()
        task = loop.create_task(fresh.run(), name=f"honour {self.node.code}")
        _RESTARTED.append(task)

    async def claimed(self) -> Sending:
        [sending] = await self.node.write(worker.claim, frozenset(), 1)
        return sending

    async def answer_to(self, sending: Sending) -> Any:
        return await federation_of(self.node).caller.call(sending.actor, sending.url, sending.body)


_RESTARTED: list[asyncio.Task[Any]] = []


@pytest.fixture(autouse=True)
async def _end_restarted() -> Any:
    yield
    while _RESTARTED:
        task = _RESTARTED.pop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("step", ["committed", "claimed", "answered", "answered twice"])
async def test_a_crash_after_any_step_neither_loses_nor_repeats(communes: Communes, step: str) -> None:
    account, card = await communes.resident()
    async with Stopped(communes.b) as till:
        payment = await communes.charge(card, 20)
        if step != "committed":
            sending = await till.claimed()
            for _ in range({"claimed": 0, "answered": 1, "answered twice": 2}[step]):
                await till.answer_to(sending)
        assert (await communes.b.read(honour.payment, payment)).state == "pending"
    posted = await communes.outcome(payment)
    assert (posted.state, posted.amount) == ("posted", 30)
    assert await communes.balance(account) == 70
    await books_agree(communes)


async def test_cancelled_after_the_issuer_committed_the_issuers_word_wins(communes: Communes) -> None:
    account, card = await communes.resident()
    async with Stopped(communes.b) as till:
        payment = await communes.charge(card, 20)
        await till.answer_to(await till.claimed())
        assert (await communes.b.write(honour.cancel_payment, payment)).cancelling
    assert (await communes.outcome(payment)).state == "posted"
    assert await communes.balance(account) == 70
    await books_agree(communes)


async def test_a_cancel_that_overtakes_its_charge_kills_it(communes: Communes) -> None:
    account, card = await communes.resident()
    async with Stopped(communes.b) as till:
        payment = await communes.charge(card, 20)
        charge = await till.claimed()
        await communes.b.write(honour.cancel_payment, payment)
        await till.answer_to(await till.claimed())
        late = await till.answer_to(charge)
        assert late["type"] == "ygor:Voided"
    assert (await communes.outcome(payment)).reason == "voided"
    assert await communes.balance(account) == 100
    await books_agree(communes)


async def test_answers_out_of_order_are_mended_by_a_pull(communes: Communes) -> None:
    _, card = await communes.resident()
    async with Stopped(communes.b) as till:
        first = await communes.charge(card, 1)
        early = await till.claimed()
        await till.answer_to(early)
        second = await communes.charge(card, 2)
        late = await till.claimed()
        await communes.b.write(worker.apply, "payment", second, await till.answer_to(late), late.body)
        assert (await communes.b.read(honour.payment, second)).state == "posted"
    assert (await communes.outcome(first)).state == "posted"
    await books_agree(communes)


async def test_an_entry_that_fills_a_gap_does_not_end_the_pull_for_those_beyond(communes: Communes) -> None:
    _, card = await communes.resident()
    async with Stopped(communes.b) as till:
        answers = []
        for price in (1, 2, 3):
            payment = await communes.charge(card, price)
            sending = await till.claimed()
            answers.append((payment, await till.answer_to(sending)))
        for payment, answer in (answers[2], answers[1], answers[0]):
            await communes.b.write(worker.apply, "payment", payment, answer, {})
        head = await communes.b.read(lambda unit: [(r.seq, r.task) for r in unit.session.query(HeadRow) if not r.ours])
        assert head == [(1, "pull")]
    await books_agree(communes)


async def test_a_gap_seen_while_a_pull_is_under_way_is_pulled_again(communes: Communes) -> None:
    _, card = await communes.resident()
    async with Stopped(communes.b) as till:
        answers = []
        for price in (1, 2):
            payment = await communes.charge(card, price)
            answers.append((payment, await till.answer_to(await till.claimed())))
        await communes.b.write(worker.apply, "payment", *answers[1], {})
        communes.clock.forward(seconds=1)
        found = await communes.b.write(worker.claim, frozenset(f"payment {one}" for one, _ in answers), 9)
        [pull] = [one for one in found if one.kind == "log"]
        page = await till.answer_to(pull)
        await till.answer_to(await _charged(communes, till, card, 3))
        later = await _charged(communes, till, card, 4)
        await communes.b.write(worker.apply, "payment", later.id, await till.answer_to(later), later.body)
        await communes.b.write(worker.apply, "log", pull.id, page, pull.body)
        head = await communes.b.read(lambda unit: [(r.seq, r.task) for r in unit.session.query(HeadRow) if not r.ours])
        assert head == [(2, "pull")]
    await books_agree(communes)


async def _charged(communes: Communes, till: Stopped, card: str, price: int) -> Sending:
    payment = await communes.charge(card, price)
    return next(one for one in await communes.b.write(worker.claim, frozenset(), 9) if one.id == payment)


async def test_the_issuer_crashes_between_deciding_and_committing(communes: Communes) -> None:
    """A decision is one transaction: when it is lost, nothing of it is there, and the repetition works."""
    account, card = await communes.resident()
    async with Stopped(communes.b) as till:
        payment = await communes.charge(card, 20)
        sending = await till.claimed()

        def decide_and_crash(unit: Unit) -> None:
            caller = parties.remote_actor(unit, str(sending.body["from"]))
            assert caller is not None
            exchange.take(unit, caller, (), sending.body)
            raise ConnectionAbortedError("the power went out")

        with pytest.raises(ConnectionAbortedError):
            await communes.a.write(decide_and_crash)
        assert await communes.balance(account) == 100
        assert await communes.owed() == 0
    assert (await communes.outcome(payment)).state == "posted"
    assert await communes.balance(account) == 70
    await books_agree(communes)


async def test_a_hold_runs_out_by_the_issuers_clock_and_frees_the_tokens(communes: Communes) -> None:
    from node.honour import parties
    from protocols.honour import messages as m
    from protocols.honour import wire

    account, card = await communes.resident()
    async with Stopped(communes.b) as till:
        await communes.b.write(start, new_id(), communes.a.host, card, 20)
        charge = await till.claimed()

        def reserve(unit: Unit) -> Any:
            asked = wire.from_json(charge.body)
            assert isinstance(asked, m.Charge)
            envelope = m.envelope_of(asked)
            message = m.Reserve(
                **envelope, price=asked.price, service=asked.service, consent=asked.consent, hold="till"
            )
            return parties.signed(unit, message)

        body = await communes.b.write(reserve)
        held = await federation_of(communes.b).caller.call(charge.actor, charge.url, body)
        assert held["type"] == "ygor:Held"
        assert await communes.balance(account) == 70
        communes.clock.forward(minutes=16)
        await communes.a.write(issuing.expire_holds)
        assert await communes.balance(account) == 100
    payment = str(charge.body["payment"])
    assert (await communes.outcome(payment)).reason == "expired"
    await books_agree(communes)


async def test_after_the_dispute_window_the_sum_is_suspended_and_still_asked_for(communes: Communes) -> None:
    _, card = await communes.resident()
    async with Stopped(communes.b) as till:
        payment = await communes.charge(card, 20)
        communes.clock.forward(days=31)
        await till.claimed()
        waiting = await communes.b.read(honour.payment, payment)
        assert waiting.state == "suspended"
        [pair] = await communes.b.read(pages.pairs)
        assert pair.suspense == waiting.price
        assert "mise à part" in waiting.words
    assert (await communes.outcome(payment)).state == "posted"
    rows = await communes.b.read(lambda unit: [row.suspended for row in unit.session.query(PaymentRow)])
    assert rows == [False]


async def test_the_worker_is_found_by_its_node(communes: Communes) -> None:
    assert honouring_of(communes.a) is not honouring_of(communes.b)
