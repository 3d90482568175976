"""`simulate`: communes in memory under the production handlers, in bad weather (specs/simulation.md)."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

import click

from node.simulation.mutants import MUTANTS
from node.simulation.running import MOST_NODES, Outcome, run_many, run_seed

LAST_LINES = 60


@click.command()
@click.option("--seeds", default=500, type=click.IntRange(1, 10_000_000), show_default=True, help="how many runs")
@click.option("--first", default=1, type=click.IntRange(0), show_default=True, help="the first seed")
@click.option("--nodes", default=3, type=click.IntRange(2, MOST_NODES), show_default=True, help="communes in a run")
@click.option("--mutant", type=click.Choice(sorted(MUTANTS)), default=None, help="plant a known trap: runs must fail")
@click.option("--trace", is_flag=True, help="print every step of every run")
def simulate(seeds: int, first: int, nodes: int, mutant: str | None, trace: bool) -> None:
    """Let communes honour each other's tokens while messages are lost, repeated and overtaken and nodes crash.

    Stops at the first run that breaks a rule, prints what led to it and exits with 1.
    """
    begun, ends, steps = time.monotonic(), Counter[str](), 0
    if mutant:
        click.echo(f"planted: {MUTANTS[mutant].says}")
    for outcome in _outcomes(first, seeds, nodes, mutant or "", trace):
        if trace:
            click.echo("\n".join(outcome.trace))
        steps += outcome.steps
        ends.update(outcome.ends)
        if outcome.violation is not None:
            _tell(outcome, nodes, mutant, trace)
            sys.exit(1)
    found = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    click.echo(f"{seeds} runs, {steps} commits, payments: {found}: no rule broken ({time.monotonic() - begun:.1f} s)")


def _outcomes(first: int, seeds: int, nodes: int, mutant: str, trace: bool) -> Iterator[Outcome]:
    if trace:
        return (run_seed(seed, nodes=nodes, mutant=mutant, trace=True) for seed in range(first, first + seeds))
    return run_many(first, seeds, nodes=nodes, mutant=mutant)


def _tell(outcome: Outcome, nodes: int, mutant: str | None, traced: bool) -> None:
    if not traced:
        click.echo("\n".join(outcome.trace[-LAST_LINES:]))
    again = f"ygor simulate --first {outcome.seed} --seeds 1 --nodes {nodes} --trace"
    again += f" --mutant {mutant}" if mutant else ""
    click.echo(f"\nseed {outcome.seed}: {outcome.violation}")
    click.echo(f"from its beginning: {again}")
