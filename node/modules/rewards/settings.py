"""Settings of offers, bookings and tills."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The `[rewards]` table of `node.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    undo_minutes: int = Field(30, ge=1, le=24 * 60, title="Temps pour annuler à la caisse (minutes)")
    reads_per_hour: int = Field(300, ge=10, le=5000, title="Cartes lues par heure et par personne")
    refund_days: int = Field(90, ge=0, le=400, title="Temps pour rembourser un paiement (jours)")
    queue_days: int = Field(3, ge=1, le=14, title="Âge d’un encaissement saisi sans réseau, au plus (jours)")
    ahead_days: int = Field(90, ge=1, le=366, title="Réserver à l’avance, au plus (jours)")
    bookings_most: int = Field(10, ge=1, le=100, title="Réservations en cours par personne, au plus")
    reminder_hours: int = Field(24, ge=0, le=168, title="Rappel avant une réservation (heures ; 0 : aucun)")
    shops: bool = Field(False, title="Accepter des commerces de l’économie sociale et solidaire comme partenaires")
    worth_cents: int = Field(0, ge=0, le=10_000, title="Ce que la commune verse à un partenaire par jeton (centimes)")
    expense_account: str = Field("6188", pattern=r"^[0-9]{3,12}$", title="Compte de charge des jetons (M57)")
    partner_account: str = Field("46711", pattern=r"^[0-9]{3,12}$", title="Compte des partenaires créanciers (M57)")
