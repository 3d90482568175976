"""The words for what happens at the desk, as the person concerned reads them."""

from __future__ import annotations

from web.i18n import N_

PURPOSE_WORDS = {
    "asked": N_("La personne le demande au guichet"),
    "new": N_("Nouvelle personne"),
    "card": N_("Carte perdue ou à imprimer"),
    "mission": N_("Inscription à une mission"),
    "balance": N_("Question sur le solde"),
    "correction": N_("Correction de la fiche"),
    "reminder": N_("Jetons qui s’éteignent"),
}
ACT_WORDS = {
    "desk.opened": N_("Votre fiche a été ouverte"),
    "desk.created": N_("Votre compte a été créé"),
    "desk.card-printed": N_("Votre carte a été imprimée"),
    "desk.card-replaced": N_("Votre carte a été remplacée"),
    "desk.card-blocked": N_("Votre carte a été bloquée"),
    "desk.card-unblocked": N_("Votre carte a été débloquée"),
    "desk.corrected": N_("Votre nom ou votre date de naissance ont été corrigés"),
    "desk.signed-up": N_("Vous avez été inscrit·e à une mission"),
    "desk.left": N_("Votre place dans une mission a été libérée"),
    "desk.welcomed": N_("Une feuille d’accueil avec un code vous a été remise"),
    "desk.data-given": N_("Vos données vous ont été remises"),
    "desk.closed": N_("Votre compte a été fermé"),
    "desk.guardian-added": N_("Une personne responsable a été ajoutée"),
    "desk.joined-household": N_("Vous avez rejoint un foyer"),
    "desk.reminded": N_("Vous avez été prévenu·e de jetons qui s’éteignent"),
}
