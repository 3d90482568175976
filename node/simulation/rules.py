"""What must hold after every commit of any node, and in the end (specs/simulation.md §3, §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from node.simulation.books import Books, Pair, Violation
from node.simulation.tracing import name_of
from protocols.errors import RemoteProtocolError
from protocols.honour import settlement
from protocols.honour.issuing import IssuerPayment
from protocols.honour.log import Head, check_next, log_id
from protocols.honour.tables import ISSUER, HonouringState, IssuerState

OPENED = (IssuerState.HELD, IssuerState.COMMITTED)


def check(nodes: Mapping[str, Books], before: Books, after: Books, peer: str, now: datetime) -> None:
    """Everything that one commit of `after.actor` in its business with `peer` may not do."""
    old, new = before.pairs[peer], after.pairs[peer]
    other = nodes[peer].pairs[after.actor]
    if new.issued != old.issued or new.log != old.log:
        _conserved(after)
        _written(old, new)
    _mirrored(new, other, len(old.mirror))
    for payment, state in new.issued.items():
        if old.issued.get(payment) is not state:
            _issued(old, new, old.issued.get(payment), state, now)
            _agreed(other, new, payment)
    for payment in old.issued:
        if payment not in new.issued:
            raise Violation("forgotten", f"{payment} was {old.issued[payment].state} and is unknown now")
    for payment, till in new.tills.items():
        if old.tills.get(payment) is not till:
            _agreed(new, other, payment)
    if new.tills != old.tills or new.refunds != old.refunds:
        _booked(new)
    if old.papers != new.papers:
        _settled(new, other)


def _conserved(books: Books) -> None:
    """Tokens are in wallets, held or spent, and nowhere else."""
    there = sum(books.wallets.values())
    for pair in books.pairs.values():
        there += sum(amount for _, amount in pair.held.values()) + sum(amount for _, amount in pair.spent.values())
    if there != books.minted or min(books.wallets.values()) < 0:
        raise Violation("conservation", f"{there} tokens of {books.minted} are there")


def _written(old: Pair, new: Pair) -> None:
    """Our log only grows, by entries that follow, and says what the ledger says; nothing is entered twice."""
    if new.log[: len(old.log)] != old.log:
        raise Violation("log rewritten", f"entries up to {len(old.log)} are not what they were")
    head = Head(log_id(issuer=new.us, honouring=new.them)) if not old.log else old.head
    seen = {(one.kind, one.payment, one.subject) for one in old.log}
    for entry in new.log[len(old.log) :]:
        try:
            head = check_next(head, entry)
        except RemoteProtocolError as error:
            raise Violation("chain", str(error)) from error
        mark = (entry.kind, entry.payment, entry.subject)
        if mark in seen:
            raise Violation("double entry", f"{entry.kind} {entry.payment} {entry.subject or ''} twice")
        seen.add(mark)
    spent = sum(amount for _, amount in new.spent.values())
    if spent != head.sums.charged - head.sums.refunded:
        raise Violation("log and ledger", f"{spent} spent, the log says {head.sums.charged - head.sums.refunded}")


def _mirrored(new: Pair, other: Pair, known: int) -> None:
    """The mirror is the beginning of the original."""
    for mine, original in zip(new.mirror[known:], other.log[known:], strict=False):
        if mine.hash != original.hash:
            raise Violation("mirror", f"entry {mine.seq} is not the original's")
    if len(new.mirror) > len(other.log) or (new.mirror and new.mirror[-1].seq != len(new.mirror)):
        raise Violation("mirror", f"{len(new.mirror)} entries of {len(other.log)}, the last numbered otherwise")


def _issued(old: Pair, new: Pair, was: IssuerPayment | None, state: IssuerPayment, now: datetime) -> None:
    """A payment moves along the table, within the limit and the caps, before its hold ends, and refunds fit it."""
    former = IssuerState.NONE if was is None else was.state
    if state.state is not former:
        if state.state not in {
            target for (start, _), ends in ISSUER.rows.items() for target in ends if start == former
        }:
            raise Violation("table", f"{state.payment} {former} → {state.state}")
        if state.state is IssuerState.COMMITTED and was is not None and was.until is not None and now >= was.until:
            raise Violation("late commit", f"{state.payment} was held until {was.until:%H:%M:%S}")
        if state.state in OPENED and former is IssuerState.NONE:
            _limited(new, state)
    if state.state is IssuerState.COMMITTED:
        terms = new.terms[state.terms][0]
        way = terms.way(terms.direction(issuer=new.us, honouring=new.them))
        left = state.price - state.refunded_price
        if left < 0 or state.amount - state.refunded_amount != way.cost(left):
            raise Violation("refund", f"{state.payment}: {state.refunded_amount} of {state.amount} given back")


def _limited(new: Pair, state: IssuerPayment) -> None:
    terms, live = new.terms[state.terms]
    way = terms.way(terms.direction(issuer=new.us, honouring=new.them))
    if not live:
        raise Violation("terms", f"{state.payment} was opened under terms that are over")
    if new.outstanding > way.limit:
        raise Violation("limit", f"{new.outstanding} unsettled and held, {way.limit} allowed")
    assert state.holder is not None
    spent = new.spent_on(state.holder, state.opened_on)
    if spent > way.day_cap:
        raise Violation("day cap", f"{state.holder} spent {spent} that day, {way.day_cap} allowed")
    by_card = new.spent_on(state.holder, state.opened_on, by_card=True)
    if state.by_card and by_card > way.card_day_cap:
        raise Violation("card cap", f"{state.holder}'s card spent {by_card} that day, {way.card_day_cap} allowed")


def _agreed(honouring: Pair, issuing: Pair, payment: str) -> None:
    """What ended at the till ended in the same way at the issuer."""
    till, state = honouring.tills.get(payment), issuing.issued.get(payment)
    if till is None:
        if state is not None and state.state is IssuerState.COMMITTED:
            raise Violation("two sides", f"{payment} is charged, and no till asked for it")
        return
    found = IssuerState.NONE if state is None else state.state
    if till.trouble is not None:
        raise Violation("contradiction", f"{payment}: {till.trouble}")
    if till.state is HonouringState.POSTED and found is not IssuerState.COMMITTED:
        raise Violation("two sides", f"{payment} is POSTED at the till and {found} at the issuer")
    ended = (IssuerState.REFUSED, IssuerState.VOIDED, IssuerState.EXPIRED)
    if till.state is HonouringState.FAILED and found not in ended:
        raise Violation("two sides", f"{payment} is FAILED at the till and {found} at the issuer")


def _booked(pair: Pair) -> None:
    """The partner has what was posted less what was given back; suspense holds what still waits for an answer."""
    posted = sum(one.opening.price for one in pair.tills.values() if one.state is HonouringState.POSTED)
    given = sum(one.message.price for one in pair.refunds.values() if one.state == "DONE")
    if pair.partner != posted - given:
        raise Violation("partner", f"credited {pair.partner}, posted {posted} less {given}")
    waiting = {payment: one.opening.price for payment, one in pair.tills.items() if one.suspended}
    if pair.suspense != waiting:
        raise Violation("suspense", f"{sum(pair.suspense.values())} there, {sum(waiting.values())} waiting")


def _settled(new: Pair, other: Pair) -> None:
    """Of one number, both countersigned the same statement and nothing else."""
    theirs = {paper.statement.number: paper.id for paper in other.papers.values() if paper.state == settlement.SIGNED}
    numbers: set[int] = set()
    for paper in new.papers.values():
        if paper.state != settlement.SIGNED:
            continue
        number = paper.statement.number
        if number in numbers or theirs.get(number, paper.id) != paper.id:
            raise Violation("settlement", f"two statements number {number} are countersigned")
        numbers.add(number)
        if [one.payment for one in new.log if one.kind == "settle"].count(paper.id) != 1:
            raise Violation("settlement", f"statement {paper.id} is not entered exactly once")


def check_end(nodes: Mapping[str, Books]) -> None:
    """Exactly once, and both books equal."""
    for books in nodes.values():
        for peer, pair in books.pairs.items():
            try:
                _ended(pair, nodes[peer].pairs[books.actor])
            except Violation as error:
                raise Violation(error.rule, f"{name_of(books.actor)} with {name_of(peer)}: {error.detail}") from error


def _ended(pair: Pair, other: Pair) -> None:
    """`pair` honours what `other` issued."""
    for payment, till in pair.tills.items():
        if not till.is_final:
            raise Violation("no final state", f"{payment} is {till.state} at the till")
        _agreed(pair, other, payment)
    for refund, asked in pair.refunds.items():
        if asked.state == "ASKED":
            raise Violation("no final state", f"refund {refund} was never answered")
    for payment, state in other.issued.items():
        if state.state is IssuerState.HELD:
            raise Violation("no final state", f"{payment} is held at the issuer")
    if [one.hash for one in pair.mirror] != [one.hash for one in other.log]:
        raise Violation("mirror", f"{len(pair.mirror)} entries at the end, the original has {len(other.log)}")
    sums = other.head.sums
    if pair.partner != sums.charged_price - sums.refunded_price:
        raise Violation("books", f"partner {pair.partner}, the log {sums.charged_price - sums.refunded_price}")
    if pair.suspense:
        raise Violation("suspense", "something is left though everything was answered")
    if pair.acked_seq != len(pair.log):
        raise Violation("heads", f"countersigned up to {pair.acked_seq} of {len(pair.log)}")
    signed = sorted(one.statement.number for one in pair.papers.values() if one.state == settlement.SIGNED)
    if signed != list(range(1, sums.settlements + 1)) or pair.head.sums.settlements != sums.settlements:
        raise Violation("settlement", f"numbers {signed}, {pair.head.sums.settlements} and {sums.settlements} settled")
    stuck = [one.id for one in pair.papers.values() if one.state in settlement.OPEN]
    if stuck:
        raise Violation("settlement", f"{', '.join(stuck)} still open")
