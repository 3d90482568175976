"""What people may send about wallets, and what machines may read."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class LostInput(BaseModel):
    """Which card is lost: the one that the page showed."""

    card: str = Field(max_length=26)


class MailInput(BaseModel):
    """Whether reminders come by mail."""

    by_mail: bool = False


class RemindedInput(BaseModel):
    """Whom an agent has told at the desk."""

    account: str = Field(max_length=26)


class LotOut(BaseModel):
    """Tokens by the last day on which they are valid."""

    expiry_day: date
    amount: int


class MovementOut(BaseModel):
    """One movement of a wallet; `amount` is negative for what left."""

    id: str
    title: str
    amount: int
    at: datetime


class WalletOut(BaseModel):
    """A person's own wallet."""

    total: int
    available: int
    held: int
    lots: list[LotOut]
    movements: list[MovementOut]


class SupplyOut(BaseModel):
    """Where all tokens are: `minted - destroyed = treasury + circulating + lapsed + owed`."""

    minted: int
    destroyed: int
    treasury: int
    circulating: int
    held: int
    lapsed: int
    owed: int
    expired: int
    spent: int
