"""Settings of the ledger: `[ledger]` in `node.toml`, changeable by an administrator."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """How long tokens live, and how long they may be set aside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    validity_months: int = Field(6, ge=1, le=60, title="Validité des jetons (mois)")
    grace_days: int = Field(7, ge=0, le=60, title="Jours laissés pour réemployer des jetons remboursés")
    hold_minutes: int = Field(15, ge=1, le=24 * 60, title="Réservation à un guichet (minutes)")
    booking_hold_hours: int = Field(72, ge=1, le=24 * 31, title="Réservation à l’avance (heures)")
