"""A run as text: who sent what when, what every commit changed, which rule was broken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from node.simulation.books import Books, Pair
from protocols.honour import messages as m

SAID = ("payment", "refund", "statement", "number", "price", "hold", "state", "until", "code", "from_seq", "seq")
"""What is told of a message."""


class Trace:
    """Lines of a run. Nothing is written down unless `on`: text costs more than the run itself."""

    def __init__(self, on: bool) -> None:
        self.on = on
        self.lines: list[str] = []

    def say(self, second: float, what: str) -> None:
        if self.on:
            minutes, rest = divmod(second, 60)
            hours, minutes = divmod(int(minutes), 60)
            self.lines.append(f"{hours:02}:{minutes:02}:{rest:06.3f}  {what}")

    def committed(self, second: float, label: str, before: Books, after: Books, peer: str, now: datetime) -> None:
        """What a transaction changed, with the node's own clock."""
        if not self.on:
            return
        changes = _changes(before.pairs[peer], after.pairs[peer])
        for name, amount in after.wallets.items():
            if before.wallets[name] != amount:
                changes.append(f"{name} {before.wallets[name]} → {amount}")
        said = "; ".join(changes) or "nothing new"
        self.say(second, f"{name_of(after.actor)} [{now:%H:%M:%S}] {label}: {said}")


def name_of(actor: str) -> str:
    """`https://a.example/actor` as `a`."""
    return actor.partition("://")[2].partition(".")[0]


def words(message: m.Message) -> str:
    """A message in few words: `Charge payment-00000001 price 5`."""
    parts = [type(message).__name__]
    for name in SAID:
        value: Any = getattr(message, name, None)
        if value is None:
            continue
        if name in ("payment", "refund", "statement"):
            parts.append(str(value))
        else:
            parts.append(f"{name} {value:%H:%M:%S}" if isinstance(value, datetime) else f"{name} {value}")
    if isinstance(message, m.Committed | m.Refunded):
        parts.append(f"entry {message.entry.seq}")
    if isinstance(message, m.Entries):
        seqs = [entry.seq for entry in message.entries]
        parts.append(f"{f'{seqs[0]}…{seqs[-1]}' if seqs else 'none'} of {message.head.seq}")
    return " ".join(parts)


def _changes(before: Pair, after: Pair) -> list[str]:
    found = []
    for kind, old, new in (
        ("issued", before.issued, after.issued),
        ("till", before.tills, after.tills),
        ("refund", before.refunds, after.refunds),
        ("statement", before.papers, after.papers),
    ):
        for key in (*new, *(key for key in old if key not in new)):
            was, now = _state(old.get(key)), _state(new.get(key))
            if was != now:
                found.append(f"{kind} {key} {was} → {now}")
    for name, was_long, now_long in (("log", before.log, after.log), ("mirror", before.mirror, after.mirror)):
        if len(was_long) != len(now_long):
            found.append(f"{name} {len(was_long)} → {len(now_long)}")
    for terms, (_, live) in after.terms.items():
        if before.terms.get(terms, (None, False))[1] != live:
            found.append(f"terms {terms[:8]} {'in force' if live else 'over'}")
    return found


def _state(row: Any) -> str:
    return "∅" if row is None else str(row.state)
