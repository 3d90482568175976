"""Settings of the emission: `[emission]` in `node.toml`, changeable by an administrator."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """What the council decided once and for all. Zero always means: no limit, never."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    yearly_ceiling: int = Field(0, ge=0, le=1_000_000_000, title="Plafond annuel d’émission, en jetons (0 : aucun)")
    yearly_ceiling_gold: int = Field(0, ge=0, le=1_000_000, title="Plafond annuel, jetons en or (0 : aucun)")
    reserve_first: int = Field(
        0, ge=0, le=1_000_000_000, title="Ne rien créer tant que la réserve compte plus de … jetons (0 : toujours)"
    )
    cap_week: int = Field(0, ge=0, le=100_000, title="Plafond par personne et par semaine (0 : aucun)")
    cap_month: int = Field(0, ge=0, le=100_000, title="Plafond par personne et par mois (0 : aucun)")
    cap_year: int = Field(0, ge=0, le=100_000, title="Plafond par personne et par an (0 : aucun)")
    budget_month: int = Field(
        0, ge=0, le=1_000_000, title="Budget mensuel d’une association qui n’en a pas d’autre (0 : aucun)"
    )
    second_signature_from: int = Field(
        50, ge=0, le=100_000, title="Seconde signature à partir de … jetons (0 : jamais)"
    )
    pair_times: int = Field(5, ge=0, le=1_000, title="Alerte : même personne certifiée par la même, fois (0 : jamais)")
    pair_days: int = Field(30, ge=1, le=366, title="Alerte : sur combien de jours")
    burst_times: int = Field(
        60, ge=0, le=10_000, title="Alerte : certifications d’une personne à la suite (0 : jamais)"
    )
    burst_minutes: int = Field(60, ge=1, le=1_440, title="Alerte : en combien de minutes")
    audit_percent: int = Field(5, ge=0, le=100, title="Contrôles tirés au sort chaque mois, en % (0 : aucun)")
    districts: str = Field("", max_length=2_000, title="Quartiers, séparés par des points-virgules")
