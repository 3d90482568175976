"""Cross-honoured charges between two nodes on loopback, each a process of its own: rate and times to the answer.

`python -m benchmarks.charges [--seconds 8]`. A charge is over when the honouring commune has the issuer's signed entry
in its books. The bare side does what no such payment can leave out and nothing else: the till's side commits a row,
signs and posts a body of the same size with its RSA key; the other process checks the signature, commits a row,
answers with a signed entry; the till's side checks that and commits once more. Both commit with synchronous=FULL.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import structlog
import uvloop
from aiohttp import web as aio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.fan_out import wait_for
from benchmarks.machine import free_port, say
from node.core.config import DEFAULT_MODULES, ProcessSettings
from node.core.folder import init_node
from node.core.ids import new_id
from node.core.node import Node, Runtime
from node.core.unit import Unit
from node.honour import public as honour
from node.honour.models import PaymentRow
from node.serving import serving
from protocols.honour.terms import Way
from tests.node.honour.communes import Communes, MovingClock, books_agree, new_resident, start

RESIDENTS, TOKENS = 200, 2_000
KEY = bytes(range(32))
BODY = b"x" * 1_400
One = Callable[[int], Awaitable[None]]


async def kept_busy(one: One, at_once: int, seconds: float) -> tuple[float, list[float]]:
    """Charges a second, and the seconds that each took, with `at_once` under way at any time."""
    times: list[float] = []
    begin = time.perf_counter()

    async def till(number: int) -> None:
        while (now := time.perf_counter()) - begin < seconds:
            await one(number)
            times.append(time.perf_counter() - now)

    await asyncio.gather(*(till(number) for number in range(at_once)))
    return len(times) / (time.perf_counter() - begin), times


def told(times: list[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered) * 1000:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1000:.0f} ms"


def _table(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE payments (id INTEGER PRIMARY KEY, body BLOB)")
    return connection


def bare_peer(port: int, folder: str) -> None:
    """The issuer of the bare side."""
    rows, key = _table(Path(folder, "issuer.db")), Ed25519PrivateKey.from_private_bytes(KEY)

    async def take(request: aio.Request) -> aio.Response:
        body = await request.read()
        key.public_key().verify(bytes.fromhex(request.headers["Signature"]), body)
        rows.execute("INSERT INTO payments (body) VALUES (?)", (body,))
        return aio.Response(body=body, headers={"Signature": key.sign(body).hex()})

    async def run() -> None:
        app = aio.Application()
        app.add_routes([aio.post("/", take)])
        runner = aio.AppRunner(app, access_log=None)
        await runner.setup()
        await aio.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


async def bare(folder: Path, at_once: int, seconds: float) -> tuple[float, list[float]]:
    place = folder / f"bare-{at_once}"
    place.mkdir()
    port, rows, key = free_port(), _table(place / "till.db"), Ed25519PrivateKey.from_private_bytes(KEY)
    process = multiprocessing.get_context("spawn").Process(target=bare_peer, args=(port, str(place)), daemon=True)
    process.start()
    try:
        await asyncio.to_thread(wait_for, port)
        async with aiohttp.ClientSession() as session:

            async def one(_number: int) -> None:
                row = rows.execute("INSERT INTO payments (body) VALUES (?)", (BODY,)).lastrowid
                sent = {"Signature": key.sign(BODY).hex()}
                async with session.post(f"http://127.0.0.1:{port}/", data=BODY, headers=sent) as answer:
                    body = await answer.read()
                    key.public_key().verify(bytes.fromhex(answer.headers["Signature"]), body)
                rows.execute("UPDATE payments SET body = ? WHERE id = ?", (body, row))

            return await kept_busy(one, at_once, seconds)
    finally:
        process.terminate()
        process.join()
        rows.close()


def opened(folder: Path, name: str, port: int) -> Node:
    settings = ProcessSettings(federation_allow_private=True)
    section = {"name": name.title(), "address": f"http://{name}.localhost:{port}", "modules": list(DEFAULT_MODULES)}
    init_node(folder / name, section, settings=settings)
    return Node(folder / name, Runtime(settings=settings))


async def charges(communes: Communes, cards: list[str], at_once: int, seconds: float) -> tuple[float, list[float]]:
    """Charges of A's residents at B's tills; B is this process."""

    def over(unit: Unit, payment: str) -> bool:
        row = unit.session.get(PaymentRow, payment)
        return row is not None and row.state == "POSTED"

    count = 0

    async def one(_number: int) -> None:
        nonlocal count
        payment, count = new_id(), count + 1
        await communes.b.write(start, payment, communes.a.host, cards[count % len(cards)], 1)
        while not await communes.b.read(over, payment):  # noqa: ASYNC110 - as a till's page does
            await asyncio.sleep(0.005)
        shown = await communes.b.read(honour.payment, payment)
        assert shown.state == "posted", shown

    return await kept_busy(one, at_once, seconds)


async def measure(folder: Path, seconds: float) -> None:
    a, b = opened(folder, "castanet", free_port()), opened(folder, "ramonville", free_port())
    communes = Communes(a, b, MovingClock())
    port_a, port_b = (int(node.host.rpartition(":")[2]) for node in (a, b))
    async with serving([b], b.runtime, port=port_b):
        async with serving([a], a.runtime, port=port_a):
            await communes.befriend()
            way = Way(rate_num=1, rate_den=1, limit=1_000_000, day_cap=TOKENS, card_day_cap=TOKENS)
            await communes.agree(ours=way, theirs=way)
        cards = [(await a.write(new_resident, f"Nom{number}", TOKENS))[1] for number in range(RESIDENTS)]
        environ = {**os.environ, "YGOR_FEDERATION_ALLOW_PRIVATE": "1", "YGOR_LOG_LEVEL": "error"}
        command = [sys.executable, "-m", "node.cli", "serve", str(a.folder), "--port", str(port_a)]
        process = await asyncio.create_subprocess_exec(*command, env=environ)
        try:
            await asyncio.to_thread(wait_for, port_a)
            for at_once in (1, 32):
                rate, times = await charges(communes, cards, at_once, seconds)
                least, bare_times = await bare(folder, at_once, seconds / 2)
                say(f"charges, {at_once} at once", f"{rate:,.0f}/s of {least:,.0f}/s bare = {rate / least:.0%}")
                say("", f"{told(times)}; bare {told(bare_times)}")
            await books_agree(communes)
        finally:
            process.terminate()
            await process.wait()
    for node in (a, b):
        node.close()
        node.runtime.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="cross-honoured charges")
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with (
        tempfile.TemporaryDirectory(prefix="ygor-bench-") as place,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(measure(Path(place), options.seconds))


if __name__ == "__main__":
    main()
