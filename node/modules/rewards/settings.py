"""Settings of offers and tills."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The `[rewards]` table of `node.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    undo_minutes: int = Field(30, ge=1, le=24 * 60, title="Temps pour annuler à la caisse (minutes)")
    reads_per_hour: int = Field(300, ge=10, le=5000, title="Cartes lues par heure et par personne")
