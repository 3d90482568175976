"""Each guard taken out in turn: the attacks that it stands against get through, and their tests say so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.attacks import ATTACKS, LATER
from tests.guards.page import page
from tests.guards.plugin import BROKEN, fits
from tests.guards.registry import GUARDS

ROOT = Path(__file__).parents[2]


def test_every_attack_has_a_guard_and_every_guard_an_attack() -> None:
    guarded = {guard.attack for guard in GUARDS}
    assert guarded | set(LATER) == set(ATTACKS)
    assert not guarded & set(LATER)
    names = [guard.name for guard in GUARDS]
    assert len(set(names)) == len(names)
    assert all(guard.tests and guard.out for guard in GUARDS)


def test_the_page_shows_the_list() -> None:
    written = (ROOT / "specs" / "attacks.md").read_text(encoding="utf-8")
    assert written == page(), "python -m tests.guards > specs/attacks.md"


@pytest.mark.timeout(900)
def test_without_its_guard_every_attack_gets_through(tmp_path: Path) -> None:
    """In one process of its own: a test runs once for each guard that names it."""
    report = tmp_path / "report.json"
    chosen = sorted({f"tests/{test}" for guard in GUARDS for test in guard.tests})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.guards.plugin", "-p", "no:cacheprovider"]
    command += ["--tb=native", "--without-each", str(report), *chosen]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert report.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    results = json.loads(report.read_text())
    for guard in GUARDS:
        for test in guard.tests:
            found = [each for each in results if each["guard"] == guard.name and fits(test, each["test"])]
            assert found, f"{test} is no test"
            for each in found:
                assert each.get("call") == "failed", f"{each['test']} passes without the guard {guard.name}: {each}"
                assert guard.crashes or not each["crash"], f"{each['test']} without {guard.name}: {each['crash']}"
                assert each["cause"] not in BROKEN, f"{each['test']} without {guard.name} ended in {each['cause']}"
