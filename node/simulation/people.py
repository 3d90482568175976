"""Who orders what when: cashiers, residents, administrators. Whoever is told that the node is down tries again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from node.simulation import issuing, settling
from node.simulation.books import Books, Holder, Pair
from node.simulation.honouring import Sent, keep, keep_refund
from node.simulation.network import Network
from protocols.honour import following, honouring, refunding, settlement
from protocols.honour import messages as m
from protocols.honour.consent import CardConsent, Consent, Pass, PassConsent, card_digest, sign_pass
from protocols.honour.tables import HonouringState, IssuerState
from protocols.honour.terms import Terms, terms_hash

AGAIN_S = 20.0
HOUR_S = 3600.0
WAYS: tuple[m.Settlement, ...] = ("euros", "tokens", "carried")
JANITOR_S = 300.0


@dataclass(frozen=True, slots=True)
class Till:
    """Where a payment is made: a node, whose resident pays, and the payment's id."""

    actor: str
    peer: str
    payment: str


class People:
    """Everything that does not happen by itself."""

    def __init__(self, network: Network, random: Random) -> None:
        self.network, self.random = network, random
        self.made = dict.fromkeys(network.nodes, 0)
        self.consents: list[tuple[str, str, Consent]] = []

    def plan(self, payments: int, directions: list[tuple[str, str]]) -> None:
        """Spread a day's business over the first hour."""
        random, network = self.random, self.network
        busy = random.choice(directions)
        for _ in range(payments):
            actor, peer = busy if random.random() < 0.6 else random.choice(directions)
            network.at(random.uniform(0, HOUR_S), partial(self.pay, actor, peer))
        for _ in range(2):
            actor, peer = random.choice(directions)
            second = random.uniform(900, HOUR_S * 1.4)
            network.at(second, partial(self.cut, actor, peer))
            if random.random() < 0.6:  # both at once, and both look at what came in soon
                network.at(second + random.uniform(0, 20), partial(self.cut, peer, actor))
                for us, them in ((actor, peer), (peer, actor)):
                    for _ in range(3):
                        network.at(second + random.uniform(5, 120), partial(self.review, us, them, kind=0.4))
        if random.random() < 0.4:
            actor, peer = random.choice(directions)
            end = random.random() < 0.3
            network.at(random.uniform(600, HOUR_S), partial(self.amend, actor, peer, end=end))
        for each in network.nodes:
            network.at(random.uniform(0, JANITOR_S), partial(self.look_after, each))

    def order(self, actor: str, peer: str, label: str, what: Callable[[Pair, datetime], list[Sent]]) -> None:
        """Something a person wants done: once, however often the node is down."""
        done = self.network.transact(actor, peer, label, lambda _, pair, now: what(pair, now))
        if not done:
            self.network.at(AGAIN_S, lambda: self.order(actor, peer, label, what))

    # tills

    def pay(self, actor: str, peer: str) -> None:
        """A neighbour's resident pays at a till: at once, or with a hold first."""
        pair = self.network.nodes[actor].pairs[peer]
        live = pair.live()
        if live is None:
            return
        self.made[actor] += 1
        number, random = self.made[actor], self.random
        envelope = m.PaymentEnvelope(
            terms=live[0],
            sender=actor,
            recipient=peer,
            created=self.network.clock(actor).replace(microsecond=0),
            payment=f"payment-{number:08}",
        )
        price, consent = random.randint(1, 12), self._consent(actor, peer, number)
        opening: m.Reserve | m.Charge = m.Charge(**envelope, price=price, service="pool", consent=consent)
        if random.random() < 0.4:
            hold: m.HoldKind = "till" if random.random() < 0.9 else "booking"
            opening = m.Reserve(**envelope, price=price, service="pool", consent=consent, hold=hold)
        till = Till(actor, peer, opening.payment)

        def start(pair: Pair, now: datetime) -> list[Sent]:
            return keep(pair, honouring.start(honouring.draft(opening), now, random.random()))

        self.order(actor, peer, f"start {opening.payment} for {price}", start)
        if random.random() < 0.3:
            self.network.at(random.uniform(0, random.choice((2, 60))), lambda: self.cancel(till))
        if isinstance(opening, m.Reserve):
            self.network.at(random.uniform(2, 1300), lambda: self.decide(till))
        if random.random() < 0.5:
            self.network.at(random.uniform(200, 3000), lambda: self.refund(till, 1))

    def _consent(self, actor: str, peer: str, number: int) -> Consent:
        """A card, a phone's pass, or now and then one that was shown before."""
        again = [consent for where, whose, consent in self.consents if (where, whose) == (actor, peer)]
        if again and self.random.random() < 0.06:
            return self.random.choice(again)
        holder: Holder = self.random.choice(self.network.nodes[peer].holders)
        consent: Consent = CardConsent(card_digest(holder.code), "till-0000000000001", number)
        if self.random.random() < 0.12:
            issued = self.network.clock(peer).replace(microsecond=0)
            shown = Pass(
                issuer=peer,
                holder=holder.did,
                nonce=f"nonce-{len(self.consents):012}",
                issued=issued,
                expires=issued + timedelta(minutes=5),
            )
            consent = PassConsent(sign_pass(shown, seed=holder.seed))
        self.consents.append((actor, peer, consent))
        return consent

    def cancel(self, till: Till) -> None:
        """The cashier gives up; the issuer has the last word."""

        def give_up(pair: Pair, now: datetime) -> list[Sent]:
            state = pair.tills.get(till.payment)
            if state is None or state.state not in (HonouringState.SENT, HonouringState.HELD):
                return []
            return keep(pair, honouring.cancel(state, now, self.random.random()))

        self.order(till.actor, till.peer, f"cancel {till.payment}", give_up)

    def decide(self, till: Till) -> None:
        """What was held is taken or let go; somebody always comes back to it."""
        state = self.network.nodes[till.actor].pairs[till.peer].tills.get(till.payment)
        if state is None or state.state is HonouringState.SENT:
            self.network.at(60 if self.network.second < 2 * HOUR_S else 1200, lambda: self.decide(till))
            return
        order = honouring.commit if self.random.random() < 0.8 else honouring.cancel

        def end(pair: Pair, now: datetime) -> list[Sent]:
            state = pair.tills[till.payment]
            return keep(pair, order(state, now, self.random.random())) if state.state is HonouringState.HELD else []

        if state.state is HonouringState.HELD:
            self.order(till.actor, till.peer, f"{order.__name__} {till.payment}", end)

    def refund(self, till: Till, number: int) -> None:
        """Part or all of a posted payment is given back, perhaps in several parts."""
        name = f"refund-{number}-{till.payment}"
        price = self.random.randint(1, 12)

        def ask(pair: Pair, now: datetime) -> list[Sent]:
            state = pair.tills.get(till.payment)
            if state is None or state.state is not HonouringState.POSTED or name in pair.refunds:
                return []
            part = min(price, state.opening.price)
            step = refunding.ask(state, refund=name, price=part, now=now, fraction=self.random.random())
            return keep_refund(pair, step)

        self.order(till.actor, till.peer, f"ask {name}", ask)
        if number < 3 and self.random.random() < 0.5:
            self.network.at(self.random.uniform(5, 300), lambda: self.refund(till, number + 1))

    # administrators

    def cut(self, actor: str, peer: str) -> None:
        """Cut a statement, if the page would offer it."""
        self.made[actor] += 1
        name = f"statement-{actor[8]}-{self.made[actor]:06}"
        way = self.random.choice(WAYS)

        def propose(pair: Pair, now: datetime) -> list[Sent]:
            if name not in pair.papers and settling.can_cut(pair):
                settling.cut(pair, name, way, now, self.network.seeds)
            return []

        self.order(actor, peer, f"cut {name}", propose)

    def review(self, actor: str, peer: str, *, kind: float = 0.8) -> None:
        """Countersign or dispute what the neighbour proposed."""
        for paper in self.network.nodes[actor].pairs[peer].papers.values():
            if paper.state != settlement.THEIRS:
                continue
            name, yes = paper.id, self.random.random() < kind

            def answer(pair: Pair, now: datetime, name: str = name, yes: bool = yes) -> list[Sent]:
                if yes:
                    settling.countersign(pair, name, now, self.network.seeds)
                else:
                    settling.dispute(pair, name, now)
                return []

            self.order(actor, peer, f"{'countersign' if yes else 'dispute'} {name}", answer)

    def amend(self, actor: str, peer: str, *, end: bool) -> None:
        """A new version of the terms, or their end: first here, then, some time later, there."""
        former = self.network.nodes[actor].pairs[peer].live()
        if former is None:
            return
        terms = former[1]
        way = replace(terms.a_at_b, rate_num=self.random.randint(1, 4), limit=self.random.randint(20, 60))
        new = replace(terms, version=terms.version + 1, a_at_b=way)
        self.order(actor, peer, "amend", lambda pair, now: _adopt(pair, new, end=end))
        self.network.at(
            self.random.uniform(1, 300),
            lambda: self.order(peer, actor, "amend", lambda pair, now: _adopt(pair, new, end=end)),
        )

    def look_after(self, actor: str) -> None:
        """The node's own jobs and its administrators: holds, heads, statements."""
        books, network = self.network.nodes[actor], self.network
        for peer, pair in books.pairs.items():
            if any(one.state is IssuerState.HELD for one in pair.issued.values()):
                network.transact(actor, peer, "sweep", _sweep)
            behind = any(one.state == settlement.SIGNED and not one.settled_theirs for one in pair.papers.values())
            if behind or (not pair.following.task and len(pair.mirror) > pair.following.acked_seq):
                network.transact(actor, peer, "heads", _acknowledge)
            self.review(actor, peer, kind=0.8 if network.storm else 1.0)
        pause = JANITOR_S if network.second < 2 * HOUR_S else HOUR_S / 2
        network.at(pause, lambda: self.look_after(actor))


def _adopt(pair: Pair, new: Terms, *, end: bool) -> list[Sent]:
    pair.terms = {each: (terms, False) for each, (terms, _) in pair.terms.items()}
    if not end:
        pair.terms[terms_hash(new)] = (new, True)
    return []


def _sweep(books: Books, pair: Pair, now: datetime) -> list[Sent]:
    issuing.sweep(books, pair, now)
    return []


def _acknowledge(books: Books, pair: Pair, now: datetime) -> list[Sent]:
    settling.await_settlements(pair, now)
    pair.following = following.want_ack(pair.following, now)
    return []
