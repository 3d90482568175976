"""The balance of a wallet with 200 lots, and the sweep of 100,000 lots, against bare SQL in the same run.

`python -m benchmarks.wallets [--lots 100000]`. The bare balance is one `SELECT sum(amount - held)` over the same rows
on a connection of sqlite3. The bare sweep deletes each lot, writes two entries and one transfer for each 200, in
chunks of that size with synchronous=FULL, and knows no lock, chain, event or unit of work.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.machine import say
from node.core.config import DEFAULT_MODULES, ProcessSettings
from node.core.folder import init_node
from node.core.node import Node, Runtime
from node.core.unit import Unit
from node.ledger import jobs
from node.ledger import public as ledger

LOTS_OF_ONE, LOOKS = 200, 300
FUNDERS = 50
"""Lots of each wallet that is swept."""
PLANNED, CHUNK = 2_000, 200
BARE = """
CREATE TABLE transfers (id TEXT PRIMARY KEY, amount INTEGER NOT NULL);
CREATE TABLE entries (transfer TEXT, number INTEGER, account TEXT, amount INTEGER, PRIMARY KEY (transfer, number));
CREATE TABLE lots (account TEXT, day TEXT, funder TEXT, amount INTEGER, PRIMARY KEY (account, day, funder));
"""


class Clock:
    """Now, and later when the benchmark says so."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def rich_wallet(unit: Unit) -> str:
    """A wallet of 200 lots."""
    ledger.mint(unit, "mint-rich", LOTS_OF_ONE, {})
    wallet = ledger.open_wallet(unit, "rich")
    for number in range(LOTS_OF_ONE):
        ledger.award(unit, f"rich-{number}", wallet, 1, {}, funder=f"f{number}")
    return wallet


def many_wallets(unit: Unit, first: int, count: int) -> None:
    """Lots number `first` to `first + count`, each in a wallet's own lot."""
    ledger.mint(unit, f"mint-{first}", count, {})
    for number in range(first, first + count):
        wallet = ledger.open_wallet(unit, f"owner-{number // FUNDERS}")
        ledger.award(unit, f"lot-{number}", wallet, 1, {}, funder=f"f{number % FUNDERS}")


def balances(unit: Unit, wallet: str) -> float:
    """Seconds of one balance through the ledger, median."""
    return statistics.median(timed(lambda: ledger.balance(unit, wallet)) for _ in range(LOOKS))


def timed(call: object) -> float:
    start = time.perf_counter()
    call()  # type: ignore[operator]  # a callable without arguments
    return time.perf_counter() - start


def bare_balance(file: Path, wallet: str) -> float:
    connection = sqlite3.connect(file)
    asked = "SELECT sum(amount - held) FROM ledger_lots WHERE account_id = ? AND cls = 'token' AND expiry_day >= ?"
    today = datetime.now(UTC).date().isoformat()
    found = statistics.median(
        timed(lambda: connection.execute(asked, (wallet, today)).fetchone()) for _ in range(LOOKS)
    )
    connection.close()
    return found


def bare_sweep(folder: Path, lots: int) -> float:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(BARE)
    rows = [(f"owner-{number // FUNDERS}", "2026-01-01", f"f{number % FUNDERS}", 1) for number in range(lots)]
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO lots VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    start, number = time.perf_counter(), 0
    while True:
        found = connection.execute("SELECT * FROM lots WHERE day < '2026-11-25' LIMIT ?", (CHUNK,)).fetchall()
        if not found:
            break
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO transfers VALUES (?, ?)", (f"t{number}", len(found)))
        for place, (account, day, funder, amount) in enumerate(found):
            connection.execute("DELETE FROM lots WHERE account = ? AND day = ? AND funder = ?", (account, day, funder))
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (f"t{number}", 2 * place, account, -amount))
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (f"t{number}", 2 * place + 1, "t", amount))
        connection.execute("COMMIT")
        number += 1
    spent = time.perf_counter() - start
    connection.close()
    return spent


async def measure(node: Node, clock: Clock, folder: Path, lots: int) -> None:
    wallet = await node.write(rich_wallet)
    ours, bare = await node.read(balances, wallet), bare_balance(node.folder / "node.db", wallet)
    say(f"balance over {LOTS_OF_ONE} lots", f"{ours * 1000:.2f} ms, bare sum {bare * 1000:.3f} ms ({bare / ours:.0%})")
    for first in range(0, lots, PLANNED):
        await node.write(many_wallets, first, min(PLANNED, lots - first))
    clock.ahead = timedelta(days=400)
    start = time.perf_counter()
    await jobs.sweep_expired(node)
    spent = time.perf_counter() - start
    assert (await node.read(ledger.balance, wallet)).total == 0
    assert await node.read(ledger.verify) == []
    other = bare_sweep(folder, lots + LOTS_OF_ONE)
    say(f"sweep of {lots:,} lots", f"{spent:.1f} s, bare {other:.1f} s ({other / spent:.0%})")


def main() -> None:
    parser = argparse.ArgumentParser(description="balances and the sweep")
    parser.add_argument("--lots", type=int, default=100_000)
    options = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="ygor-bench-") as place, asyncio.Runner() as runner:
        settings = ProcessSettings()
        section = {"name": "Castanet", "address": "http://bench.localhost", "modules": list(DEFAULT_MODULES)}
        init_node(Path(place, "node"), section, settings=settings)
        runtime = Runtime(settings=settings, clock=clock)
        node = Node(Path(place, "node"), runtime)
        try:
            runner.run(measure(node, clock, Path(place), options.lots))
        finally:
            node.close()
            runtime.close()


if __name__ == "__main__":
    main()
