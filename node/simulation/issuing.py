"""The issuing side on simulated books: as `node.honour.issuing`, with the same handlers."""

from __future__ import annotations

from datetime import datetime

from node.simulation.books import Books, Pair
from protocols.honour import issuer
from protocols.honour import messages as m
from protocols.honour.tables import IssuerState


def answer(books: Books, pair: Pair, message: m.PaymentMessage, now: datetime) -> m.PaymentMessage:
    """Decide on one message and perform the decision."""
    facts = books.facts(pair, message, now)
    decision = issuer.handle(pair.issued.get(message.payment), message, facts, now)
    if decision.new_state is not None:
        pair.issued[message.payment] = decision.new_state
    else:
        pair.issued.pop(message.payment, None)
    for effect in decision.effects:
        books.perform(pair, message, effect)
    assert decision.reply is not None
    return decision.reply


def sweep(books: Books, pair: Pair, now: datetime) -> None:
    """Let holds run out."""
    for payment, state in list(pair.issued.items()):
        if state.state is not IssuerState.HELD:
            continue
        decision = issuer.expire(state, now)
        assert decision.new_state is not None
        pair.issued[payment] = decision.new_state
        for effect in decision.effects:
            books.perform(pair, None, effect)
