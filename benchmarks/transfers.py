"""Transfers a second: payments through the border against a bare double-entry loop in the same run.

`python -m benchmarks.transfers [--postgres URL]`. SQLite commits with synchronous=FULL. "Alone" is one request, one
commit; "32 waiting" keeps 32 requests open, so that what waits together shares a commit, and the bare loop beside it
commits every 32. The bare loop writes a transfer, two entries and two balances, and checks nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.core.config import DEFAULT_MODULES, ProcessSettings
from node.core.folder import init_node
from node.core.node import Node, Runtime
from node.core.unit import Unit
from node.ledger import public as ledger

WALLETS = 200
SECONDS = 1.5
ROUNDS = 3
GOAL = 0.40
BARE = """
CREATE TABLE accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL);
CREATE TABLE transfers (id TEXT PRIMARY KEY, at TEXT NOT NULL, memo TEXT NOT NULL);
CREATE TABLE entries (transfer_id TEXT, account_id TEXT, amount INTEGER, PRIMARY KEY (transfer_id, account_id));
"""


def bare(folder: Path, group: int) -> float:
    """Transfers a second of the bare loop, committing every `group`."""
    connection = sqlite3.connect(folder / f"bare-{group}-{time.monotonic_ns()}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(BARE)
    connection.executemany("INSERT INTO accounts VALUES (?, 1000000)", [(f"wallet-{n}",) for n in range(WALLETS)])
    connection.execute("INSERT INTO accounts VALUES ('treasury', 0)")
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(group):
            wallet, own = f"wallet-{done % WALLETS}", f"transfer-{done}"
            connection.execute("INSERT INTO transfers VALUES (?, '2026-11-23', '{}')", (own,))
            connection.execute("UPDATE accounts SET balance = balance - 1 WHERE id = ?", (wallet,))
            connection.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 'treasury'")
            connection.execute("INSERT INTO entries VALUES (?, ?, -1)", (own, wallet))
            connection.execute("INSERT INTO entries VALUES (?, 'treasury', 1)", (own,))
            done += 1
        connection.execute("COMMIT")
    connection.close()
    return done / spent


def fill(unit: Unit) -> list[str]:
    """Wallets with enough tokens for the whole run."""
    ledger.mint(unit, "mint", WALLETS * 1_000_000, {})
    wallets = [ledger.open_wallet(unit, f"owner-{n}") for n in range(WALLETS)]
    for wallet in wallets:
        ledger.award(unit, f"award-{wallet}", wallet, 1_000_000, {})
    return wallets


@contextmanager
def opened(folder: Path, database_url: str = "", connections: int = 16) -> Iterator[Node]:
    settings = ProcessSettings(
        database_url=database_url, database_connections=connections, threads=min(connections, 64)
    )
    section = {"name": "Castanet", "address": f"http://bench-{time.monotonic_ns()}.localhost"}
    init_node(folder / "node", {**section, "modules": list(DEFAULT_MODULES)}, settings=settings)
    runtime = Runtime(settings=settings)
    node = Node(folder / "node", runtime)
    try:
        yield node
    finally:
        node.close()
        runtime.close()


async def payments(node: Node, wallets: list[str], waiting: int, mark: str) -> float:
    """Payments a second with `waiting` requests open at any time."""
    done, start = 0, time.perf_counter()

    async def one(number: int) -> None:
        nonlocal done
        count = 0
        while time.perf_counter() - start < SECONDS:
            wallet = wallets[(number + count * waiting) % len(wallets)]
            await node.write(ledger.spend, f"{mark}-{number}-{count}", wallet, 1, memo={"offer": "pool"})
            count += 1
        done += count

    await asyncio.gather(*(one(number) for number in range(waiting)))
    return done / (time.perf_counter() - start)


def sqlite_figures(folder: Path) -> bool:
    """Print each figure as the median of `ROUNDS` pairs; whether all reach the goal."""
    good = True
    with opened(folder) as node, asyncio.Runner() as runner:
        wallets = runner.run(node.write(fill))
        for waiting in (1, 32, 128):
            pairs = []
            for turn in range(ROUNDS):
                ours = runner.run(payments(node, wallets, waiting, f"s{waiting}.{turn}"))
                pairs.append((ours, bare(folder, waiting)))
            ours, loop = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(mine / other for mine, other in pairs)
            good = good and ratio >= GOAL
            name = "alone" if waiting == 1 else f"{waiting} waiting"
            print(f"sqlite, {name:12} {ours:9,.0f} /s   bare loop {loop:9,.0f} /s   {ratio:4.0%} (goal {GOAL:.0%})")
        problems = runner.run(node.read(ledger.verify))
        assert problems == [], problems
    return good


def postgres_figures(folder: Path, url: str) -> None:
    for connections in (1, 8, 32):
        place = folder / f"postgres-{connections}"
        place.mkdir()
        with opened(place, url, connections) as node, asyncio.Runner() as runner:
            wallets = runner.run(node.write(fill))
            found = [runner.run(payments(node, wallets, connections, f"p{turn}")) for turn in range(ROUNDS)]
            assert runner.run(node.read(ledger.verify)) == []
        print(f"postgresql, {connections:2} connections {statistics.median(found):9,.0f} /s")


def main() -> None:
    parser = argparse.ArgumentParser(description="transfers a second")
    parser.add_argument("--postgres", default="", help="URL of an empty database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ygor-bench-") as place:
        good = sqlite_figures(Path(place))
        if options.postgres:
            postgres_figures(Path(place), options.postgres)
    if not good:
        raise SystemExit("below the goal")


if __name__ == "__main__":
    main()
