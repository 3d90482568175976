"""What people send about sharing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class JoinInput(BaseModel):
    """A resident asks for a place at a neighbour's. `name`: what may be passed on; `consent`: that it may be."""

    name: str = Field(min_length=1, max_length=60)
    consent: bool = False
    slot: str = Field("", max_length=500)


class HideInput(BaseModel):
    """Something from outside that is to be shown no longer."""

    scope: Literal["object", "organisation", "peer"]
    host: str = Field(max_length=262)
    uri: str = Field("", max_length=500)
    organisation: str = Field("", max_length=300)
    label: str = Field("", max_length=200)
    reason: str = Field(min_length=3, max_length=300)
