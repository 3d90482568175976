"""What agents may send at the desk."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field


class SearchInput(BaseModel):
    """Who is standing there, and why they are looked for."""

    q: str = Field("", max_length=100)
    birth_date: date | None = None
    card: str = Field("", max_length=300)
    purpose: str = Field(max_length=20)


class OpenInput(BaseModel):
    """Begin a visit."""

    account: str = Field(max_length=26)
    purpose: str = Field(max_length=20)


class CreateInput(BaseModel):
    """Somebody new without an e-mail address; `card`: of the guardian, for a child."""

    given_name: str = Field(max_length=80)
    family_name: str = Field("", max_length=80)
    birth_date: date | None = None
    card: str = Field("", max_length=300)


class CorrectInput(BaseModel):
    """A name or a date of birth put right."""

    given_name: str = Field(max_length=80)
    family_name: str = Field("", max_length=80)
    birth_date: date | None = None


class CardInput(BaseModel):
    """Which card is lost: the one that the page showed."""

    card: str = Field(max_length=26)


class GuardianInput(BaseModel):
    """The card of who answers for the child."""

    guardian_card: str = Field(max_length=300)


class HouseholdInput(BaseModel):
    """A code that somebody of the household gave."""

    code: str = Field(max_length=40)


class SureInput(BaseModel):
    """The last question before an account is closed."""

    sure: bool = False


class RemindedInput(BaseModel):
    """Whom the agent has told."""

    account: str = Field(max_length=26)
