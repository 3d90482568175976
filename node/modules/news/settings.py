"""What an administrator may set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings of the news."""

    model_config = ConfigDict(extra="forbid")

    feed_length: int = Field(30, ge=1, le=100, title="Articles dans le flux Atom")
    show_neighbours: bool = Field(True, title="Montrer les actualités des communes voisines")
