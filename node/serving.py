"""Serving: open the nodes, build the application, run until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import structlog
import uvloop
from aiohttp import web as aio

from node.app import REGISTRY, build
from node.core.config import ConfigError, ProcessSettings
from node.core.folder import node_folders
from node.core.migrations import is_current
from node.core.node import Node, Runtime
from web.metrics import serve_metrics

SHUTDOWN_S = 15


def open_nodes(runtime: Runtime, paths: list[Path]) -> list[Node]:
    """Open every node among the paths. Raises ConfigError."""
    nodes: list[Node] = []
    try:
        for folder in node_folders(paths):
            nodes.append(Node(folder, runtime))
        _may_be_served(nodes, runtime)
    except BaseException:
        for node in nodes:
            node.close()
        raise
    return nodes


def _on_this_machine(host: str) -> bool:
    """Whether an address to listen on reaches nobody else."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _may_be_served(nodes: list[Node], runtime: Runtime) -> None:
    """One node per host name, demonstrations on loopback only, databases up to date. Raises ConfigError."""
    hosts: dict[str, Path] = {}
    for node in nodes:
        if node.hostname in hosts:
            raise ConfigError(f"{node.folder} and {hosts[node.hostname]} have the same host name {node.hostname}")
        hosts[node.hostname] = node.folder
    for node in nodes:
        for host in node.former_hostnames:
            if hosts.setdefault(host, node.folder) != node.folder:
                raise ConfigError(f"{node.folder}: its former host name {host} is that of {hosts[host]} now")
    if any(node.facts.demo for node in nodes) and not _on_this_machine(runtime.settings.host):
        raise ConfigError("a demonstration is served on loopback only: YGOR_HOST must be 127.0.0.1 or ::1")
    for node in nodes:
        current = node.border.submit_read(lambda unit: is_current(unit.session.connection(), runtime.registry)).result()
        if not current:
            raise ConfigError(f"{node.folder}: the database is older than this program: run `ygor migrate` first")
        node.border.release()


@asynccontextmanager
async def serving(
    nodes: list[Node], runtime: Runtime, *, host: str | None = None, port: int | None = None
) -> AsyncIterator[int]:
    """Serve inside the running loop; yields the port that was bound."""
    settings = runtime.settings
    app = build(runtime, nodes)
    runner = aio.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S, handle_signals=False)
    await runner.setup()
    metrics = None
    try:
        if settings.metrics_port:
            metrics = await serve_metrics(app[REGISTRY], settings.metrics_host, settings.metrics_port)
        site = aio.TCPSite(runner, host or settings.host, settings.port if port is None else port, backlog=1024)
        await site.start()
        assert runner.addresses
        yield int(runner.addresses[0][1])
    finally:
        if metrics is not None:
            await metrics.cleanup()
        await runner.cleanup()


Ready = Callable[[int, list[Node]], Awaitable[None]]


def serve(paths: list[Path], settings: ProcessSettings, *, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM. `ready(port, nodes)` is awaited once the port is open."""
    configure_logs(settings)
    runtime = Runtime(settings=settings)
    nodes: list[Node] = []
    try:
        nodes = open_nodes(runtime, paths)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_stopped(nodes, runtime, ready))
    finally:
        for node in nodes:
            node.close()
        runtime.close()


async def _until_stopped(nodes: list[Node], runtime: Runtime, ready: Ready) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with serving(nodes, runtime) as port:
        await ready(port, nodes)
        await stopped.wait()


def configure_logs(settings: ProcessSettings) -> None:
    """Structured logs on stderr, one line an event."""
    renderer = structlog.processors.JSONRenderer() if settings.log_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )
