"""What federation says to programmers, said to administrators: refusals while following, last errors, outcomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from federation.errors import AddressRefused, PeerRefused, PeerUnreachable
from node.core.errors import DomainError
from protocols.errors import RemoteProtocolError
from web.i18n import N_

PROBLEMS: Final = (
    (r"The peer did not answer in time", N_("Pas de réponse à temps.")),
    (r"The peer answered 404|The peer answered 410", N_("Cette adresse n’existe plus là-bas.")),
    (r"The peer answered 401", N_("Notre signature n’a pas été reconnue là-bas.")),
    (r"The peer answered 403", N_("Nous y sommes refusés.")),
    (r"The peer answered 429", N_("Trop de messages à la fois : nous ralentissons.")),
    (r"The peer answered (?P<number>5\d\d)", N_("Le serveur d’en face est en panne (réponse {number}).")),
    (r"The peer answered 3\d\d", N_("L’adresse renvoie ailleurs, ce qu’une boîte aux lettres ne doit pas faire.")),
    (r"No answer: ClientConnectorDNSError", N_("Ce nom de domaine n’existe pas.")),
    (r"No answer: \w*(Certificate|SSL)\w*", N_("Le certificat https n’est pas valable.")),
    (r"The peer closed the connection|No answer: .*", N_("Personne ne répond.")),
    (r"The answer('s encoding)? is .*|The answer is longer .*", N_("Réponse illisible ou trop longue.")),
    (r".* is not an actor of this node", N_("Écrit sous une adresse que nous n’avons plus.")),
    (r"The peer answered (?P<number>\d+)", N_("Message refusé là-bas (réponse {number}).")),
    (r"This host is blocked here", N_("Ce domaine est bloqué ici.")),
    (r"Only https is allowed|This address is not allowed", N_("Cette adresse n’est pas permise.")),
)
"""Patterns over the whole of a stored error, and the sentence with the pattern's groups."""

OUTCOMES: Final[Mapping[str, str]] = {
    "accepted": N_("accepté"),
    "rejected": N_("refusé"),
    "unfollowed": N_("pris en compte"),
    "remembered": N_("pris en compte"),
    "kept": N_("pris en compte"),
    "withdrawn": N_("pris en compte"),
    "moved": N_("déménagement suivi"),
    "live": N_("en vigueur"),
    "ended": N_("terminé"),
    "known": N_("déjà connu"),
    "shown to the administrators": N_("montré aux administrateurs"),
    "no such proposal": N_("ignoré"),
    "no such terms": N_("ignoré"),
    "nothing to change": N_("ignoré"),
    "other terms are live": N_("ignoré"),
    "refused: moved-unproved": N_("refusé : la nouvelle adresse ne le confirme pas"),
    "refused: moved-in-circles": N_("refusé : ce déménagement tourne en rond"),
    "refused: moved-too-far": N_("refusé : ce déménagement tourne en rond"),
    "refused: moved-away": N_("refusé : demandé d’une adresse quittée depuis"),
    "refused: moved-no-node": N_("refusé : la nouvelle adresse n’est pas une commune"),
    "refused: blocked": N_("refusé : la nouvelle adresse est bloquée ici"),
    "already known": N_("déjà connu"),
    "not followed": N_("ignoré : nous ne la suivons pas"),
    "not for us": N_("ignoré"),
    "not known": N_("ignoré"),
    "no such question": N_("ignoré"),
    "nothing to undo": N_("ignoré"),
    "passed over": N_("ignoré"),
}
TYPES: Final[Mapping[str, str]] = {
    "Follow": N_("Demande de suivi"),
    "Accept": N_("Accord"),
    "Reject": N_("Refus"),
    "Undo": N_("Annulation"),
    "Create": N_("Nouveauté"),
    "Update": N_("Changement"),
    "Delete": N_("Retrait"),
    "Offer": N_("Proposition"),
    "Move": N_("Déménagement"),
    "Join": N_("Inscription"),
    "Leave": N_("Désinscription"),
    "Announce": N_("Partage"),
}


def problem(text: str) -> tuple[str, dict[str, str]]:
    """The French sentence for a stored error and what goes into it; the text itself when we have no better."""
    for pattern, sentence in PROBLEMS:
        if found := re.fullmatch(pattern, text):
            return sentence, found.groupdict()
    return "{text}", {"text": text}


def outcome(text: str) -> str:
    """The French word for what became of a message."""
    return (
        OUTCOMES.get(text)
        or OUTCOMES.get(text.split(":", 1)[0])
        or (N_("refusé") if text.startswith("refused") else text)
    )


def not_found(error: RemoteProtocolError) -> DomainError:
    """Why nobody could be followed at the address typed, at its field."""
    if isinstance(error, PeerUnreachable):
        key = "neighbours.too-slow" if error.code == "timeout" else "neighbours.unreachable"
    elif isinstance(error, PeerRefused) and error.answer_status >= 500:
        key = "neighbours.out-of-order"
    elif isinstance(error, AddressRefused):
        key = "neighbours.blocked" if error.code == "blocked" else "neighbours.not-allowed"
    else:
        key = "neighbours.not-a-node"
    return DomainError(key, field="address", status=422)
