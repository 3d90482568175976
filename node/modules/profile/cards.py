"""What the profile shows on the entrance page: a few missions that fit, and why."""

from __future__ import annotations

from node.core.module import HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.profile import reading, rules
from node.modules.profile.words import reason_text

FEW = 3


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    if viewer.account_id is None or "missions" not in unit.node.modules:
        return ()
    done, chosen = reading.actions(unit, viewer.account_id), reading.interests(unit, viewer.account_id)
    fits = reading.fitting(unit, done, rules.totals(done), chosen, FEW)
    shown = [(fit.mission, *reason_text(fit.reasons[0])) for fit in fits]
    values: dict[str, object] = {"fits": shown, "known": bool(done or chosen)}
    return (HomeCard("profile/home.html", values, "me", order=20),)
