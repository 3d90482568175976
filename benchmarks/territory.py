"""A territory of 37 nodes in one process: time to serve the first page, resident memory.

`python -m benchmarks.territory`. Goals: start-up under 5 s, resident memory under 300 MB after every node answered its
entrance page. The bare side is a Python process that imports the same libraries and serves one page.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.machine import free_port, resident_mb, say
from node.core.config import ProcessSettings
from node.demo.world import DEMO_SIREN
from node.territory import make_territory

START_GOAL_S = 5.0
MEMORY_GOAL_MB = 300
PATIENCE_S = 60
BARE = """
import aiohttp.web, alembic, cryptography, jinja2, nacl, pydantic, sqlalchemy, uvloop, sys
async def page(request): return aiohttp.web.Response(text='ok')
app = aiohttp.web.Application(); app.add_routes([aiohttp.web.get('/', page)])
aiohttp.web.run_app(app, host='127.0.0.1', port=int(sys.argv[1]), print=None)
"""


def first_answer(command: list[str], port: int, host: str) -> tuple[float, subprocess.Popen[bytes]]:
    """Seconds until the first page, and the process."""
    environment = {**os.environ, "YGOR_LOG_LEVEL": "error"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while time.perf_counter() - started < PATIENCE_S:
        try:
            ask(port, host)
            return time.perf_counter() - started, process
        except OSError:
            time.sleep(0.02)
    process.kill()
    raise TimeoutError("no answer")


def ask(port: int, host: str) -> int:
    """Bytes of the entrance page of one node."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return len(answer.read())


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        port = free_port()
        made = time.perf_counter()
        nodes = make_territory(DEMO_SIREN, Path(place), f"localhost:{port}", ProcessSettings.from_environment())
        say("making the territory", f"{time.perf_counter() - made:.1f} s for {len(nodes)} nodes")
        command = [sys.executable, "-m", "node.cli", "serve", place, "--port", str(port)]
        seconds, process = first_answer(command, port, f"{nodes[0].name}.localhost")
        try:
            for node in nodes:
                ask(port, f"{node.name}.localhost")
            memory = resident_mb(process.pid)
        finally:
            process.terminate()
            process.wait()
        other = free_port()
        bare_s, bare_process = first_answer([sys.executable, "-c", BARE, str(other)], other, "localhost")
        bare_mb = resident_mb(bare_process.pid)
        bare_process.terminate()
        bare_process.wait()
    say("start-up to the first page", f"{seconds:.2f} s, {seconds / bare_s:.1f} × bare", seconds < START_GOAL_S)
    say("resident memory", f"{memory:.0f} MB, {memory / bare_mb:.1f} × bare", memory < MEMORY_GOAL_MB)


if __name__ == "__main__":
    main()
