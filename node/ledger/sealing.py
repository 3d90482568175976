"""The hash chain over transfers, laid lazily: transfers are sealed in order some seconds after they were posted, so
that no payment waits for another's hash (`specs/decisions/0015-ledger-lazy-chain.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, select, update

from node.core.unit import Unit
from node.ledger import rules
from node.ledger.models import ENTRIES, HEADS, TRANSFERS
from node.ledger.posting import Hand, sql

CHAIN = "transfers"
CHUNK = 500
ORIGIN = "0" * 64
"""What stands before the first seal."""
_FIRST_HEAD = sql("INSERT INTO ledger_heads (name, seq, hash) VALUES (?, 0, ?) ON CONFLICT (name) DO NOTHING")


def seal(unit: Unit, limit: int = CHUNK) -> int:
    """Seal up to `limit` transfers that are not sealed yet, oldest first; answers how many."""
    Hand(unit).run(_FIRST_HEAD, CHAIN, ORIGIN)
    head = unit.session.execute(select(HEADS).where(HEADS.c.name == CHAIN).with_for_update()).one()
    waiting = select(TRANSFERS).where(TRANSFERS.c.seq.is_(None)).order_by(TRANSFERS.c.at, TRANSFERS.c.id).limit(limit)
    rows = unit.session.execute(waiting).all()
    if not rows:
        return 0
    seq, prev, changes = head.seq, head.hash, []
    for row, entries in with_entries(unit, rows):
        seq += 1
        found = seal_of(row, entries, seq, prev)
        changes.append({"own": row.id, "to_seq": seq, "to_prev": prev, "to_hash": found})
        prev = found
    change = update(TRANSFERS).where(TRANSFERS.c.id == bindparam("own"))
    new: dict[str, Any] = {"seq": bindparam("to_seq"), "prev": bindparam("to_prev"), "hash": bindparam("to_hash")}
    unit.session.connection().execute(change.values(new), changes)
    unit.session.execute(update(HEADS).where(HEADS.c.name == CHAIN).values(seq=seq, hash=prev))
    return len(rows)


def seal_of(row: Any, entries: Iterable[Any], seq: int, prev: str) -> str:
    """The hash of one transfer in the chain: SHA-256 over the canonical JSON of its row, its entries, its number and
    the hash before (`specs/ledger.md`, Chain)."""
    return rules.digest(
        {
            "seq": seq,
            "prev": prev,
            "id": row.id,
            "kind": row.kind,
            "account": row.account_id,
            "amount": row.amount,
            "at": row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "day": row.day.isoformat(),
            "memo": row.memo,
            "reverses": row.reverses,
            "body": row.body,
            "entries": [[e.account_id, e.cls, e.expiry_day.isoformat(), e.funder, e.amount] for e in entries],
        }
    )


def with_entries(unit: Unit, rows: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Each transfer with its entries in their order."""
    asked = select(ENTRIES).where(ENTRIES.c.transfer_id.in_([row.id for row in rows]))
    ordered = unit.session.execute(asked.order_by(ENTRIES.c.transfer_id, ENTRIES.c.number))
    found = {key: list(group) for key, group in groupby(ordered, key=lambda entry: entry.transfer_id)}
    for row in rows:
        yield row, found.get(row.id, [])
