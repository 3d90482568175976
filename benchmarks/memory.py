"""Memory of a node that takes in 100,000 signed activities: it must not grow with them.

`python -m benchmarks.memory [--count N]`. A real `ygor serve`, 32 known senders; resident memory after 10 %, 50 % and
100 %, and what each activity leaves in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.inbox import NAME, introduce, ygor
from benchmarks.machine import resident_mb, say
from benchmarks.signed_load import Crowd, fire, presigned
from federation.hosts import SignatureKind

GROWTH = 1.15
"""Allowed between 10 % and the end: caches fill, the allocator keeps what it once had."""
CHUNK = 2_000


async def grow(place: Path, count: int, marks: Sequence[float] = (0.1, 0.5, 1.0)) -> list[float]:
    """MB resident at each mark. Ed25519, since signing so many with RSA takes longer than taking them in."""
    found: list[float] = []
    async with Crowd().served() as crowd:
        with ygor(place) as (inbox, port, pid):
            await introduce(inbox, port, crowd)
            done = 0
            while done < count:
                size = min(CHUNK, count - done)
                kind = SignatureKind.RFC9421_ED25519
                await fire(port, presigned(inbox, crowd.identities, size, f"m{done}", kind=kind))
                done += size
                while len(found) < len(marks) and done >= marks[len(found)] * count:
                    found.append(resident_mb(pid))
                    say(f"{done:,} activities", f"{found[-1]:.0f} MB resident")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="memory over many activities")
    parser.add_argument("--count", type=int, default=100_000)
    options = parser.parse_args()
    loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with tempfile.TemporaryDirectory(prefix="ygor-bench-") as place, loop as runner:
        first, *_, last = runner.run(grow(Path(place), options.count))
        size = (Path(place) / NAME / "node.db").stat().st_size
    say("database, each activity", f"{size / options.count:,.0f} bytes")
    say("growth of memory", f"{last / first:.2f} ×", last / first <= GROWTH)
    if last / first > GROWTH:
        raise SystemExit("memory grows")


if __name__ == "__main__":
    main()
