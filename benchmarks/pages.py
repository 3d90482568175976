"""Requests a second of the entrance page and of a mission's page, against the same template served by a bare handler.

`python -m benchmarks.pages`. The bare side is an aiohttp handler without middleware that renders the very template with
the very values the real page had, caught on the way. Each side is a process of its own under the same load: `LOADERS`
connections that ask again as soon as they are answered. Goal: 50 %.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web as aio

from benchmarks.machine import free_port, say
from node.core.folder import init_node
from node.core.node import Runtime
from node.demo.filling import fill, hashed_password
from node.demo.running import demo_settings
from node.demo.world import CASTANET
from node.serving import open_nodes, serving

LOADERS = 8
SECONDS = 3.0
ROUNDS = 3
GOAL = 0.5
HOST = "castanet-tolosan.localhost"


def make(folder: Path) -> str:
    """A filled node; returns the path of one of its missions."""
    settings = demo_settings(0)
    section = {"name": "Castanet-Tolosan", "code": "31113", "address": f"http://{HOST}"}
    init_node(folder / "castanet-tolosan", section, settings=settings)
    runtime = Runtime(settings=settings)
    node = open_nodes(runtime, [folder])[0]
    password = hashed_password()

    def work(unit: Any) -> str:
        from node.modules.missions.public import upcoming

        fill(unit, CASTANET, password)
        return str(upcoming(unit, 1)[0].id)

    mission = str(node.border.submit_write(work).result())
    node.close()
    runtime.close()
    return f"/missions/{mission}"


def real(folder: str, port: int, _path: str) -> None:
    """The product, as it is served."""
    _quiet()

    async def run() -> None:
        runtime = Runtime(settings=demo_settings(port))
        nodes = open_nodes(runtime, [Path(folder)])
        async with serving(nodes, runtime, port=port):
            await asyncio.Event().wait()

    _loop(run)


def bare(folder: str, port: int, path: str) -> None:
    """The same template with the same values, and nothing else."""
    _quiet()

    async def run() -> None:
        import web.render

        caught: dict[str, Any] = {}
        render_text = web.render.render_text

        def catch(request: aio.Request, template: str, context: Any) -> str:
            text = render_text(request, template, context)
            caught.update(request=request, template=template, context=context)
            return text

        web.render.render_text = catch
        runtime = Runtime(settings=demo_settings(port))
        nodes = open_nodes(runtime, [Path(folder)])
        inner = free_port()
        async with serving(nodes, runtime, port=inner), aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{inner}{path}", headers={"Host": HOST}) as answer:
                await answer.read()
            scope = web.scope.Scope("fr", request=caught["request"])

            async def page(_request: aio.Request) -> aio.Response:
                web.scope.enter(scope)
                text = render_text(caught["request"], caught["template"], caught["context"])
                return aio.Response(text=text, content_type="text/html")

            app = aio.Application()
            app.add_routes([aio.get("/{path:.*}", page)])
            runner = aio.AppRunner(app, access_log=None)
            await runner.setup()
            await aio.TCPSite(runner, "127.0.0.1", port).start()
            await asyncio.Event().wait()

    _loop(run)


def _quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))


def _loop(run: Callable[[], Any]) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


@contextmanager
def running(target: Callable[[str, int, str], None], folder: Path, path: str) -> Iterator[int]:
    """One side in a process of its own."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(str(folder), port, path), daemon=True)
    process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join()


async def load(port: int, path: str, seconds: float) -> float:
    """Requests a second over `LOADERS` connections."""
    done = 0
    connector = aiohttp.TCPConnector(limit=LOADERS)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        end = time.perf_counter() + seconds

        async def one() -> None:
            nonlocal done
            while time.perf_counter() < end:
                async with session.get(f"http://127.0.0.1:{port}{path}", headers={"Host": HOST}) as answer:
                    assert answer.status == 200, answer.status
                    await answer.read()
                done += 1

        await asyncio.gather(*(one() for _ in range(LOADERS)))
    return done / seconds


async def ready(port: int, path: str) -> None:
    for _ in range(200):
        try:
            await load(port, path, 0.2)
            return
        except (aiohttp.ClientError, OSError):
            await asyncio.sleep(0.1)
    raise TimeoutError("the server did not start")


def measure(folder: Path, name: str, path: str) -> None:
    rates: dict[str, list[float]] = {"real": [], "bare": []}
    with running(real, folder, path) as real_port, running(bare, folder, path) as bare_port:
        for port in (real_port, bare_port):
            asyncio.run(ready(port, path))
        for _ in range(ROUNDS):
            rates["real"].append(asyncio.run(load(real_port, path, SECONDS)))
            rates["bare"].append(asyncio.run(load(bare_port, path, SECONDS)))
    mine, base = statistics.median(rates["real"]), statistics.median(rates["bare"])
    say(name, f"{mine:,.0f}/s of {base:,.0f}/s bare = {mine / base:.0%}", mine / base >= GOAL)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        mission = make(Path(place))
        measure(Path(place), "entrance page", "/")
        measure(Path(place), "mission page", mission)


if __name__ == "__main__":
    main()
