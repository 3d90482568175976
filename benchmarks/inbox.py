"""Signed activities a second that a node takes in, against Fedify in the same run, and the bare checks of signatures.

`python -m benchmarks.inbox [--fedify FOLDER] [--count N]`. Both sides get the same kind of request: draft-cavage, RSA
of 2,048 bits, a Create of a Note, one connection for each sender, logs off. Ours is a real `ygor serve` on SQLite with
synchronous=FULL that answers 202 after the commit; Fedify verifies and forgets. Goals: four times Fedify, and more than
the compiled Go server measured on such a machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from benchmarks.machine import free_port, say
from benchmarks.signed_load import Crowd, fire, follow, presigned, signed_bytes
from federation.hosts import SignatureKind
from node.core.folder import init_node
from protocols import ed25519

FEDIFY = Path(__file__).parent.parent / "tests" / "interop" / "fedify"
GO_SERVER = {1: 1_130, 32: 1_590}
"""GoToSocial 0.20, measured once on such a machine: it cannot be installed from a package registry."""
TIMES_FEDIFY = 4
ROUNDS = 3
NAME = "castanet"


@contextlib.contextmanager
def ygor(place: Path) -> Iterator[tuple[str, int, int]]:
    """A real node in a process of its own: the address of its shared inbox, its port, its process."""
    port = free_port()
    init_node(place / NAME, {"name": "Castanet", "code": "31113", "address": f"http://{NAME}.localhost:{port}"})
    environment = {**os.environ, "YGOR_FEDERATION_ALLOW_PRIVATE": "1", "YGOR_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "node.cli", "serve", str(place / NAME), "--port", str(port)]
    with _process(command, port, environment) as pid:
        yield f"http://{NAME}.localhost:{port}/ap/inbox", port, pid


@contextlib.contextmanager
def fedify(folder: Path) -> Iterator[tuple[str, int]]:
    """Fedify on its own Node, from the `node_modules` in `folder`."""
    port = free_port()
    node = next(iter(sorted(folder.resolve().glob("node_modules/node-*/bin/node"))), shutil.which("node") or "node")
    with _process([str(node), str(Path(__file__).parent / "fedify_inbox.mjs"), str(port)], port, None, folder):
        yield f"http://127.0.0.1:{port}/inbox", port


@contextlib.contextmanager
def _process(
    command: list[str], port: int, environment: dict[str, str] | None, cwd: Path | None = None
) -> Iterator[int]:
    process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


async def rates(
    inbox: str,
    port: int,
    crowd: Crowd,
    senders: int,
    count: int,
    mark: str,
    *,
    kind: SignatureKind = SignatureKind.CAVAGE,
    proved: bool = False,
) -> float:
    """Activities a second with so many senders, after each has introduced itself."""
    signers = crowd.identities[:senders]
    await fire(port, presigned(inbox, signers, senders, f"{mark}-first", kind=kind, proved=proved))
    return await fire(port, presigned(inbox, signers, count, mark, kind=kind, proved=proved))


async def introduce(inbox: str, port: int, crowd: Crowd) -> None:
    """Every sender follows the node: strangers may say little."""
    actor = inbox.replace("/ap/inbox", f"/ap/actor/{NAME}")
    await fire(port, [[signed_bytes(inbox, who, follow(who, actor))] for who in crowd.identities])


def checks(crowd: Crowd) -> tuple[float, float]:
    """RSA and Ed25519 verifications a second of one thread: what no server of one thread can pass."""
    key, data = crowd.identities[0].rsa_key, b"x" * 300
    signature, public = key.sign(data, PKCS1v15(), hashes.SHA256()), key.public_key()
    seed = crowd.identities[0].proof_seed
    small, owner = ed25519.sign(seed, data), ed25519.public_key(seed)
    return (
        _per_second(lambda: public.verify(signature, data, PKCS1v15(), hashes.SHA256())),
        _per_second(lambda: ed25519.verify(owner, small, data)),
    )


def _per_second(call: Callable[[], object]) -> float:
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < 0.5:
        call()
        done += 1
    return done / (time.perf_counter() - start)


async def compare(place: Path, folder: Path, count: int) -> bool:
    """Both sides by turns, so that what else the machine does falls on both."""
    good = True
    async with Crowd().served() as crowd:
        rsa, ed = checks(crowd)
        say("checks, one thread", f"RSA-2048 {rsa:,.0f}/s, Ed25519 {ed:,.0f}/s")
        with ygor(place) as ours, fedify(folder) as theirs:
            await introduce(*ours[:2], crowd)
            for senders in (1, 32):
                found: dict[str, list[float]] = {"ygor": [], "fedify": []}
                for turn in range(ROUNDS):
                    mark = f"r{senders}-{turn}-{datetime.now(UTC):%H%M%S}"
                    found["ygor"].append(await rates(*ours[:2], crowd, senders, count, mark))
                    found["fedify"].append(await rates(*theirs, crowd, senders, count // 3, mark))
                mine, other = (statistics.median(side) for side in found.values())
                reached = mine >= TIMES_FEDIFY * other and mine >= GO_SERVER[senders]
                good = good and reached
                figure = (
                    f"{mine:,.0f}/s, Fedify {other:,.0f}/s = {mine / other:.1f} ×, Go server {GO_SERVER[senders]:,}/s"
                )
                say(f"inbox, {senders} senders", figure, reached)
            for name, proved in (("Ed25519 signature", False), ("Ed25519 and proof", True)):
                mark = f"e{proved}-{datetime.now(UTC):%H%M%S}"
                kind = SignatureKind.RFC9421_ED25519
                rate = await rates(*ours[:2], crowd, 32, count, mark, kind=kind, proved=proved)
                say(f"inbox, 32 senders, {name}", f"{rate:,.0f}/s")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description="signed activities a second")
    parser.add_argument("--fedify", type=Path, default=FEDIFY, help="folder whose node_modules has Fedify")
    parser.add_argument("--count", type=int, default=3000)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ygor-bench-") as place,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        good = runner.run(compare(Path(place), options.fedify, options.count))
    if not good:
        raise SystemExit("below the goal")


if __name__ == "__main__":
    main()
