"""What the ledger answers: frozen values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

MemoValue: TypeAlias = str | int | bool | None
Memo: TypeAlias = Mapping[str, MemoValue]
DayAmount: TypeAlias = tuple[date, int]
AccountKind = Literal["treasury", "wallet", "visitor", "household", "partner", "owed", "suspense"]
Kind = Literal["mint", "destroy", "award", "spend", "refund", "expire", "correct", "move"]
HoldState = Literal["held", "committed", "released", "expired"]


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    kind: AccountKind
    owner_id: str


@dataclass(frozen=True, slots=True)
class Lot:
    """Tokens of one class, last valid on `expiry_day` (inclusive), paid for by `funder` (empty: the commune).
    `held` of the `amount` are set aside by holds."""

    cls: str
    expiry_day: date
    funder: str
    amount: int
    held: int = 0

    @property
    def free(self) -> int:
        return self.amount - self.held


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a lot."""

    cls: str
    expiry_day: date
    funder: str
    amount: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer as it was first carried out. `lots`: tokens of the wallet concerned, by last valid day, ascending;
    empty where no wallet is concerned."""

    transfer_id: str
    amount: int
    lots: tuple[DayAmount, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A hold and its present state. `until` is exclusive: at that instant it is over."""

    hold_id: str
    account_id: str
    amount: int
    until: datetime
    state: HoldState
    lots: tuple[DayAmount, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet holds today. `total = available + held`, and `lots` add up to `total`: a lot whose day has passed
    is there only with what a hold still protects."""

    total: int
    available: int
    held: int
    lots: tuple[Lot, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as an account sees it: `amount` is positive for what came, negative for what left."""

    transfer_id: str
    kind: Kind
    amount: int
    at: datetime
    day: date
    memo: Memo
    reverses: str | None = None
    lots: tuple[DayAmount, ...] = ()


@dataclass(frozen=True, slots=True)
class Supply:
    """Where all tokens of one class are. `minted − destroyed = treasury + circulating + lapsed + owed`.

    `circulating`: spendable in wallets, `held` of it set aside; `lapsed`: day passed, not swept yet; `owed`: with
    neighbours, partners and in suspense. `expired` (lapsed included) and `spent` (less refunds) are sums since the
    beginning."""

    minted: int
    destroyed: int
    treasury: int
    circulating: int
    held: int
    lapsed: int
    owed: int
    expired: int
    spent: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What one bounded sweep did. `more`: there may be more lots to sweep."""

    lots: int
    amount: int
    more: bool


@dataclass(frozen=True, slots=True)
class Expiring:
    """Free tokens of one lot that end soon. `kind`: wallet or household; `owner_id`: whose."""

    account_id: str
    kind: AccountKind
    owner_id: str
    cls: str
    expiry_day: date
    amount: int
