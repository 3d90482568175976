"""The words for kinds, states and roles, in one place."""

from __future__ import annotations

from web.i18n import N_

KIND_WORDS = {
    "association": N_("Association"),
    "partner": N_("Partenaire"),
    "service": N_("Service de la commune"),
}
STATE_WORDS = {"pending": N_("En attente"), "active": N_("Active"), "closed": N_("Fermée")}
MEMBER_WORDS = {"manager": N_("Responsable"), "member": N_("Membre")}
