"""What one can do or learn in an action: a small fixed vocabulary that missions ask for and profiles gather."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from node.civic.words import N_

MOST_SKILLS = 5


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill; `label` is French."""

    key: str
    label: str


SKILLS = (
    Skill("gardening", N_("Jardinage")),
    Skill("nature", N_("Connaissance de la nature")),
    Skill("repair", N_("Réparation et bricolage")),
    Skill("building", N_("Montage et manutention")),
    Skill("cooking", N_("Cuisine")),
    Skill("welcome", N_("Accueil du public")),
    Skill("listening", N_("Écoute")),
    Skill("tutoring", N_("Aide aux devoirs")),
    Skill("languages", N_("Langues")),
    Skill("reading", N_("Lecture à voix haute")),
    Skill("facilitation", N_("Animation de groupe")),
    Skill("organisation", N_("Organisation d’événement")),
    Skill("driving", N_("Conduite")),
    Skill("first-aid", N_("Premiers secours")),
    Skill("coaching", N_("Encadrement sportif")),
    Skill("arts", N_("Arts et spectacle")),
    Skill("sound-and-light", N_("Son et lumière")),
    Skill("photo", N_("Photo et vidéo")),
    Skill("writing", N_("Rédaction")),
    Skill("design", N_("Graphisme")),
    Skill("computing", N_("Informatique")),
    Skill("administration", N_("Démarches administratives")),
    Skill("accounting", N_("Comptabilité")),
    Skill("sewing", N_("Couture")),
    Skill("animals", N_("Soin aux animaux")),
)
BY_KEY = {skill.key: skill for skill in SKILLS}


def known(keys: Iterable[str]) -> tuple[str, ...]:
    """The keys that are of the vocabulary, once each, in its order, at most `MOST_SKILLS`."""
    wanted = frozenset(keys)
    return tuple(skill.key for skill in SKILLS if skill.key in wanted)[:MOST_SKILLS]


def labels(keys: Iterable[str]) -> tuple[str, ...]:
    """French labels of the keys that are known, in the order given."""
    return tuple(BY_KEY[key].label for key in keys if key in BY_KEY)
