"""What goes wrong in a run, all of it made from the seed before the run begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

STORM_S = 5400.0
"""How long messages get lost; then it is calm until everything is answered."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A node's clock: so many seconds ahead (below zero: behind), and so many parts per thousand too fast."""

    ahead_s: float
    drift: float

    def at(self, seconds: float) -> timedelta:
        return timedelta(seconds=self.ahead_s + seconds * (1 + self.drift))

    def when(self, shown: timedelta) -> float:
        """The true second at which the clock shows that."""
        return (shown.total_seconds() - self.ahead_s) / (1 + self.drift)


@dataclass(frozen=True, slots=True)
class Cut:
    """Nothing passes between two nodes from one second to another."""

    pair: frozenset[str]
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Weather:
    """Probabilities while the storm lasts; `slow_s` is the longest way of a message; `until` the end of the storm."""

    loss: float
    again: float
    crash: float
    slow_s: float
    until: float
    cuts: tuple[Cut, ...]
    clocks: dict[str, Clock]

    def passes(self, one: str, other: str, second: float) -> bool:
        return not any(cut.pair == {one, other} and cut.since <= second < cut.until for cut in self.cuts)


def make(random: Random, actors: tuple[str, ...]) -> Weather:
    """From fair to foul: every eighth run is calm but for its clocks, every twelfth has a partition of thirty hours."""
    foul = 0.0 if random.random() < 1 / 8 else random.uniform(0.3, 1)
    cuts = []
    for _ in range(random.randint(0, 2)):
        pair, since = frozenset(random.sample(actors, 2)), random.uniform(0, 3600)
        cuts.append(Cut(pair, since, since + random.uniform(60, 1500)))
    until = STORM_S
    if random.random() < 1 / 12:
        since = random.uniform(600, 1800)
        cuts.append(Cut(frozenset(random.sample(actors, 2)), since, since + 30 * 3600))
        until = since + 30 * 3600
    return Weather(
        loss=0.3 * foul,
        again=0.35 * foul,
        crash=0.1 * foul,
        slow_s=random.choice((1, 20, 60)),
        until=until,
        cuts=tuple(cuts),
        clocks={actor: Clock(random.uniform(-400, 400), random.uniform(-0.01, 0.01)) for actor in actors},
    )
