"""One activity to 1,000 inboxes of 1,000 hosts, against a bare aiohttp client that signs the same requests.

`python -m benchmarks.fan_out [--hosts N]`. The hosts are `h0.localhost` … on one sink server in a process of its own,
which answers 202. The bare side signs with the same RSA key (in threads, as we do) and posts, 32 at once, and keeps
nothing. Ours takes rows that are committed with the activity, claims them with leases and writes down each outcome.
Goal: 60 %.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import structlog
import uvloop
from aiohttp import web as aio
from aiohttp.abc import AbstractResolver, ResolveResult

from benchmarks.machine import free_port, say
from federation.addressing import Recipient, plan
from federation.hosts import SignatureKind
from federation.identity import sign_request
from federation.places import Places
from federation.transport import NetworkPolicy, Transport
from node.core.config import ProcessSettings
from node.core.folder import init_node
from node.core.node import Node, Runtime
from node.core.unit import Unit
from node.neighbours import addresses, outbox
from node.neighbours.public import new_activity_id, own_actor
from node.neighbours.services import compose
from protocols import activities
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC

GOAL = 0.6
ROUNDS = 3
AT_ONCE = 32
KIND = (("Content-Type", "application/activity+json"),)


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(1200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise TimeoutError("the sink did not start")


def sink(port: int) -> None:
    """Takes everything."""

    async def take(request: aio.Request) -> aio.Response:
        await request.read()
        return aio.Response(status=202)

    async def run() -> None:
        app = aio.Application()
        app.add_routes([aio.post("/inbox", take)])
        runner = aio.AppRunner(app, access_log=None)
        await runner.setup()
        await aio.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


class Loopback(AbstractResolver):
    """Every name is this machine."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:  # type: ignore[override]  # aiohttp's own annotation is of an enum
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=2, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing to close."""


async def bare(node: Node, inboxes: list[str], body: bytes) -> float:
    """Deliveries a second of the bare client."""
    who = addresses.identity(node.facts, node.keys)
    left = iter(inboxes)
    connector = aiohttp.TCPConnector(resolver=Loopback(), limit=400)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        start = time.perf_counter()

        async def one() -> None:
            for inbox in left:
                message = HttpMessage("POST", inbox, KIND, body)
                signed = await asyncio.to_thread(sign_request, SignatureKind.CAVAGE, who, message, datetime.now(UTC))
                async with session.post(inbox, data=body, headers={**dict(KIND), **signed}) as answer:
                    assert answer.status == 202, answer.status
                    await answer.read()

        await asyncio.gather(*(one() for _ in range(AT_ONCE)))
        return len(inboxes) / (time.perf_counter() - start)


def note(unit: Unit) -> JsonObject:
    """A proved Create of a Note."""
    actor = own_actor(unit)
    created: JsonObject = {"id": f"{actor}/notes/{unit.now.timestamp()}", "type": "Note", "attributedTo": actor}
    created["content"] = "<p>Samedi à 9 h, on plante la haie derrière l’école.</p>"
    number = new_activity_id(unit)
    return activities.build_create(number, actor=actor, created=created, to=(PUBLIC,), cc=(), published=unit.now)


async def ours(node: Node, transport: Transport, inboxes: list[str]) -> tuple[float, float]:
    """Deliveries a second of the real worker, and seconds of the transaction that planned them."""

    def publish(unit: Unit) -> None:
        outbox.plan_rows(unit, plan(note(unit), [Recipient(inbox) for inbox in inboxes]))

    planning = time.perf_counter()
    await node.write(publish)
    start = time.perf_counter()
    worker = compose(node, transport, Places()).worker
    assert await worker.run_once() == len(inboxes)
    rate = len(inboxes) / (time.perf_counter() - start)
    waiting = await node.read(outbox.backlog, None)
    assert (waiting.pending, waiting.dead) == (0, 0)
    return rate, start - planning


async def compare(node: Node, port: int, hosts: int) -> bool:
    found: dict[str, list[float]] = {"ours": [], "bare": [], "planning": [], "bare ms": [], "our ms": []}
    body = b"x" * 900
    transport = Transport(NetworkPolicy(allow_private=True, localhost_names=True))
    for turn in range(ROUNDS):
        inboxes = [f"http://h{turn}-{number}.localhost:{port}/inbox" for number in range(hosts)]
        used = time.process_time()
        found["bare"].append(await bare(node, inboxes, body))
        middle = time.process_time()
        rate, planning = await ours(node, transport, inboxes)
        found["bare ms"].append((middle - used) * 1000 / hosts)
        found["our ms"].append((time.process_time() - middle) * 1000 / hosts)
        found["ours"].append(rate)
        found["planning"].append(planning)
    await transport.close()
    mine, other = statistics.median(found["ours"]), statistics.median(found["bare"])
    reached = mine / other >= GOAL
    say(f"fan-out to {hosts} hosts", f"{mine:,.0f}/s of {other:,.0f}/s bare = {mine / other:.0%}", reached)
    cost, least = statistics.median(found["our ms"]), statistics.median(found["bare ms"])
    say("processor time a delivery", f"{cost:.2f} ms, bare {least:.2f} ms")
    say("planning it, one transaction", f"{statistics.median(found['planning']):.2f} s")
    return reached


def main() -> None:
    parser = argparse.ArgumentParser(description="one activity to many inboxes")
    parser.add_argument("--hosts", type=int, default=1000)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=sink, args=(port,), daemon=True)
    process.start()
    settings = ProcessSettings(federation_allow_private=True)
    loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    try:
        with tempfile.TemporaryDirectory(prefix="ygor-bench-") as place, loop as runner:
            section = {"name": "Castanet", "address": "http://castanet.localhost"}
            init_node(Path(place) / "node", section, settings=settings)
            runtime = Runtime(settings=settings)
            node = Node(Path(place) / "node", runtime)
            try:
                wait_for(port)
                good = runner.run(compare(node, port, options.hosts))
            finally:
                node.close()
                runtime.close()
    finally:
        process.terminate()
        process.join()
    if not good:
        raise SystemExit("below the goal")


if __name__ == "__main__":
    main()
