"""The server is killed with SIGKILL in the middle of 200 charges under way at once, more than once, and restarted:
nothing is lost, nothing happens twice, both books are equal."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from node.core.config import ProcessSettings
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import public as honour
from node.honour.models import EntryRow, PaymentRow
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.node.honour.communes import Communes, MovingClock, books_agree, free_port, start

CHARGES = 200
RESIDENTS = 20
TOKENS = 1000
PATIENCE_S = 150
KILL_AT = (15, 70, 130)
"""How many charges must stand in the issuer's log before each kill."""


@pytest.fixture
def factory(tmp_path: Path, settings: ProcessSettings) -> Iterator[NodeFactory]:
    made = NodeFactory(tmp_path, settings, MovingClock())
    yield made
    made.close()


@contextmanager
def served(folders: list[Path], port: int, settings: ProcessSettings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`ygor serve` as a process of its own; what it says is kept in `log` for whoever looks into a failure."""
    environ = {**os.environ, "YGOR_FEDERATION_ALLOW_PRIVATE": "1", "YGOR_DATABASE_URL": settings.database_url}
    environ |= {"YGOR_DATABASE_CONNECTIONS": str(settings.database_connections)}
    command = [sys.executable, "-c", "from node.cli import main; main()", "serve", *map(str, folders)]
    with log.open("ab") as out:
        process = subprocess.Popen([*command, "--port", str(port)], env=environ, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


@pytest.mark.parametrize("settings", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
@pytest.mark.timeout(500)
async def test_killed_in_the_middle_of_200_charges(
    factory: NodeFactory, settings: ProcessSettings, tmp_path: Path
) -> None:
    port = free_port()
    a = factory("Castanet-Tolosan", address=f"http://castanet.localhost:{port}")
    b = factory("Ramonville", code="31446", address=f"http://ramonville.localhost:{port}")
    communes = Communes(a, b, MovingClock())
    async with serving([a, b], factory.runtime, port=port):
        await communes.befriend()
        await communes.agree()
    people = [await communes.resident(f"Nom{number}", TOKENS) for number in range(RESIDENTS)]
    payments = {new_id(): 1 + number % 7 for number in range(CHARGES)}

    def order_all(unit: Unit) -> None:
        for number, (payment, price) in enumerate(payments.items()):
            start(unit, payment, a.host, people[number % RESIDENTS][1], price)

    await b.write(order_all)
    log = tmp_path / "server.log"
    unfinished = []
    for least in KILL_AT:
        with served([a.folder, b.folder], port, settings, log) as process:
            await reach(communes, process, least)
            process.send_signal(signal.SIGKILL)
            assert process.wait(timeout=10) == -signal.SIGKILL
        unfinished.append(CHARGES - await b.read(finished))
    assert all(left > 0 for left in unfinished), f"killed too late to be in the middle: {unfinished}"

    with served([a.folder, b.folder], port, settings, log) as process:
        await reach(communes, process, CHARGES, CHARGES)
        await books_agree(communes)
    shown = [await b.read(honour.payment, payment) for payment in payments]
    assert {one.state for one in shown} == {"posted"}
    assert [one.price for one in shown] == list(payments.values())
    taken = sum(-(-price * 3 // 2) for price in payments.values())
    assert await communes.owed() == taken
    left = [await communes.balance(account) for account, _ in people]
    assert sum(left) == RESIDENTS * TOKENS - taken


async def reach(communes: Communes, process: subprocess.Popen[bytes], logged: int, over: int = 0) -> None:
    """Wait until the issuer's log has `logged` charges and `over` payments are over at the till's commune."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended by itself"
        if await communes.a.read(charged) >= logged and await communes.b.read(finished) >= over:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"only {await communes.a.read(charged)} charges, {await communes.b.read(finished)} over")


def charged(unit: Unit) -> int:
    return unit.session.execute(select(func.count()).where(EntryRow.kind == "charge")).scalar_one()


def finished(unit: Unit) -> int:
    over = PaymentRow.state.in_(("POSTED", "FAILED"))
    return unit.session.execute(select(func.count()).where(over)).scalar_one()
