"""Settings of federation."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Settings(BaseModel):
    """The `[neighbours]` table of `node.toml`."""

    allow_listed_only: bool = Field(False, title="Ne parler qu’aux communes autorisées")
    open_following: bool = Field(True, title="Accepter tous les abonnés")
