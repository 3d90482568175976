"""The words for roles and rights, in one place."""

from __future__ import annotations

from web.i18n import N_

ROLE_WORDS = {
    "resident": N_("Habitant"),
    "association_member": N_("Membre d’association"),
    "partner_operator": N_("Partenaire"),
    "agent": N_("Agent"),
    "elected_member": N_("Élu"),
    "administrator": N_("Administrateur"),
}
SCOPE_WORDS = {
    "profile:read": N_("Lire mon profil"),
    "missions:read": N_("Voir les missions et mes inscriptions"),
    "missions:write": N_("M’inscrire et gérer mes missions"),
    "events:write": N_("M’inscrire aux événements et rendre ma place"),
    "wallet:read": N_("Lire mon solde et mes mouvements"),
    "rewards:read": N_("Voir les offres"),
    "rewards:write": N_("Encaisser pour mon organisation"),
    "rewards:book": N_("Réserver et annuler pour moi"),
    "organisations:read": N_("Voir mes organisations"),
}
LOCALE_WORDS = {"fr": "Français", "en": "English"}
