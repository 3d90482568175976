"""What administrators may send about neighbours."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class FollowInput(BaseModel):
    """A commune's web address, its host, or `name@host`."""

    address: str = Field(min_length=3, max_length=300)


class RuleInput(BaseModel):
    """A rule for a host and everything below it."""

    host: str = Field(min_length=1, max_length=253)
    rule: Literal["allow", "block", "none"]
    reason: str = Field("", max_length=300)
