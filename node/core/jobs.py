"""Periodic work: APScheduler ticks, the parts' functions work. What must not be lost is rows, never a timer."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from node.core import throttle
from node.core.config import ConfigError
from node.core.module import Job
from node.core.node import Node

log = structlog.get_logger("node.jobs")
RELEASE_EVERY_S = 60
FORGET_EVERY_S = 3600
RELOAD_EVERY_S = 10
STOP_WAIT_S = 10


class Jobs:
    """All periodic work of one process, over all its nodes."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin ticking; must be called inside the event loop."""
        seen: dict[str, tuple[Job, Any]] = {}
        for part in self.nodes[0].runtime.registry.parts if self.nodes else ():
            for job in part.module.jobs:  # also of parts that are off everywhere: they may be switched on
                seen[f"{part.name}.{job.name}"] = (job, part.load(job.run))
        for name, (job, run) in seen.items():
            self._add(name, job.every_s, self._over_nodes, name, run)
        self._add("core.release", RELEASE_EVERY_S, self._release)
        self._add("core.reload", RELOAD_EVERY_S, self._reload)
        self._add("core.throttles", FORGET_EVERY_S, self._over_nodes, "core.throttles", throttle.forget_old)
        self._scheduler.start()

    def _add(self, name: str, every_s: float, call: Any, *args: Any) -> None:
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler.add_job(call, "interval", args=args, seconds=every_s, id=name, **options)

    async def stop(self) -> None:
        """Stop ticking; what runs is in transactions and either finishes or never was."""
        self._scheduler.shutdown(wait=False)

    async def _over_nodes(self, name: str, run: Any) -> None:
        part = name.partition(".")[0]
        for node in self.nodes:
            if part != "core" and not node.has(part):
                continue
            try:
                if inspect.iscoroutinefunction(run):
                    await run(node)
                else:
                    await node.write(run)
            except Exception:
                log.exception("job failed", job=name, node=node.code)

    async def _reload(self) -> None:
        """Another process, or a person with an editor, may have changed a `node.toml`."""
        for node in self.nodes:
            try:
                if node.reload():
                    log.info("node.toml read again", node=node.code)
            except ConfigError as error:
                log.error("node.toml cannot be used, the old one stays in force", node=node.code, reason=str(error))

    async def _release(self) -> None:
        for node in self.nodes:
            node.border.release()
