"""What administrators may send about neighbours."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class FollowInput(BaseModel):
    """A commune's web address, its host, or `name@host`."""

    address: str = Field(min_length=3, max_length=300)


class SureInput(BaseModel):
    """The second step of something that cannot be taken back."""

    sure: Literal["", "yes"] = ""


class RuleInput(SureInput):
    """A rule for a host and everything below it."""

    host: str = Field(min_length=1, max_length=253)
    rule: Literal["allow", "block", "none"]
    reason: str = Field("", max_length=300)


class ListedInput(SureInput):
    """Whether only hosts with a rule that allows them may federate."""

    only_listed: Literal["yes", "no"]


class RotationInput(SureInput):
    """New keys: with grace, or at once because the old ones leaked."""

    leaked: Literal["no", "yes"] = "no"


class ArrivalInput(BaseModel):
    """The address a node shall move to."""

    address: str = Field(min_length=3, max_length=255)
