"""The path of every transfer: its row once per id, its entries, the lots it changes.

These few statements are on every award and payment, so they go to the database's own cursor; the SQL is one for
SQLite and PostgreSQL but for the placeholder and the row locks. A refusal leaves nothing behind, even if the caller
catches it and commits: nothing is written before the rules have agreed, or what was is taken back here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.ledger import rules
from node.ledger.rules import NEVER
from node.ledger.values import Kind, Lot, Memo, Portion, Posted

TREASURY = "treasury"
"""The treasury as the target of a payment or a move."""


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement as each database writes it."""

    sqlite: str
    postgres: str


def sql(text: str, lock: str = "") -> Sql:
    """`lock` is added on PostgreSQL only: SQLite has one writer anyway."""
    return Sql(text, text.replace("?", "%s") + lock)


@dataclass(frozen=True, slots=True)
class Draft:
    """A transfer that asks to be posted. `body` is the digest of the request, `memo` canonical JSON."""

    id: str
    kind: Kind
    amount: int
    memo: str
    body: str
    account_id: str | None = None
    reverses: str | None = None


def draft(kind: Kind, transfer_id: str, amount: int, memo: Memo, account_id: str | None, **more: str | None) -> Draft:
    """Check the id and the memo, and digest the request. `more` are its other fields, always in one order."""
    rules.check_id(transfer_id)
    text = rules.memo_text(memo)
    body = rules.body_digest(kind, text, account_id, amount, *more.values())
    return Draft(transfer_id, kind, amount, text, body, account_id, more.get("reverses"))


def with_amount(asked: Draft, amount: int) -> Draft:
    """The same request with the amount the ledger itself decided."""
    return replace(asked, amount=amount)


@dataclass(frozen=True, slots=True)
class Leg:
    """Tokens to an account (negative: from it), of one lot."""

    account_id: str
    cls: str
    expiry_day: date
    funder: str
    amount: int


def legs(account_id: str, portions: Iterable[Portion], sign: int) -> list[Leg]:
    return [Leg(account_id, p.cls, p.expiry_day, p.funder, sign * p.amount) for p in portions]


class Hand:
    """The database's cursor inside this unit's transaction. Rows are plain tuples; days come as `day` reads them."""

    __slots__ = ("_connection", "_cursor", "postgres")

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.session.connection()
        self.postgres = self._connection.dialect.name == "postgresql"
        self._cursor: Any = None if self.postgres else self._connection.connection.cursor()

    def run(self, statement: Sql, *values: object) -> Any:
        """Carry out a statement; answers something with `fetchone`, `fetchall` and `rowcount`."""
        if self.postgres:
            return self._connection.exec_driver_sql(
                statement.postgres, values
            )  # wraps errors, so that they are retried
        return self._cursor.execute(statement.sqlite, values)


def day(value: Any) -> date:
    """A day as either database gives it."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def moment(now: datetime, postgres: bool) -> str:
    """An instant as either database takes it."""
    text = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return text + "+00" if postgres else text


_ACCOUNT = sql("SELECT kind, owner FROM ledger_accounts WHERE id = ?", " FOR UPDATE")
_ACCOUNT_UNLOCKED = sql("SELECT kind, owner FROM ledger_accounts WHERE id = ?")
_LOTS = sql(
    "SELECT a.kind, a.owner, l.expiry_day, l.funder, l.amount, l.held FROM ledger_accounts a"
    " LEFT JOIN ledger_lots l ON l.account_id = a.id AND l.cls = ? AND l.expiry_day >= ? AND l.amount > l.held"
    " WHERE a.id = ? ORDER BY l.expiry_day, l.funder",
    " FOR UPDATE OF a",
)
_INSERT_TRANSFER = sql(
    "INSERT INTO ledger_transfers (id, kind, account_id, amount, at, day, memo, reverses, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
)
_DELETE_TRANSFER = sql("DELETE FROM ledger_transfers WHERE id = ?")
_FIRST = sql("SELECT kind, account_id, amount, body FROM ledger_transfers WHERE id = ?")
_FIRST_LOTS = sql(
    "SELECT cls, expiry_day, funder, amount FROM ledger_entries"
    " WHERE transfer_id = ? AND account_id = ? ORDER BY number"
)
_PUT = sql(
    "INSERT INTO ledger_lots (account_id, cls, expiry_day, funder, amount, held) VALUES (?, ?, ?, ?, ?, 0)"
    " ON CONFLICT (account_id, cls, expiry_day, funder) DO UPDATE SET amount = ledger_lots.amount + excluded.amount"
)
_TAKE = sql(
    "UPDATE ledger_lots SET amount = amount - ?"
    " WHERE account_id = ? AND cls = ? AND expiry_day = ? AND funder = ? AND amount - held >= ?"
)
_AMOUNT = sql("SELECT amount FROM ledger_lots WHERE account_id = ? AND cls = ? AND expiry_day = ? AND funder = ''")
_TREASURY_LOTS = sql(
    "SELECT l.account_id, l.amount FROM ledger_lots l JOIN ledger_accounts a ON a.id = l.account_id"
    " WHERE a.kind = 'treasury' AND l.cls = ? AND l.amount > 0 ORDER BY l.account_id",
    " FOR UPDATE OF l",
)


_ENTRY = "INSERT INTO ledger_entries (transfer_id, number, account_id, cls, expiry_day, funder, amount) VALUES "


@cache
def _insert_entries(count: int) -> Sql:
    return sql(_ENTRY + ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * count))


ENTRIES_AT_ONCE = 16


def lock_holder(hand: Hand, account_id: str) -> str:
    """Lock an account whose tokens expire; answers its owner. Raises NotFound, Invalid."""
    return _owner(hand.run(_ACCOUNT, account_id).fetchone(), rules.HOLDERS)


def lock_lots(hand: Hand, account_id: str, cls: str, today: date) -> tuple[str, list[Lot]]:
    """Lock an account; answers its owner and the lots with something to spend today, earliest last day first."""
    rows = hand.run(_LOTS, cls, today.isoformat(), account_id).fetchall()
    owner = _owner(rows[0] if rows else None, rules.HOLDERS)
    return owner, [Lot(cls, day(row[2]), row[3], row[4], row[5]) for row in rows if row[2] is not None]


def check_target(hand: Hand, target: str) -> None:
    """Raises NotFound or Invalid unless `target` may be paid: the treasury, or an owed, partner or suspense account."""
    if target != TREASURY:
        _owner(hand.run(_ACCOUNT_UNLOCKED, target).fetchone(), rules.TARGETS)


def _owner(row: Any, kinds: tuple[str, ...]) -> str:
    if row is None:
        raise NotFound("ledger.account-unknown")
    if row[0] not in kinds:
        raise Invalid("ledger.account-kind")
    owner: str = row[1]
    return owner


def begin(unit: Unit, hand: Hand, asked: Draft) -> Posted | None:
    """Write the transfer's row. Answers the first result if the id was used with the same body; raises Conflict
    `ledger.conflict` if it was used with another."""
    values = (asked.id, asked.kind, asked.account_id, asked.amount, moment(unit.now, hand.postgres))
    more = (unit.today.isoformat(), asked.memo, asked.reverses, asked.body)
    if hand.run(_INSERT_TRANSFER, *values, *more).rowcount == 1:
        return None
    first = first_result(hand, asked)
    assert first is not None, "the id is taken"
    return first


def write(unit: Unit, hand: Hand, asked: Draft) -> None:
    """Write the row of a transfer whose id was seen to be free, in this transaction."""
    assert begin(unit, hand, asked) is None, "the id was seen to be free"


def forget(hand: Hand, asked: Draft) -> None:
    """Take back the row that `begin` has just written: the rules refused after all."""
    hand.run(_DELETE_TRANSFER, asked.id)


def first_result(hand: Hand, asked: Draft) -> Posted | None:
    """What the first request with this id answered, None if there was none. Raises Conflict `ledger.conflict`."""
    row = hand.run(_FIRST, asked.id).fetchone()
    if row is None:
        return None
    if row[3] != asked.body:
        raise Conflict("ledger.conflict")
    return Posted(asked.id, row[2], rules.by_day(own_portions(hand, asked.id, row[1])))


def own_portions(hand: Hand, transfer_id: str, account_id: str | None) -> tuple[Portion, ...]:
    """The tokens of `account_id` that a transfer moved, in the order of its entries, as positive amounts."""
    rows = hand.run(_FIRST_LOTS, transfer_id, account_id).fetchall()
    return tuple(Portion(row[0], day(row[1]), row[2], abs(row[3])) for row in rows)


def put(hand: Hand, to: str, portion: Portion) -> None:
    """Add tokens to a lot."""
    hand.run(_PUT, to, portion.cls, portion.expiry_day.isoformat(), portion.funder, portion.amount)


def take(hand: Hand, source: str, portion: Portion) -> bool:
    """Take tokens that no hold protects out of a lot; False, and nothing changed, if it has not as many."""
    amount = portion.amount
    key = (source, portion.cls, portion.expiry_day.isoformat(), portion.funder)
    taken: int = hand.run(_TAKE, amount, *key, amount).rowcount
    return taken == 1


def amount_of(hand: Hand, account_id: str, cls: str) -> int:
    """What an account of the commune's own books holds."""
    row = hand.run(_AMOUNT, account_id, cls, NEVER.isoformat()).fetchone()
    return int(row[0]) if row else 0


def take_all(hand: Hand, source: str, portions: Iterable[Portion]) -> list[Leg]:
    """Take portions that were seen to be there, in this transaction and under the account's lock."""
    found = list(portions)
    for portion in found:
        assert take(hand, source, portion), "lots seen under the account's lock were changed"
    return legs(source, found, -1)


def give(hand: Hand, target: str, transfer_id: str, cls: str, amount: int) -> list[Leg]:
    """Put tokens that no longer expire into the treasury or an account of the commune's own books."""
    account_id = rules.shard_of(transfer_id, spread=hand.postgres) if target == TREASURY else target
    portion = Portion(cls, NEVER, "", amount)
    put(hand, account_id, portion)
    return legs(account_id, [portion], 1)


def take_treasury(hand: Hand, transfer_id: str, cls: str, amount: int) -> list[Leg]:
    """Take tokens from the transfer's shard; if it has too few, from the fullest ones. Raises Conflict
    `ledger.treasury-short` with what is missing, and then nothing was taken."""
    home = rules.shard_of(transfer_id, spread=hand.postgres)
    portion = Portion(cls, NEVER, "", amount)
    if take(hand, home, portion):
        return legs(home, [portion], -1)
    shards = sorted(hand.run(_TREASURY_LOTS, cls).fetchall(), key=lambda row: -row[1])
    missing = amount - sum(row[1] for row in shards)
    if missing > 0:
        raise Conflict("ledger.treasury-short", missing=missing)
    taken: list[Leg] = []
    for shard, there in shards:
        if amount == 0:
            break
        part = min(there, amount)
        amount -= part
        taken += take_all(hand, shard, [Portion(cls, NEVER, "", part)])
    return taken


def write_entries(hand: Hand, transfer_id: str, found: Sequence[Leg]) -> None:
    """Write a transfer's legs, numbered from 0."""
    for start in range(0, len(found), ENTRIES_AT_ONCE):
        some = found[start : start + ENTRIES_AT_ONCE]
        values: list[object] = []
        for number, leg in enumerate(some, start):
            values += (transfer_id, number, leg.account_id, leg.cls, leg.expiry_day.isoformat(), leg.funder, leg.amount)
        hand.run(_insert_entries(len(some)), *values)
