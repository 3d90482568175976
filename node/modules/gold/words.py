"""What a check says, in words: one sentence for each code of specs/gold.md §9.2, for the page, the browser's own check
and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from node.civic.words import N_

FAULTS: Final[Mapping[str, str]] = {
    "not-a-draw": N_("Ce fichier n’est pas celui d’un tirage."),
    "malformed": N_("Une partie du fichier ne se lit pas : {part}."),
    "unsigned": N_("La signature de « {part} » par {actor} ne tient pas : ce texte a été changé, ou n’est pas de lui."),
    "wrong-count": N_("L’annonce compte {count} participations, le fichier en contient {found}."),
    "entry-changed": N_("La participation n° {number} a été changée : {entry}."),
    "entry-order": N_("La participation n° {number} est en double ou n’est pas à sa place : {entry}."),
    "over-cap": N_("La participation n° {number} est de trop : {cap} au plus par personne ({entry})."),
    "wrong-root": N_("La liste des participations n’est pas celle qui a été annoncée."),
    "another-draw": N_("« {part} » parle d’un autre tirage."),
    "wrong-proof": N_("La réponse de {party} n’est pas celle de sa clé : sa preuve ne tient pas."),
    "answer-dropped": N_("{party} avait répondu, mais le résultat a été fait sans sa réponse."),
    "wrong-output": N_("Le résultat donne pour {party} une autre valeur que celle qui est prouvée."),
    "not-waited": N_("Le tirage n’a pas attendu {party} jusqu’au délai annoncé ({until})."),
    "too-early": N_("Le tirage a été fait avant l’heure annoncée ({at})."),
    "wrong-seed": N_("La graine ne vient pas des réponses."),
    "struck-unknown": N_("Une participation rayée n’est pas dans la liste : {entry}."),
    "wrong-winner": N_("Le lot « {prize} » est donné à {entry}, mais il revient à {expected}."),
    "wrong-passing": N_("Le lot passé n° {number} est allé à {entry}, mais il revenait à {expected}."),
    "decision-changed": N_("La décision n° {number} a été changée ou déplacée ({entry})."),
    "decided-twice": N_("La décision n° {number} porte sur une action déjà décidée ({entry})."),
    "wrong-decision": N_("La décision n° {number} n’est pas celle que donne la clé ({entry})."),
    "wrong-head": N_("La fin de la liste n’est pas celle qui est signée (ligne {number})."),
}
DONE: Final[Mapping[str, str]] = {
    "announcement-signed": N_("L’annonce est signée par {drawer}."),
    "entries-match": N_("Participations, les mêmes que dans l’annonce : {count}."),
    "answers-proved": N_("Réponses prouvées, dont vient la graine : {count}."),
    "winners-match": N_("Gagnants qui ressortent du même calcul : {count}."),
    "instants-match": N_(
        "Les {decided} décisions sont celles que donne la clé : {wins} gagnantes, {expected} attendues."
    ),
    "passings-match": N_("Lots passés à la personne suivante, dans l’ordre : {count}."),
}
REMARKS: Final[Mapping[str, str]] = {
    "not-drawn": N_("Le tirage n’a pas encore eu lieu : il est annoncé pour {at}."),
    "no-receipt": N_("{party} n’a pas dit avant le tirage qu’elle tenait l’annonce."),
    "withheld": N_("{party} n’a pas répondu : le tirage a été fait sans elle."),
    "late": N_("{party} a répondu trop tard (réponse faite à {made}) : le tirage a été fait sans elle."),
    "struck": N_("Une participation a été rayée avant le tirage, son action ayant été annulée : {entry}."),
    "struck-drawn": N_("Une participation rayée serait sortie : {entry}. Demandez pourquoi elle a été rayée."),
}
ALL: Final = {**FAULTS, **DONE, **REMARKS}
STATES: Final = {
    "planned": N_("Les actions comptent encore"),
    "announced": N_("Annoncé"),
    "held": N_("Tiré"),
    "withdrawn": N_("Abandonné"),
}
PRIZE_STATES: Final = {
    "won": N_("À prendre"),
    "claimed": N_("Pris"),
    "handed": N_("Remis"),
    "declined": N_("Laissé à la personne suivante"),
    "unclaimed": N_("Pas pris à temps"),
    "revoked": N_("Action annulée"),
    "left": N_("Personne partie"),
}
