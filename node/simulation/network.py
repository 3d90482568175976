"""Time, travelling messages, transactions and crashes. State, log entry and what is to be sent are one commit: what was
not committed is gone, and what was committed is sent again by the worker if it did not leave."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from node.simulation import exchange, honouring, rules, settling
from node.simulation.books import Books, Pair, Violation
from node.simulation.honouring import About, Sent
from node.simulation.tracing import Trace, name_of, words
from node.simulation.weather import Weather
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.terms import PartyKey
from protocols.types import JsonObject

Transaction = Callable[[Books, Pair, datetime], list[Sent]]
AFTER_CRASH_S = 45.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way. `about`: the asker's row that wants the answer; `asked`: of an answer, the question."""

    message: m.Message
    about: About
    asked: m.Message | None
    document: JsonObject | None = None


class Network:
    """Nodes, what is under way between them, and the true time in seconds since the beginning."""

    def __init__(
        self,
        random: Random,
        start: datetime,
        nodes: dict[str, Books],
        weather: Weather,
        seeds: settling.Seeds,
        keys: dict[str, PartyKey],
        trace: Trace,
        *,
        signed: bool,
    ) -> None:
        self.random, self.start, self.nodes, self.weather = random, start, nodes, weather
        self.seeds, self.keys, self.trace, self.signed = seeds, keys, trace, signed
        self.second = 0.0
        self.steps = 0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._made = 0
        self._down_until = dict.fromkeys(nodes, 0.0)
        self._wakes: dict[str, float] = {}

    @property
    def storm(self) -> bool:
        return self.second < self.weather.until

    def clock(self, actor: str) -> datetime:
        """What a node takes for the time."""
        return self.start + self.weather.clocks[actor].at(self.second)

    def at(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something so many seconds from now."""
        self._made += 1
        heapq.heappush(self._queue, (self.second + seconds, self._made, what))

    def run(self, until: float) -> None:
        """Everything that happens up to a second."""
        while self._queue and self._queue[0][0] <= until:
            second, _, what = heapq.heappop(self._queue)
            self.second = max(self.second, second)
            what()
        self.second = max(self.second, until)

    def is_up(self, actor: str) -> bool:
        return self.second >= self._down_until[actor]

    def transact(self, actor: str, peer: str, label: str, what: Transaction, *, asked: m.Message | None = None) -> bool:
        """Run a transaction on a copy of a node's books; keep the copy, then send. False: as if it never was."""
        if not self.is_up(actor):
            return False
        before, now = self.nodes[actor], self.clock(actor)
        books = before.copy(peer)
        try:
            sent = what(books, books.pairs[peer], now)
        except (RemoteProtocolError, LocalProtocolError, AssertionError, KeyError) as error:
            raise Violation("turned away", f"{name_of(actor)} on {label}: {error}") from error
        if self._crashes():
            self._crash(actor, f"before the commit of {label}")
            return False
        self._commit(books, before, peer, label, now)
        if self._crashes():
            self._crash(actor, f"after the commit of {label}")
        else:
            for about, message in sent:
                self._send(message, about, asked)
        self._wake(actor)
        return True

    def _commit(self, books: Books, before: Books, peer: str, label: str, now: datetime) -> None:
        self.nodes[books.actor] = books
        self.steps += 1
        self.trace.committed(self.second, label, before, books, peer, now)
        rules.check(self.nodes, before, books, peer, now)

    def _crashes(self) -> bool:
        return self.storm and self.random.random() < self.weather.crash

    def _crash(self, actor: str, when: str) -> None:
        down = self.random.uniform(1, AFTER_CRASH_S)
        self.trace.say(self.second, f"{name_of(actor)} crashes {when}, up again after {down:.0f} s")
        self._down_until[actor] = self.second + down
        self._wakes.pop(actor, None)
        self.at(down, lambda: self._wake(actor))

    # messages

    def _send(self, message: m.Message, about: About, asked: m.Message | None) -> None:
        document = None
        if self.signed:
            seed = self.seeds[message.sender]
            document = wire.sign(message, seed=seed, verification_method=settling.method_of(message.sender))
        parcel = Parcel(message, about, asked, document)
        weather, storm = self.weather, self.storm
        told = ""
        if self.trace.on:
            told = f"{name_of(message.sender)} → {name_of(message.recipient)} {words(message)}"
            self.trace.say(self.second, told)
        for _ in range(2 if storm and self.random.random() < weather.again else 1):
            cut = not weather.passes(message.sender, message.recipient, self.second)
            if cut or (storm and self.random.random() < weather.loss):
                self.trace.say(self.second, f"{told}: lost")
                continue
            delay = self.random.uniform(0.01, weather.slow_s if storm else 1)
            self.at(delay, lambda: self._deliver(parcel))

    def _deliver(self, parcel: Parcel) -> None:
        message = parcel.message
        us, them = message.recipient, message.sender
        if parcel.document is not None:
            message = wire.read(parcel.document, key=self.keys[them], recipient=us)
        asked = parcel.asked
        label = words(message) if self.trace.on else type(message).__name__
        if asked is None:

            def answer(books: Books, pair: Pair, now: datetime) -> list[Sent]:
                return [(parcel.about, exchange.answer(books, pair, message, now, self.seeds))]

            self.transact(us, them, label, answer, asked=message)
            return

        def apply(_: Books, pair: Pair, now: datetime) -> list[Sent]:
            honouring.apply(pair, parcel.about, asked, message, now, self.seeds)
            return []

        self.transact(us, them, f"answer {label}", apply)

    # workers

    def _wake(self, actor: str) -> None:
        """Let the node's worker run when the next row is due."""
        moments = [due for pair in self.nodes[actor].pairs.values() if (due := honouring.due(pair)) is not None]
        if not moments:
            return
        second = self.weather.clocks[actor].when(min(moments) - self.start)
        second = max(second, self.second, self._down_until[actor]) + 0.01
        if second < self._wakes.get(actor, float("inf")):
            self._wakes[actor] = second
            self.at(second - self.second, lambda: self._work(actor, second))

    def _work(self, actor: str, planned: float) -> None:
        if self._wakes.get(actor) != planned:
            return
        del self._wakes[actor]
        now = self.clock(actor)
        for peer, pair in self.nodes[actor].pairs.items():
            due = honouring.due(pair)
            if due is not None and due <= now:
                self.transact(actor, peer, "worker", lambda _, pair, now: honouring.claim(pair, now, self.random))
        self._wake(actor)
