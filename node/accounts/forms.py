"""What the forms of this part take. What an address, a name or a password may be is the domain's business (`rules`)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from node.accounts import rules


class LinkInput(BaseModel):
    """Ask for a one-time link."""

    email: str = Field(max_length=rules.LONGEST_EMAIL)
    next: str = Field("", max_length=2000)


class PasswordSignInInput(BaseModel):
    """Sign in with a password."""

    email: str = Field(max_length=rules.LONGEST_EMAIL)
    password: str = Field(max_length=1000)
    next: str = Field("", max_length=2000)


class NewPasswordInput(BaseModel):
    """A new password, on the page of a link."""

    password: str = Field(max_length=1000)


class NameInput(BaseModel):
    """Who somebody is: on joining, and at the desk."""

    given_name: str = Field(max_length=rules.LONGEST_NAME)
    family_name: str = Field("", max_length=rules.LONGEST_NAME)


class ProfileInput(NameInput):
    """Names and language."""

    locale: Literal["fr", "en"] = "fr"


class ChangePasswordInput(BaseModel):
    """`current` is asked for when there is a password already."""

    current: str = Field("", max_length=1000)
    password: str = Field(max_length=1000)


class EmailInput(BaseModel):
    """A new address, to be confirmed from its mailbox."""

    email: str = Field(max_length=rules.LONGEST_EMAIL)


class TokenInput(BaseModel):
    """A personal token for the JSON API."""

    name: str = Field(max_length=60)
    scopes: list[str] = Field(min_length=1, max_length=len(rules.SCOPES))


class PeopleFilter(BaseModel):
    """The list of people."""

    q: str = Field("", max_length=100)
    role: Literal["", "agent", "elected_member", "administrator"] = ""
    page: int = Field(1, ge=1, le=10_000)


class RoleInput(BaseModel):
    """A role to give or take."""

    role: str = Field(max_length=30)


class CloseInput(BaseModel):
    """The last question before an account is closed."""

    sure: bool = False


class TakeoverInput(BaseModel):
    """A printed code, and the address that the account is to have."""

    code: str = Field(max_length=40)
    email: str = Field(max_length=rules.LONGEST_EMAIL)
