"""A day of traffic between five nodes, each a process of its own, killed again and again: all books are equal."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import func, or_, select

from node.core.config import ProcessSettings
from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.honour import public as honour
from node.honour import verification
from node.honour.models import PaymentRow, RefundRow
from node.ledger import public as ledger
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.node.honour.communes import Communes, MovingClock, free_port, new_resident, start, sums_of, until

NAMES = ("castanet", "ramonville", "auzeville", "labege", "escalquens")
ROUNDS = 8
ORDERS = 25
"""A node's payments in one round."""
RESIDENTS, TOKENS = 8, 2_000
PATIENCE_S = 600


@dataclass
class Place:
    """One node, its residents, and its process while it runs."""

    node: Node
    port: int
    people: list[tuple[str, str]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def serve(self, log: Path) -> None:
        environ = {**os.environ, "YGOR_FEDERATION_ALLOW_PRIVATE": "1"}
        command = [sys.executable, "-c", "from node.cli import main; main()", "serve", str(self.node.folder)]
        with log.open("ab") as out:
            self.process = subprocess.Popen([*command, "--port", str(self.port)], env=environ, stdout=out, stderr=out)

    def kill(self) -> None:
        """As a power cut would; AssertionError if it had ended before."""
        assert self.process is not None
        assert self.process.poll() is None, "a server ended by itself"
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(timeout=10) == -signal.SIGKILL


@pytest.fixture
def places(tmp_path: Path) -> Iterator[list[Place]]:
    settings = ProcessSettings(federation_allow_private=True)
    factories = [NodeFactory(tmp_path, settings, MovingClock()) for _ in NAMES]  # each a process to itself
    made = list[Place]()
    for factory, name in zip(factories, NAMES, strict=True):
        port = free_port()
        node = factory(name.title(), address=f"http://{name}.localhost:{port}", code=f"3100{len(made)}")
        made.append(Place(node, port))
    yield made
    for place in made:
        if place.process is not None:
            place.process.kill()
            place.process.wait(timeout=10)
    for factory in factories:
        factory.close()


async def tie(places: list[Place]) -> None:
    """Everybody has terms with everybody; then nobody serves any more."""
    pairs = [Communes(one.node, other.node, MovingClock()) for one, other in combinations(places, 2)]
    async with AsyncExitStack() as stack:
        for place in places:
            await stack.enter_async_context(serving([place.node], place.node.runtime, port=place.port))
        for pair in pairs:
            await pair.befriend()
            await pair.agree()
    for place in places:
        place.people = [await place.node.write(new_resident, f"Nom{number}", TOKENS) for number in range(RESIDENTS)]


def traffic(unit: Unit, dice: random.Random, here: Place, places: list[Place], made: Counter[str]) -> None:
    """What a node's tills do in one round: new payments, and refunds and second thoughts about earlier ones."""
    for _ in range(ORDERS):
        other = dice.choice([place for place in places if place is not here])
        _, card = dice.choice(other.people)
        start(unit, new_id(), other.node.host, card, dice.randint(1, 9))
        made["charge"] += 1
    rows = unit.session.scalars(select(PaymentRow).order_by(PaymentRow.id)).all()
    for row in dice.sample(list(rows), min(len(rows), 10)):
        try:
            if row.state == "POSTED":
                honour.refund_payment(unit, new_id(), row.id, dice.randint(1, row.price))
                made["refund"] += 1
            else:
                honour.cancel_payment(unit, row.id)
                made["cancel"] += 1
        except DomainError:
            made["too late"] += 1


def unfinished(unit: Unit) -> int:
    payments = select(func.count()).where(PaymentRow.state.not_in(("POSTED", "FAILED")))
    refunds = select(func.count()).where(RefundRow.state == "ASKED")
    return unit.session.execute(payments).scalar_one() + unit.session.execute(refunds).scalar_one()


def wallets(unit: Unit, people: list[tuple[str, str]]) -> int:
    return sum(ledger.balance(unit, ledger.wallet_of(unit, account) or "").total for account, _ in people)


def owed(unit: Unit, host: str) -> int:
    found = ledger.find_owed(unit, host)
    return ledger.balance(unit, found).total if found else 0


async def mirrors_hold_all(places: list[Place]) -> bool:
    """Whether each node's copies of the others' logs end where those end, with the same hash and sums."""
    written = sorted([log for place in places for log in await place.node.read(sums_of, True)], key=str)
    copied = sorted([log for place in places for log in await place.node.read(sums_of, False)], key=str)
    assert len(written) == len(places) * (len(places) - 1)
    return written == copied


def refused_or_posted(unit: Unit) -> Counter[str]:
    gone = or_(PaymentRow.state == "POSTED", PaymentRow.state == "FAILED")
    return Counter(unit.session.scalars(select(PaymentRow.state).where(gone)))


@pytest.mark.soak
async def test_after_a_day_of_traffic_with_kills_all_books_are_equal(places: list[Place], tmp_path: Path) -> None:
    dice, made = random.Random(20261125), Counter[str]()
    await tie(places)
    for place in places:
        place.serve(tmp_path / "servers.log")
    for _ in range(ROUNDS):
        for place in dice.sample(places, len(places)):
            await asyncio.sleep(dice.uniform(1, 7))
            place.kill()
            await place.node.write(traffic, dice, place, places, made)
            place.serve(tmp_path / "servers.log")
    end = time.monotonic() + PATIENCE_S
    while left := sum([await place.node.read(unfinished) for place in places]):
        assert time.monotonic() < end, f"{left} payments and refunds have no answer"
        await asyncio.sleep(0.5)
    await until(lambda: mirrors_hold_all(places), patience_s=120)
    for place in places:
        assert await place.node.read(verification.verify) == []
    outcomes = sum([await place.node.read(refused_or_posted) for place in places], Counter[str]())
    assert outcomes.total() == made["charge"] == ROUNDS * ORDERS * len(places)
    assert outcomes["POSTED"] > outcomes.total() // 2
    assert min(made["refund"], made["cancel"]) > 50
    for place in places:
        spent = sum([await place.node.read(owed, other.node.host) for other in places if other is not place])
        assert await place.node.read(wallets, place.people) == RESIDENTS * TOKENS - spent
        assert await place.node.read(ledger.verify) == []
