"""Five hundred storms without a broken rule, and every known trap caught (specs/simulation.md)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from node.cli import ygor
from node.simulation.mutants import MUTANTS
from node.simulation.running import run_many, run_seed
from protocols.honour.tables import HONOURING

SEEDS = 500
MOST_FOR_A_TRAP = 150


def test_nothing_is_lost_and_nothing_happens_twice() -> None:
    ends: set[str] = set()
    for outcome in run_many(1, SEEDS):
        assert outcome.violation is None, "\n".join(outcome.trace)
        ends.update(outcome.ends)
    assert ends == set(HONOURING.final)


def test_the_same_with_two_and_with_five_communes() -> None:
    for nodes in (2, 5):
        for outcome in run_many(1, 8, nodes=nodes):
            assert outcome.violation is None, "\n".join(outcome.trace)


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_simulation_sees_the_trap(name: str) -> None:
    found = next((one for one in run_many(1, MOST_FOR_A_TRAP, mutant=name) if one.violation is not None), None)
    assert found is not None, f"{name}: {MOST_FOR_A_TRAP} runs saw nothing"
    assert found.trace[-1].endswith(f"VIOLATED {found.violation}")


def test_a_trap_is_gone_after_its_run() -> None:
    assert run_seed(1, mutant="time-out").violation is not None
    assert run_seed(1).violation is None


def test_a_seed_gives_the_same_trace_byte_for_byte_in_another_process() -> None:
    command = [sys.executable, "-m", "node.cli", "simulate", "--first", "25", "--seeds", "1", "--trace"]
    texts = set()
    for hashing in ("1", "2"):
        run = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": hashing})
        texts.add(run.stdout.rpartition(b" (")[0])  # without the seconds that it took
    assert len(texts) == 1
    assert b"Charge payment-0000000" in texts.pop()


def test_a_failing_run_tells_what_led_to_it_and_how_to_see_it_again() -> None:
    said = CliRunner().invoke(ygor, ["simulate", "--seeds", "40", "--mutant", "no-tombstone"])
    assert said.exit_code == 1
    assert "planted: no tombstone for an early Cancel" in said.output
    assert "VIOLATED two sides" in said.output
    again = said.output.strip().splitlines()[-1].partition("ygor ")[2].split()
    replay = CliRunner().invoke(ygor, again)
    assert replay.exit_code == 1
    assert "VIOLATED two sides" in replay.output


@pytest.mark.soak
def test_ten_thousand_storms() -> None:
    for outcome in run_many(1, 10_000):
        assert outcome.violation is None, "\n".join(outcome.trace)
