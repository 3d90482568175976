"""Why a mission fits, in words: a French sentence with one placeholder, and the label that goes into it."""

from __future__ import annotations

from node.civic import skills, themes
from node.civic.words import N_
from node.modules.profile.values import Reason, Why

SENTENCES: dict[Why, str] = {
    "theme-chosen": N_("Vous avez choisi le thème {label}"),
    "skill-chosen": N_("Vous aimez : {label}"),
    "skill-known": N_("Vous savez déjà faire : {label}"),
    "theme-known": N_("Vous avez déjà agi pour : {label}"),
}


def reason_text(reason: Reason) -> tuple[str, str]:
    """The sentence and the label, both French and untranslated."""
    if reason.why.startswith("theme"):
        return SENTENCES[reason.why], themes.theme(reason.key).label
    return SENTENCES[reason.why], skills.BY_KEY[reason.key].label
