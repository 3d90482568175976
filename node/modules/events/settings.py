"""What an administrator may set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings of the agenda."""

    model_config = ConfigDict(extra="forbid")

    reminder_hours: int = Field(24, ge=0, le=168, title="Rappel avant le début, en heures (0 : aucun)")
    check_in_days: int = Field(7, ge=0, le=60, title="Jours pour noter les arrivées après la fin")
    announce_days: int = Field(30, ge=1, le=365, title="Dates d’une série annoncées aux abonnés tant de jours avant")
    show_neighbours: bool = Field(True, title="Montrer les événements des communes voisines")
