"""What comes in at a simulated node, to whoever answers it: as `node.honour.exchange`."""

from __future__ import annotations

from datetime import datetime

from node.simulation import issuing, settling
from node.simulation.books import Books, Pair
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.merkle import frontier
from protocols.honour.mirror import answer_pull, check_ack


def answer(books: Books, pair: Pair, message: m.Message, now: datetime, seeds: settling.Seeds) -> m.Message:
    """The answer to one message of a neighbour, in one transaction."""
    match message:
        case m.PaymentMessage():
            return issuing.answer(books, pair, message, now)
        case m.Pull():
            page = pair.log[max(0, message.from_seq - 1) :][: wire.MOST_ENTRIES]
            return answer_pull(message, page, pair.head, now)
        case m.AckHead():
            ours = pair.log[: message.seq]
            check_ack(
                message,
                hash_at=ours[-1].hash if message.seq == len(ours) else None,
                root_at=frontier(entry.hash for entry in ours).root,
            )
            pair.acked_seq = max(pair.acked_seq, message.seq)
        case m.Statement():
            if (reply := settling.hear(pair, message, now, seeds)) is not None:
                return reply
        case m.StatementAck():
            settling.hear_ack(pair, message, now, seeds)
        case m.Dispute():
            settling.hear_dispute(pair, message)
        case _:
            raise AssertionError(f"nobody asked for {type(message).__name__}")
    return _standing(pair, message, now)


def _standing(pair: Pair, message: m.Message, now: datetime) -> m.Entries:
    return m.Entries(
        terms=message.terms,
        sender=message.recipient,
        recipient=message.sender,
        created=now.replace(microsecond=0),
        log=pair.head.log,
        entries=(),
        head=pair.head,
    )
