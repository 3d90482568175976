"""The ledger's rules, pure: which lots a payment takes, how long tokens live, what a refund restores."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from zlib import crc32

from node.core.errors import Invalid
from node.ledger.values import DayAmount, Lot, Memo, Portion

NEVER = date(9999, 12, 31)
CLASSES = frozenset({"token", "gold"})
AMOUNT_LIMIT = 1_000_000
MINT_LIMIT = 1_000_000_000
MEMO_LIMIT = 2_000
SAFE_INTEGER = 2**53 - 1
SHARDS = 64
HOLDERS = ("wallet", "visitor", "household")
"""Kinds of accounts whose tokens expire."""
TARGETS = ("owed", "partner", "suspense")
"""Kinds of accounts a payment may go to, beside the treasury."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,63}")
_MEMO_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHARD_IDS = tuple(f"treasury-{number:02}" for number in range(SHARDS))


def expiry_day(awarded: date, months: int) -> date:
    """The last valid day of tokens awarded on a day: the same day of the month, `months` later, or its last day."""
    year, month = divmod(awarded.year * 12 + awarded.month - 1 + months, 12)
    return date(year, month + 1, min(awarded.day, monthrange(year, month + 1)[1]))


def refund_day(original: date, today: date, grace_days: int) -> date:
    """The last valid day of refunded tokens: the one they had, but never less than `grace_days` from today."""
    return max(original, today + timedelta(days=grace_days))


def choose(lots: Iterable[Lot], amount: int, today: date, *, first: Portion | None = None) -> tuple[Portion, ...]:
    """The tokens a payment of `amount` takes: valid today, not held, earliest last day first, the lot of `first`
    before all others. They add up to less than `amount` if the lots do not suffice."""
    favoured = (first.expiry_day, first.funder) if first else None
    chosen: list[Portion] = []
    for lot in sorted(lots, key=lambda lot: ((lot.expiry_day, lot.funder) != favoured, lot.expiry_day, lot.funder)):
        if amount == 0:
            break
        if lot.expiry_day >= today and lot.free > 0:
            taken = min(lot.free, amount)
            amount -= taken
            chosen.append(Portion(lot.cls, lot.expiry_day, lot.funder, taken))
    return tuple(chosen)


def part(portions: Sequence[Portion], skip: int, amount: int) -> tuple[Portion, ...]:
    """`amount` tokens of `portions`, after `skip` of them, in their order."""
    found: list[Portion] = []
    for portion in portions:
        passed = min(skip, portion.amount)
        taken = min(portion.amount - passed, amount)
        skip, amount = skip - passed, amount - taken
        if taken:
            found.append(Portion(portion.cls, portion.expiry_day, portion.funder, taken))
    return tuple(found)


def restored(spent: Sequence[Portion], refunded: int, amount: int, today: date, grace_days: int) -> tuple[Portion, ...]:
    """The lots a refund of `amount` gives back, when `refunded` tokens of the payment came back before. What expires
    last comes back first: it was taken last."""
    latest_first = sorted(spent, key=lambda portion: (portion.expiry_day, portion.funder), reverse=True)
    return merged(
        Portion(p.cls, refund_day(p.expiry_day, today, grace_days), p.funder, p.amount)
        for p in part(latest_first, refunded, amount)
    )


def merged(portions: Iterable[Portion]) -> tuple[Portion, ...]:
    """The same tokens with one portion per lot, earliest last day first."""
    sums: dict[tuple[date, str, str], int] = {}
    for p in portions:
        key = (p.expiry_day, p.cls, p.funder)
        sums[key] = sums.get(key, 0) + p.amount
    return tuple(Portion(cls, day, funder, amount) for (day, cls, funder), amount in sorted(sums.items()))


def by_day(portions: Iterable[Portion]) -> tuple[DayAmount, ...]:
    """Tokens per last valid day, ascending."""
    days: dict[date, int] = {}
    for p in portions:
        days[p.expiry_day] = days.get(p.expiry_day, 0) + p.amount
    return tuple(sorted(days.items()))


def total(portions: Iterable[Portion]) -> int:
    return sum(p.amount for p in portions)


def shard_of(transfer_id: str, *, spread: bool = True) -> str:
    """The shard of the treasury a transfer turns to first. Any even spread will do; this one is the same each time
    a transfer is tried. Where one writer works at a time anyway (`spread` false) it is always the first, so that
    fewer pages are written."""
    return _SHARD_IDS[crc32(transfer_id.encode()) % SHARDS if spread else 0]


def shard_ids() -> tuple[str, ...]:
    return _SHARD_IDS


def check_amount(amount: int, limit: int = AMOUNT_LIMIT) -> None:
    """Raises Invalid `ledger.amount` unless `amount` is an integer in 1..`limit`."""
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= limit:
        raise Invalid("ledger.amount", field="amount", limit=limit)


def check_id(identifier: str) -> None:
    """Raises Invalid `ledger.id` unless it is 1 to 64 letters, digits and `._:~-`, beginning with one of the first."""
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise Invalid("ledger.id")


def check_class(cls: str) -> None:
    if cls not in CLASSES:
        raise Invalid("ledger.class")


def memo_text(memo: Memo) -> str:
    """A memo as canonical JSON. Raises Invalid `ledger.memo` unless it is a flat object of texts, integers, booleans
    and nulls, with plain lower-case keys, of at most `MEMO_LIMIT` characters."""
    for key, value in memo.items():
        if not isinstance(key, str) or not _MEMO_KEY.fullmatch(key) or not _plain(value):
            raise Invalid("ledger.memo")
    text = canonical(dict(memo))
    if len(text) > MEMO_LIMIT:
        raise Invalid("ledger.memo")
    return text


def _plain(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or not _SURROGATE.search(value))
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= SAFE_INTEGER)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> str:
    """JSON with sorted keys and no space. For what the ledger hashes (ASCII keys, texts, integers, booleans, nulls,
    lists) this is RFC 8785 to the byte; a test compares the two."""
    return _encode(value)


def body_digest(kind: str, memo_text: str, *fields: object) -> str:
    """The digest of a request: equal for two requests that ask for the same. No field but the last ones can hold the
    separator: ids are checked, JSON escapes it, accounts must exist."""
    return sha256("\x1f".join([kind, memo_text, *map(str, fields)]).encode()).hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return sha256(canonical(value).encode()).hexdigest()
