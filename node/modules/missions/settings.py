"""What an administrator may set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings of the missions."""

    model_config = ConfigDict(extra="forbid")

    certification_days: int = Field(14, ge=0, le=90, title="Jours pour certifier une présence après la fin")
    most_tokens: int = Field(100, ge=0, le=100, title="Jetons au plus par créneau")
    reminder_hours: int = Field(24, ge=0, le=168, title="Rappel avant le début, en heures (0 : aucun)")
    show_neighbours: bool = Field(True, title="Montrer les missions des communes voisines")
