"""A pytest plugin that takes guards out.

`--without-guard NAME` runs whatever is chosen without that guard. `--without-each FILE` runs every test that the
registry names once for each of its guards, without that guard, and writes what happened into FILE (JSON).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.guards.registry import GUARDS

CAUSE = pytest.StashKey[str]()
ATTEMPTS = 2
"""A fixture that does not come up (a busy machine) says nothing about a guard."""
BROKEN = {"AttributeError", "NameError", "ImportError", "ModuleNotFoundError", "SyntaxError"}
"""A test that ends so did not meet the attack: the way in which the guard was taken out is wrong."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-guard", default="", metavar="NAME", help="run without this guard (tests/guards)")
    parser.addoption("--without-each", default="", metavar="FILE", help="run without each guard in turn (tests/guards)")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = []
    name = config.getoption("--without-guard")
    if name:
        out = next(guard for guard in GUARDS if guard.name == name).taken_out()
        out.__enter__()
        config.add_cleanup(lambda: out.__exit__(None, None, None))


RESULTS = pytest.StashKey[list[dict[str, str]]]()


def fits(chosen: str, nodeid: str) -> bool:
    """Whether a test id of the registry means this item: with all parameters unless it names some."""
    whole = f"tests/{chosen}"
    return nodeid == whole or nodeid.startswith(whole + "[")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    if call.when == "call":
        item.stash[CAUSE] = call.excinfo.typename if call.excinfo is not None else ""
    return (yield)


class _Crashes(logging.Handler):
    """Handlers of the product that broke: an attack that gets through is answered, it does not crash us."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = str(record.exc_info[1]) if record.exc_info else record.getMessage()


@contextmanager
def _crashes() -> Iterator[_Crashes]:
    seen, server = _Crashes(logging.ERROR), logging.getLogger("aiohttp.server")
    server.addHandler(seen)
    try:
        yield seen
    finally:
        server.removeHandler(seen)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if not item.config.getoption("--without-each"):
        return None
    guards = [guard for guard in GUARDS if any(fits(chosen, item.nodeid) for chosen in guard.tests)]
    for number, guard in enumerate(guards):
        following = item if number + 1 < len(guards) else nextitem
        item.stash[CAUSE] = ""
        for _ in range(ATTEMPTS):
            with guard.taken_out(), _crashes() as crashes:
                reports = runtestprotocol(item, nextitem=following, log=False)
            found = {report.when: report.outcome for report in reports}
            if found["setup"] == "passed":
                break
        result = {"guard": guard.name, "test": item.nodeid, "cause": item.stash[CAUSE], "crash": crashes.text, **found}
        item.config.stash[RESULTS].append({str(key): str(value) for key, value in result.items()})
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    file = session.config.getoption("--without-each")
    if file:
        Path(file).write_text(json.dumps(session.config.stash[RESULTS]))
