"""What the benchmarks share: a free port, a process's memory, one line of result."""

from __future__ import annotations

import socket
from pathlib import Path


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes), as Linux counts it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"no VmRSS for {pid}")


def say(what: str, figure: str, reached: bool | None = None) -> None:
    """Print one figure, and whether its goal is reached where it has one."""
    goal = "" if reached is None else "  goal reached" if reached else "  goal MISSED"
    print(f"{what:<32}{figure}{goal}")
