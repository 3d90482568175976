"""What happened in the ledger, told inside the transaction in which it happened. A replayed request tells nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from node.ledger.values import DayAmount, MemoValue


@dataclass(frozen=True, slots=True)
class TokensAwarded:
    """Tokens left the treasury for a wallet. `owner_id` is whose wallet it is."""

    transfer_id: str
    account_id: str
    owner_id: str
    amount: int
    cls: str
    lots: tuple[DayAmount, ...]
    memo: Mapping[str, MemoValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokensSpent:
    """Tokens left a wallet for `target`: the word `treasury`, or the id of an owed or partner account."""

    transfer_id: str
    account_id: str
    owner_id: str
    amount: int
    target: str
    lots: tuple[DayAmount, ...]
    memo: Mapping[str, MemoValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokensRefunded:
    """A payment came back, wholly or in part. `original_id` is the payment's transfer."""

    transfer_id: str
    original_id: str
    account_id: str
    owner_id: str
    amount: int
    lots: tuple[DayAmount, ...]


@dataclass(frozen=True, slots=True)
class TokensExpired:
    """The sweep took what was left of a lot whose last day, `day`, has passed."""

    transfer_id: str
    account_id: str
    owner_id: str
    amount: int
    day: date
