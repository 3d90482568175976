"""What an action is about. A short fixed list, the same on every node, so that missions can be compared between
communes. `domain` is the closest value of the national volunteering platform (API Engagement, field `domain`)."""

from __future__ import annotations

from dataclasses import dataclass

from node.civic.words import N_


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme. `label` is French; `icon` is a lucide name."""

    key: str
    label: str
    icon: str
    domain: str


THEMES = (
    Theme("ecology", N_("Transition écologique"), "sprout", "environnement"),
    Theme("solidarity", N_("Solidarité"), "heart-handshake", "solidarite-insertion"),
    Theme("education", N_("Transmission"), "book-open", "education"),
    Theme("culture", N_("Culture et patrimoine"), "landmark", "culture-loisirs"),
    Theme("sport", N_("Sport"), "dumbbell", "sport"),
    Theme("health", N_("Santé"), "heart-pulse", "sante"),
    Theme("digital", N_("Numérique"), "laptop", "numerique"),
    Theme("festivities", N_("Fêtes et convivialité"), "party-popper", "vivre-ensemble"),
    Theme("neighbours", N_("Entraide entre voisins"), "house", "vivre-ensemble"),
    Theme("civic-life", N_("Vie citoyenne"), "megaphone", "memoire-et-citoyennete"),
    Theme("prevention", N_("Prévention et secours"), "life-buoy", "prevention-protection"),
    Theme("other", N_("Autre"), "shapes", "autre"),
)
BY_KEY = {theme.key: theme for theme in THEMES}
FALLBACK = BY_KEY["other"]


def theme(key: str) -> Theme:
    """The theme, or `other` for a key nobody knows (a neighbour may run a newer version)."""
    return BY_KEY.get(key, FALLBACK)
