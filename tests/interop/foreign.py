"""A foreign server to talk to: the Fedify process of `tests/interop/fedify`, started on free ports of loopback.

Its two hosts, `modern` and `older`, each have one actor, the commune; see `town.mjs` there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import aiohttp

from tests.fixtures.serving import until

FOLDER = Path(__file__).parent / "fedify"
INSTALLED = FOLDER / "node_modules"


@dataclass
class Fedify:
    """The running process. `lines` is everything it wrote down, oldest first."""

    port: int = 0
    control: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def base(self, host: str) -> str:
        return f"http://{host}.localhost:{self.port}"

    def actor(self, host: str) -> str:
        return f"{self.base(host)}/users/commune"

    async def tell(self, command: str, host: str, **given: Any) -> Any:
        """Have a host do something; see `commands.mjs`. AssertionError with its words when it could not."""
        url = f"http://127.0.0.1:{self.control}/{command}"
        async with aiohttp.ClientSession() as session, session.post(url, json={"host": host, **given}) as answer:
            said = await answer.json()
        assert "error" not in said, said["error"]
        return said

    def noted(self, event: str, host: str, since: int = 0) -> list[dict[str, Any]]:
        """What a host wrote down of one kind, from a number of `lines` on."""
        return [
            line for line in list(self.lines)[since:] if line["event"] == event and line.get("host") == self.base(host)
        ]

    async def received(self, host: str, kind: str, count: int = 1, since: int = 0) -> list[dict[str, Any]]:
        """The verified activities of one type, once there are `count`."""

        async def enough() -> list[dict[str, Any]]:
            found = [line for line in self.noted("received", host, since) if line["type"] == kind]
            return found if len(found) >= count else []

        return await until(enough)

    async def deliveries(self, host: str, count: int, since: int = 0) -> list[tuple[str, int]]:
        """(dialect, status) of every request to an inbox, once there are `count`."""

        async def enough() -> list[tuple[str, int]]:
            requests = self.noted("request", host, since)
            found = [(line["dialect"], line["status"]) for line in requests if line["method"] == "POST"]
            return found if len(found) >= count else []

        return await until(enough)

    def written(self) -> int:
        """How much it has written down so far, to look only at what comes later."""
        return len(self.lines)


@contextmanager
def running_fedify() -> Iterator[Fedify]:
    """Start it, and stop it at the end by closing its standard input."""
    process = subprocess.Popen(
        [_node(), "main.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdin is not None
    assert process.stdout is not None
    fedify = Fedify()
    reader = Thread(target=lambda: fedify.lines.extend(json.loads(line) for line in process.stdout or ()), daemon=True)
    reader.start()
    try:
        _wait_for_ports(fedify, process)
        yield fedify
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(timeout=5)
        process.stdout.close()


def _wait_for_ports(fedify: Fedify, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 30
    while not fedify.lines:
        assert process.poll() is None, "Fedify ended before it was ready: see what it wrote to standard error"
        assert time.monotonic() < end, "Fedify was not ready after 30 s"
        time.sleep(0.02)
    fedify.port, fedify.control = fedify.lines[0]["port"], fedify.lines[0]["control"]


def _node() -> str:
    """Node.js 22: the packaged one, or this machine's own where no package fits it."""
    assert INSTALLED.is_dir(), "Fedify is not installed: `make test` does it"
    packaged = next((path for path in sorted(INSTALLED.glob("node-*/bin/node")) if os.access(path, os.X_OK)), None)
    found = str(packaged) if packaged else shutil.which("node")
    assert found, "Node.js 22 is needed"
    return found
