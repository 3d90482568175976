"""Why a neighbour said no, in words: the wire carries a short key, every node says it in its reader's language."""

from __future__ import annotations

from node.civic.words import N_

REASONS = {
    "not-neighbours": N_("les deux communes ne se suivent pas l’une l’autre."),
    "not-a-node": N_("cette adresse n’est pas celle d’une commune."),
    "unknown": N_("ce rendez-vous n’existe pas ou plus."),
    "slot-unknown": N_("ce créneau n’existe plus."),
    "closed": N_("les inscriptions sont closes."),
    "over": N_("c’est terminé."),
    "full": N_("c’est complet."),
    "begun": N_("c’est commencé, on ne peut plus se désister."),
    "too-many": N_("trop de demandes de notre commune à la fois, réessayez plus tard."),
    "refused": N_("l’association n’accepte pas cette inscription."),
}
_ENGLISH = {
    "not-neighbours": "the two communes do not follow each other.",
    "not-a-node": "this address is not a commune’s.",
    "unknown": "it does not exist, or not any more.",
    "slot-unknown": "this slot does not exist any more.",
    "closed": "sign-up is closed.",
    "over": "it is over.",
    "full": "it is full.",
    "begun": "it has begun, it is too late to cancel.",
    "too-many": "too many requests from our commune at once, try again later.",
    "refused": "the organisation does not accept this.",
}
"""For letters, which the domain writes without the pages' catalogue."""
STATES = {
    "asked": N_("Demande envoyée"),
    "registered": N_("Vous venez"),
    "waiting": N_("Liste d’attente"),
    "refused": N_("Pas inscrit·e"),
    "leaving": N_("Désistement envoyé"),
    "left": N_("Place rendue"),
    "cancelled": N_("Annulé"),
    "attended": N_("Présence certifiée"),
    "absent": N_("Noté·e absent·e"),
}
KINDS = {"asked": "warn", "registered": "good", "waiting": "warn", "attended": "good"}
"""How a state is coloured; others are bad news or none."""


def reason_of(key: str) -> str:
    """The French sentence (a msgid) of a reason; empty for none."""
    return REASONS.get(key, REASONS["refused"]) if key else ""


def reason_in(key: str, locale: str) -> str:
    """A reason as a letter says it."""
    found = reason_of(key)
    return _ENGLISH.get(key, _ENGLISH["refused"]) if found and locale == "en" else found
