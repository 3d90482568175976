"""The demonstration as a process of its own, on a free port, in a temporary folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.serving import free_port

START_S, STOP_S = 120, 30


@dataclass(frozen=True, slots=True)
class Territory:
    """Where the demonstration answers, and where its folders are."""

    port: int
    folder: Path

    def url(self, label: str, path: str = "/") -> str:
        return f"http://{label}.localhost:{self.port}{path}"


@contextmanager
def open_territory(folder: Path) -> Iterator[Territory]:
    """Yields once the communes are tied together; AssertionError with the log if that takes two minutes."""
    port, log = free_port(), folder / "demo.log"
    command = [sys.executable, "-m", "node.cli", "demo", "--folder", str(folder), "--port", str(port)]
    with log.open("wb") as stream:
        server = subprocess.Popen(command, stdout=stream, stderr=stream, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        try:
            _wait_for(log, server)
            yield Territory(port, folder / str(port))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(STOP_S)
    assert server.returncode == 0, log.read_text()


def _wait_for(log: Path, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while "Stop with Ctrl-C" not in log.read_text():
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
