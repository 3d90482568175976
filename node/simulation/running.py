"""One seed, from the first payment to the last statement; and many seeds one after another (specs/simulation.md §1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from random import Random

from node.simulation import mutants, rules, weather
from node.simulation.books import Books, Holder, Violation, new_pair
from node.simulation.network import Network
from node.simulation.people import People
from node.simulation.settling import method_of
from node.simulation.tracing import Trace
from protocols import ed25519, multikey
from protocols.honour import settlement
from protocols.honour.terms import Party, PartyKey, Terms, Way, terms_hash

MOST_NODES = 8
PURSE = 25
CALM_S = 3600.0
CALM_ROUNDS = 16
SIGNED_EVERY = 25
"""Of so many seeds one sends its messages as signed JSON; the others hand over the values that were parsed from it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a seed. `steps`: commits. `ends`: how the payments ended at tills, for statistics."""

    seed: int
    steps: int
    violation: Violation | None
    trace: tuple[str, ...]
    ends: tuple[str, ...] = ()


def run_many(first: int, count: int, *, nodes: int = 3, mutant: str = "") -> Iterator[Outcome]:
    """Seeds one after another; a failing one is run again with its trace written down."""
    for seed in range(first, first + count):
        outcome = run_seed(seed, nodes=nodes, mutant=mutant)
        yield outcome if outcome.violation is None else run_seed(seed, nodes=nodes, mutant=mutant, trace=True)


def run_seed(seed: int, *, nodes: int = 3, mutant: str = "", trace: bool = False) -> Outcome:
    """The same seed gives the same run, event for event."""
    if not 2 <= nodes <= MOST_NODES:
        raise ValueError(f"between 2 and {MOST_NODES} nodes")
    written = Trace(trace)
    with mutants.planted(mutant):
        network = _network(seed, nodes, written)
        try:
            _live(network)
            violation = None
        except Violation as error:
            violation = error
            written.say(network.second, f"VIOLATED {error}")
    tills = [till for books in network.nodes.values() for pair in books.pairs.values() for till in pair.tills.values()]
    return Outcome(seed, network.steps, violation, tuple(written.lines), tuple(str(till.state) for till in tills))


def final_books(seed: int, *, nodes: int) -> tuple[dict[str, Books], dict[str, bytes], dict[str, PartyKey]]:
    """The books of every node at the end of a run, with the seeds and keys by which they sign: for other tests."""
    network = _network(seed, nodes, Trace(False))
    _live(network)
    return network.nodes, dict(network.seeds), network.keys


def _live(network: Network) -> None:
    random = network.random
    people = People(network, random)
    directions = [(actor, peer) for actor, books in network.nodes.items() for peer in books.pairs]
    people.plan(random.randint(5, 9) + 2 * (len(network.nodes) - 2), directions)
    network.run(network.weather.until)
    _until_answered(network)
    for actor, peer in directions:
        if actor < peer:
            people.cut(actor, peer)
            network.run(network.second + CALM_S)
    _until_answered(network)
    rules.check_end(network.nodes)


def _until_answered(network: Network) -> None:
    """Calm, until nothing more is to be said, or so long that something is wrong."""
    for _ in range(CALM_ROUNDS):
        network.run(network.second + CALM_S)
        if not any(_waits(books) for books in network.nodes.values()):
            return


def _waits(books: Books) -> bool:
    for pair in books.pairs.values():
        if pair.following.task or len(pair.mirror) > pair.following.acked_seq:
            return True
        if any(not till.is_final for till in pair.tills.values()) or pair.held:
            return True
        if any(asked.state == "ASKED" for asked in pair.refunds.values()):
            return True
        if any(paper.state in settlement.OPEN or paper.outgoing for paper in pair.papers.values()):
            return True
    return False


def _network(seed: int, count: int, trace: Trace) -> Network:
    random = Random(seed)  # noqa: S311 - a simulation wants the same numbers again
    actors = tuple(f"https://{chr(ord('a') + number)}.example/actor" for number in range(count))
    seeds, keys = _keys(actors)
    start = datetime(2026, 11, 22, random.choice((9, 14, 23)), 20, tzinfo=UTC)
    nodes = {actor: _books(actor, actors) for actor in actors}
    for position, one in enumerate(actors):
        for other in actors[position + 1 :]:
            terms = _terms(one, other, random)
            for us, them in ((one, other), (other, one)):
                nodes[us].pairs[them].terms[terms_hash(terms)] = (terms, True)
    signed = seed % SIGNED_EVERY == 0
    return Network(random, start, nodes, weather.make(random, actors), seeds, keys, trace, signed=signed)


def _books(actor: str, actors: tuple[str, ...]) -> Books:
    holders = _holders(actor)
    pairs = {other: new_pair(actor, other) for other in actors if other != actor}
    return Books(actor, holders, PURSE * len(holders), {one.name: PURSE for one in holders}, pairs)


@cache
def _holders(actor: str) -> tuple[Holder, ...]:
    found = []
    for name in ("lea", "max"):
        seed = sha256(f"{actor} {name}".encode()).digest()
        did = multikey.did_key(ed25519.public_key(seed))
        found.append(Holder(name, f"{name}-{actor}", seed, did))
    return tuple(found)


@cache
def _keys(actors: tuple[str, ...]) -> tuple[dict[str, bytes], dict[str, PartyKey]]:
    seeds = {actor: sha256(actor.encode()).digest() for actor in actors}
    return seeds, {actor: PartyKey(method_of(actor), ed25519.public_key(seeds[actor])) for actor in actors}


def _terms(one: str, other: str, random: Random) -> Terms:
    """Tight limits, so that they are met."""
    way = Way(rate_num=1, rate_den=1, limit=30, day_cap=26, card_day_cap=18)
    return Terms(
        id=f"terms-{one[8]}-{other[8]}-0000000",
        version=1,
        a=Party(one, one.removesuffix("/actor"), one[8].upper()),
        b=Party(other, other.removesuffix("/actor"), other[8].upper()),
        a_at_b=Way(random.randint(1, 3), random.randint(1, 3), limit=45, day_cap=30, card_day_cap=20),
        b_at_a=way,
        services=("pool",),
        till_hold_s=900,
        booking_hold_s=int(timedelta(hours=2).total_seconds()),
        statement_period="quarter",
        dispute_days=1,
        refund_days=60,
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 12, 31),
    )
