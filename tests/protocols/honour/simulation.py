"""A seeded simulator: two communes, a bad network, and crashes before and after each commit.

It drives the very handlers that run in production. Messages travel as JSON. Each handling of a message, a timer or a
till's order is one transaction on a copy of the books: a crash before the commit drops the copy, a crash after it drops
what was about to be sent.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from protocols.honour import honouring, issuer, mirror, refunding, statement, wire
from protocols.honour import messages as m
from protocols.honour.consent import CardConsent, card_digest
from protocols.honour.log import Entry, Head, head_after
from protocols.honour.tables import HonouringState
from protocols.honour.terms import Terms, terms_hash
from protocols.types import JsonObject
from tests.protocols.honour.books import HOLDERS, Books, Handlers, Violation
from tests.protocols.honour.pair import KEYS, METHOD_A, METHOD_B, NOW, SEED_A, SEED_B, TERMS, A, B

Outgoing = list[m.Message]
Transaction = Callable[[Books], Outgoing]
SIGNERS = {A: (SEED_A, METHOD_A), B: (SEED_B, METHOD_B)}
TIGHT = replace(
    TERMS,
    a_at_b=replace(TERMS.a_at_b, limit=90, day_cap=45, card_day_cap=45),
    b_at_a=replace(TERMS.b_at_a, limit=40, day_cap=20, card_day_cap=20),
)


class World:
    """Everything there is. ``loss``, ``again`` (duplicates) and ``crash`` are probabilities while the storm lasts."""

    def __init__(
        self,
        seed: int,
        handlers: Handlers | None = None,
        *,
        loss: float = 0.2,
        again: float = 0.3,
        crash: float = 0.08,
        signed: bool = False,
        terms: Terms = TIGHT,
    ) -> None:
        self.random = random.Random(seed)
        self.handlers = handlers or Handlers()
        self.loss, self.again, self.crash, self.signed = loss, again, crash, signed
        self.terms, self.hash = terms, terms_hash(terms)
        self.now = NOW
        self.storm = True
        self.queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self.made = 0
        self.issued = 200 * len(HOLDERS)
        self.nodes = {one: Books(one, other, wallets=dict.fromkeys(HOLDERS, 200)) for one, other in ((A, B), (B, A))}

    def run(self, *, payments: int = 40) -> World:
        """A storm of an hour and a half, then calm until everything is answered, then the last statement."""
        for _ in range(payments):
            self._at(self.random.uniform(0, 3600), self._till_starts)
        for actor in (A, B):
            for minute in range(0, 90, 2):
                self._at(60 * minute, partial(self._sweep, actor))
        self._at(1800, lambda: self._propose(A))
        self._drain(until=NOW + timedelta(seconds=5400))
        self.storm = False
        for actor in (A, B):
            self._pull(actor)
        self._drain(until=NOW + timedelta(hours=8))
        for actor in (A, B):
            self._sweep(actor)
            self._pull(actor)
        self._drain(until=NOW + timedelta(hours=9))
        self._propose(A)
        self._drain(until=NOW + timedelta(hours=18))
        for actor in (A, B):
            self._pull(actor)
        self._drain(until=NOW + timedelta(hours=20))
        self._check_end()
        return self

    # time and network

    def _at(self, seconds: float, what: Callable[[], None]) -> None:
        self.made += 1
        heapq.heappush(self.queue, (self.now + timedelta(seconds=seconds), self.made, what))

    def _drain(self, *, until: datetime) -> None:
        while self.queue and self.queue[0][0] <= until:
            at, _, what = heapq.heappop(self.queue)
            self.now = max(self.now, at)
            what()
        self.now = max(self.now, until)

    def _send(self, message: m.Message) -> None:
        document = wire.to_json(message)
        if self.signed:
            seed, method = SIGNERS[message.sender]
            document = wire.sign(message, seed=seed, verification_method=method)
        partition = self.storm and 1200 < (self.now - NOW).total_seconds() < 1500
        for _ in range(2 if self.storm and self.random.random() < self.again else 1):
            if not (partition or (self.storm and self.random.random() < self.loss)):
                self._at(self.random.uniform(0.01, 40 if self.storm else 1), lambda: self._deliver(document))

    def _deliver(self, document: JsonObject) -> None:
        message = wire.from_json(document)
        if self.signed:
            message = wire.read(document, key=KEYS[message.sender], recipient=message.recipient)
        self._transact(message.recipient, lambda books: self._receive(books, message))

    def _transact(self, actor: str, transaction: Transaction) -> bool:
        """Run it on a copy; keep the copy and send. True unless a crash undid it."""
        copy = self.nodes[actor].snapshot()
        outgoing = transaction(copy)
        if self.storm and self.random.random() < self.crash:
            return False
        self.nodes[actor] = copy
        self._check()
        if not (self.storm and self.random.random() < self.crash):
            for message in outgoing:
                self._send(message)
        return True

    # what comes in

    def _receive(self, books: Books, message: m.Message) -> Outgoing:
        match message:
            case m.Reserve() | m.Charge() | m.Commit() | m.Cancel() | m.Refund() | m.Query() | m.Look():
                return self._issue(books, message)
            case m.PaymentMessage():
                return self._hear(books, message)
            case m.Pull():
                page = books.log[message.from_seq - 1 :][: wire.MOST_ENTRIES]
                return [mirror.answer_pull(message, page, books.head, self.now)]
            case m.Entries():
                return self._mirror(books, message.entries, message.head)
            case m.Statement():
                return self._check_statement(books, message)
            case m.StatementAck():
                return self._accept_ack(books, message)
            case _:
                raise Violation(f"nobody expected {type(message).__name__}")

    def _issue(self, books: Books, message: m.PaymentMessage) -> Outgoing:
        facts = books.facts(message, self.terms, self.now.date())
        decision = self.handlers.handle(books.payments.get(message.payment), message, facts, self.now)
        if decision.new_state is None:
            books.payments.pop(message.payment, None)
        else:
            books.payments[message.payment] = decision.new_state
        for effect in decision.effects:
            books.perform(effect)
        return [] if decision.reply is None else [decision.reply]

    def _hear(self, books: Books, reply: m.PaymentMessage) -> Outgoing:
        outgoing: Outgoing = []
        if isinstance(reply, m.Refunded | m.Refused) and reply.refund in books.refunds:
            books.refunds[reply.refund] = refunding.on_reply(books.refunds[reply.refund], reply).state
        elif reply.payment in books.tills:
            step = self.handlers.on_reply(books.tills[reply.payment], reply, self.terms, self.now)
            books.tills[reply.payment] = step.state
            if step.state.state is HonouringState.HELD:
                self._at(self.random.uniform(0, 1300), lambda: self._till_decides(books.actor, reply.payment))
        if isinstance(reply, m.Committed | m.Refunded):
            outgoing += self._mirror(books, (reply.entry,), None)
        return outgoing

    def _mirror(self, books: Books, entries: tuple[Entry, ...], announced: Head | None) -> Outgoing:
        seqs = {entry.seq for entry in entries} | {books.mirror_head.seq}
        held = {seq: books.mirror[seq - 1] for seq in seqs if 0 < seq <= len(books.mirror)}
        accepted = self.handlers.accept(books.mirror_head, entries, held=held, announced=announced)
        if accepted.fork:
            raise Violation("an honest writer forked its log")
        books.mirror.extend(accepted.new)
        for entry in accepted.new:
            till = books.tills.get(entry.payment)
            if till is not None and entry.kind == "charge":
                books.tills[entry.payment] = honouring.on_entry(till, entry, self.terms, self.now).state
        if accepted.pull_from is None:
            return []
        return [self._pull_message(books, accepted.pull_from)]

    def _pull_message(self, books: Books, from_seq: int) -> m.Pull:
        return m.Pull(
            terms=self.hash, sender=books.actor, recipient=books.other, created=self.now,
            log=books.mirror_head.log, from_seq=from_seq,
        )  # fmt: skip

    # what the till's people, timers and sweeps do

    def _till_starts(self) -> None:
        actor = self.random.choice((A, B))
        number = self.made
        consent = CardConsent(card_digest(self.random.choice(HOLDERS)), f"till-{len(actor):012}", number)
        payment, price = f"payment-{number:010}", self.random.randint(1, 12)
        envelope = m.PaymentEnvelope(
            terms=self.hash, sender=actor, recipient=self.nodes[actor].other, created=self.now, payment=payment
        )
        opening: m.Reserve | m.Charge = m.Charge(**envelope, price=price, service="theatre", consent=consent)
        if self.random.random() < 0.4:
            opening = m.Reserve(**envelope, price=price, service="theatre", consent=consent, hold="till")

        def begin(books: Books) -> Outgoing:
            step = self.handlers.start(honouring.draft(opening), self.now, self.random.random())
            return self._keep(books, step)

        if self._transact(actor, begin):
            self._wake(actor, payment)
            if self.random.random() < 0.3:
                self._at(
                    self.random.uniform(0, self.random.choice((2, 60))), lambda: self._till_cancels(actor, payment)
                )
            self._at(self.random.uniform(300, 3000), lambda: self._till_refunds(actor, payment))

    def _keep(self, books: Books, step: honouring.Step) -> Outgoing:
        books.tills[step.state.payment] = step.state
        return [] if step.message is None else [step.message]

    def _wake(self, actor: str, payment: str) -> None:
        """Whatever a timer does, the next look at the database comes: a crash loses no timer."""
        till = self.nodes[actor].tills[payment]
        if till.is_final:
            return
        wait = 5.0 if till.next_attempt_at is None else max((till.next_attempt_at - self.now).total_seconds(), 1.0)

        def ring() -> None:
            self._transact(actor, self._timer(payment))
            self._wake(actor, payment)

        self._at(wait, ring)

    def _timer(self, payment: str) -> Transaction:
        def fire(books: Books) -> Outgoing:
            step = self.handlers.on_timer(books.tills[payment], self.terms, self.now, self.random.random())
            return self._keep(books, step)

        return fire

    def _till_cancels(self, actor: str, payment: str) -> None:
        if self.nodes[actor].tills[payment].state in (HonouringState.SENT, HonouringState.HELD):
            self._transact(actor, lambda books: self._keep(
                books, honouring.cancel(books.tills[payment], self.now, self.random.random())
            ))  # fmt: skip

    def _till_decides(self, actor: str, payment: str) -> None:
        if self.nodes[actor].tills[payment].state is not HonouringState.HELD:
            return
        order = honouring.commit if self.random.random() < 0.8 else honouring.cancel
        done = self._transact(actor, lambda books: self._keep(
            books, order(books.tills[payment], self.now, self.random.random())
        ))  # fmt: skip
        if not done:
            self._at(30, lambda: self._till_decides(actor, payment))

    def _till_refunds(self, actor: str, payment: str) -> None:
        till = self.nodes[actor].tills[payment]
        if till.state is not HonouringState.POSTED or self.random.random() < 0.5:
            return
        price, refund = self.random.randint(1, till.opening.price), f"refund-{self.made:010}"

        def begin(books: Books) -> Outgoing:
            step = refunding.ask(till, refund=refund, price=price, now=self.now, fraction=self.random.random())
            books.refunds[refund] = step.state
            return [] if step.message is None else [step.message]

        if self._transact(actor, begin):
            self._at(3, lambda: self._refund_timer(actor, refund))
            self._at(self.random.uniform(10, 200), lambda: self._till_refunds(actor, payment))

    def _refund_timer(self, actor: str, refund: str) -> None:
        if self.nodes[actor].refunds[refund].state != "ASKED":
            return

        def fire(books: Books) -> Outgoing:
            step = refunding.on_timer(books.refunds[refund], self.now, self.random.random())
            books.refunds[refund] = step.state
            return [] if step.message is None else [step.message]

        self._transact(actor, fire)
        self._at(20, lambda: self._refund_timer(actor, refund))

    def _sweep(self, actor: str) -> None:
        def sweep(books: Books) -> Outgoing:
            for payment, known in list(books.payments.items()):
                decision = issuer.expire(known, self.now)
                assert decision.new_state is not None
                books.payments[payment] = decision.new_state
                for effect in decision.effects:
                    books.perform(effect)
            return []

        self._transact(actor, sweep)

    def _pull(self, actor: str) -> None:
        self._transact(actor, lambda books: [self._pull_message(books, books.mirror_head.seq + 1)])

    # statements

    def _propose(self, actor: str) -> None:
        books = self.nodes[actor]
        if books.proposal is None:
            if books.head.sums.settlements != books.mirror_head.sums.settlements:
                self._pull(actor)
                self._at(30, lambda: self._propose(actor))
                return
            proposal = statement.propose(
                self.terms, books.head, books.mirror_head, sender=actor, statement=f"statement-{self.made:09}",
                period_end=self.now.date(), settlement="tokens", euro_cents=None, now=self.now,
            )  # fmt: skip

            def store(copy: Books) -> Outgoing:
                copy.proposal = proposal
                return [proposal]

            self._transact(actor, store)
        else:
            self._send(books.proposal)
        number = books.head.sums.settlements
        self._at(30, lambda: self._propose_again(actor, number))

    def _propose_again(self, actor: str, number: int) -> None:
        if self.nodes[actor].head.sums.settlements == number:
            self._propose(actor)

    def _check_statement(self, books: Books, proposed: m.Statement) -> Outgoing:
        verdict = statement.check(
            proposed, self.terms, own=books.head, mirrored=books.mirror_head,
            own_at=_head_at(books.log, books.head, proposed.b_at_a.seq),
            mirrored_at=_head_at(books.mirror, books.mirror_head, proposed.a_at_b.seq),
        )  # fmt: skip
        match verdict:
            case statement.AlreadySettled(number):
                return [books.acks[number]]
            case statement.NeedEntries(_, from_seq):
                return [self._pull_message(books, from_seq)]
            case statement.Disagree():
                raise Violation(f"honest nodes disagree: {verdict.reason}")
            case _:
                seed, method = SIGNERS[proposed.sender]
                document = wire.sign(proposed, seed=seed, verification_method=method)
                seed, method = SIGNERS[books.actor]
                ack = statement.countersign(document, seed=seed, verification_method=method, now=self.now)
                books.acks[proposed.number] = ack
                self._settle(books, proposed)
                return [ack]

    def _accept_ack(self, books: Books, ack: m.StatementAck) -> Outgoing:
        if books.proposal is not None and ack.number == books.proposal.number:
            self._settle(books, statement.accept_ack(ack, books.proposal, keys=KEYS))
            books.proposal = None
        return []

    def _settle(self, books: Books, agreed: m.Statement) -> None:
        entry = statement.settle(books.head, agreed, day=self.now.date())
        if entry is not None:
            books.log.append(entry)

    # what must hold

    def _check(self) -> None:
        for books in self.nodes.values():
            other = self.nodes[books.other]
            books.check(self.issued, self.terms, other)
            books.check_tills(other)

    def _check_end(self) -> None:
        for books in self.nodes.values():
            other = self.nodes[books.other]
            if any(not till.is_final for till in books.tills.values()):
                raise Violation("a payment was never answered")
            if any(asked.state == "ASKED" for asked in books.refunds.values()):
                raise Violation("a refund was never answered")
            if [one.hash for one in books.mirror] != [one.hash for one in other.log]:
                raise Violation("the mirror is not the log")
            settled = [one.sums.settlements for one in books.log if one.kind == "settle"]
            if settled != [1, 2]:
                raise Violation(f"settled {settled}")
            posted = sum(one.opening.price for one in books.tills.values() if one.state is HonouringState.POSTED)
            given_back = sum(one.message.price for one in books.refunds.values() if one.state == "DONE")
            sums = other.head.sums
            if (posted, given_back) != (sums.charged_price, sums.refunded_price):
                raise Violation("the till's books are not the issuer's")


def _head_at(entries: list[Entry], head: Head, seq: int) -> Head | None:
    if seq == 0:
        return Head(head.log)
    return head_after(entries[seq - 1]) if seq <= len(entries) else None
