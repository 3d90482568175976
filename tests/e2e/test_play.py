"""`ygor demo --play`: the thread over HTTP ends well, and does not when somebody tampers with a transfer."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from node.demo.playing import play_all


def test_the_play_ends_with_every_sum_right() -> None:
    command = [sys.executable, "-m", "node.cli", "demo", "--play"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=150)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "Every sum is right." in played.stdout
    assert "≠" not in played.stdout


async def tamper(territory: Path) -> None:
    """Three tokens more in one entry of one transfer: as somebody with the database file could."""

    def change() -> None:
        with sqlite3.connect(territory / "castanet-tolosan" / "node.db", timeout=20) as books:
            entry = books.execute(
                "SELECT transfer_id, number FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id"
                " JOIN ledger_transfers t ON t.id = transfer_id WHERE a.kind = 'wallet' ORDER BY t.at DESC"
            ).fetchone()
            books.execute("UPDATE ledger_entries SET amount = amount + 3 WHERE transfer_id = ? AND number = ?", entry)
        books.close()

    await asyncio.to_thread(change)


def test_the_play_notices_a_transfer_tampered_with() -> None:
    said: list[str] = []
    with ThreadPoolExecutor(1) as apart:  # its own thread, its own event loop
        right = apart.submit(play_all, said.append, meddle=tamper).result()
    assert right is False, "\n".join(said)
    assert any(line.startswith("WRONG") for line in said), "\n".join(said)
