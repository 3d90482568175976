"""`ygor demo --play`: the main thread, played by people through the public HTTP interface of a server of its own.

A token is earned at home, spent at home and at the pool next door; then the books of both communes are compared.
Nothing is read from or written to a database here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO

import aiohttp

from node.demo.acts import Stage, play
from node.demo.visitor import PlayError

START_S = 120
STOP_S = 30
Echo = Callable[[str], None]
Meddle = Callable[[Path], Awaitable[None]]


async def no_meddling(_folder: Path) -> None:
    """What happens between the last payment and the comparison of the books: nothing, unless a test says otherwise."""


def play_all(echo: Echo, *, meddle: Meddle = no_meddling) -> bool:
    """Start, play, compare, stop. True only if every sum is right."""
    with tempfile.TemporaryDirectory(prefix="ygor-play-") as place:
        port = _free_port()
        log = Path(place) / "server.log"
        with log.open("wb") as stream:
            server = _start(Path(place), port, stream)
            try:
                return asyncio.run(_play(Path(place), port, log, server, echo, meddle))
            except (PlayError, TimeoutError, aiohttp.ClientError) as error:
                echo(f"FAILED: {type(error).__name__}: {error}")
                echo("".join(log.read_text(errors="replace").splitlines(keepends=True)[-20:]))
                return False
            finally:
                _stop(server)


def _start(place: Path, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "node.cli", "demo", "--folder", str(place / "territory"), "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, stdout=log, stderr=log, env=environment)  # noqa: S603 - our own program


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _play(place: Path, port: int, log: Path, server: subprocess.Popen[bytes], echo: Echo, meddle: Meddle) -> bool:
    echo(f"Starting a territory of its own on port {port}…")
    await _ready(log, server)
    stage = Stage(port, echo, lambda: meddle(place / "territory" / str(port)))
    return await play(stage)


async def _ready(log: Path, server: subprocess.Popen[bytes]) -> None:
    """Until the demonstration says that the communes are tied together."""
    for _ in range(START_S * 5):
        if "Stop with Ctrl-C" in await asyncio.to_thread(log.read_text, errors="replace"):
            return
        if server.poll() is not None:
            raise PlayError(f"the server ended with status {server.returncode}")
        await asyncio.sleep(0.2)
    raise TimeoutError(f"the server was not ready within {START_S} s")
