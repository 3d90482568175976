"""Words of the pages, by key; translated where they are shown."""

from __future__ import annotations

from node.civic.words import N_

KINDS = {"mission": N_("Mission")}
BASES = {"action": N_("jetons par action"), "hour": N_("jetons par heure")}
PERIODS = {"week": N_("semaine"), "month": N_("mois"), "year": N_("an")}
CLASSES = {"token": N_("Jetons ordinaires"), "gold": N_("Jetons en or")}
EFFECTS = {"issue": N_("Créer des jetons"), "withdraw": N_("Retirer des jetons (correction)")}
ACT_STATES = {
    "entered": N_("À confirmer"),
    "confirmed": N_("Confirmée"),
    "rejected": N_("Écartée"),
}
STATES = {
    "waiting": N_("Attend une seconde signature"),
    "paid": N_("Versés"),
    "refused": N_("Refusés"),
    "revoked": N_("Annulés"),
}
TONES = {"waiting": "warn", "paid": "good", "refused": "bad", "revoked": "bad"}
REASONS = {
    "scale": N_("Limité par le barème de la commune"),
    "week": N_("Plafond de la semaine atteint"),
    "month": N_("Plafond du mois atteint"),
    "year": N_("Plafond de l’année atteint"),
}
FINDINGS = {
    "sound": N_("Conforme : l’action a bien eu lieu"),
    "doubt": N_("Doute : à suivre"),
    "false": N_("Non conforme : à annuler"),
}
CAPS = {"week": N_("Cette semaine"), "month": N_("Ce mois-ci"), "year": N_("Cette année")}
OTHERS = N_("Autres, réunis")
