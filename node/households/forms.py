"""What people may send about households and children."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from node.core.ids import new_id
from node.households import rules

ID = r"^[0-9A-Z]{26}$"


class NameInput(BaseModel):
    """A new household."""

    name: str = Field(max_length=rules.LONGEST_NAME)


class CodeInput(BaseModel):
    """A code that somebody gave."""

    code: str = Field(max_length=40)


class AmountInput(BaseModel):
    """Tokens out of the purse. `transfer_id` makes a second click harmless."""

    amount: int = Field(ge=1, le=rules.LIMIT)
    transfer_id: str = Field(pattern=ID, default_factory=new_id)


class PutInput(BaseModel):
    """Tokens into the purse."""

    put_tokens: int = Field(ge=1, le=rules.LIMIT)
    transfer_id: str = Field(pattern=ID, default_factory=new_id)


class GuardianCodeInput(BaseModel):
    """A code that a child's guardian gave."""

    guardian_code: str = Field(max_length=40)


class MemberLimitInput(BaseModel):
    """What a member may take each week."""

    account: str = Field(max_length=26)
    tokens: int = Field(ge=0, le=rules.LIMIT)


class ChildInput(BaseModel):
    """A child's account."""

    given_name: str = Field(max_length=80)
    family_name: str = Field("", max_length=80)
    birth_date: date


class LimitsInput(BaseModel):
    """What a child may spend."""

    day_tokens: int = Field(ge=0, le=rules.LIMIT)
    week_tokens: int = Field(ge=0, le=rules.LIMIT)


class CardInput(BaseModel):
    """Which card is meant: the one that the page showed."""

    card: str = Field(max_length=26)
