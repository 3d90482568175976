"""What the forms of this part take."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from node.organisations import rules


class OrganisationInput(BaseModel):
    """What is said about an organisation."""

    name: str = Field(min_length=2, max_length=rules.LONGEST_NAME)
    summary: str = Field("", max_length=rules.LONGEST_SUMMARY)
    description: str = Field("", max_length=rules.LONGEST_DESCRIPTION)
    email: str = Field("", max_length=254)
    website: str = Field("", max_length=rules.LONGEST_WEBSITE)
    address: str = Field("", max_length=rules.LONGEST_ADDRESS)


class RequestInput(OrganisationInput):
    """A resident asks for one."""

    kind: Literal["association", "partner"] = "association"


class NewInput(OrganisationInput):
    """The desk makes one."""

    kind: Literal["association", "partner", "service"] = "association"


class MemberInput(BaseModel):
    """Somebody to add, by address."""

    member_email: str = Field(max_length=254)
    role: Literal["manager", "member"] = "member"


class RoleInput(BaseModel):
    """A member's new role."""

    role: Literal["manager", "member"]


class InvitationInput(BaseModel):
    """An invitation to withdraw."""

    email: str = Field(max_length=254)


class ListFilter(BaseModel):
    """The desk's list."""

    state: Literal["pending", "active", "closed"] = "active"
