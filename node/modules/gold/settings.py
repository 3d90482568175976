"""What an administrator may set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings of the draws."""

    model_config = ConfigDict(extra="forbid")

    claim_days: int = Field(30, ge=1, le=366, title="Jours pour prendre un lot gagné")
    answer_hours: int = Field(
        24, ge=1, le=168, title="Heures pendant lesquelles les réponses des témoins sont attendues"
    )
    witness: bool = Field(True, title="Servir de témoin aux tirages des communes voisines")
