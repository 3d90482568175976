"""Actions that other parts certify, and take back."""

from __future__ import annotations

from node.core.unit import Unit
from node.modules.gold import actions
from node.modules.missions.events import MissionCertified, MissionRevoked
from node.sharing.events import CertifiedElsewhere


def hear_mission(unit: Unit, event: MissionCertified) -> None:
    actions.record(unit, f"mission:{event.signup_id}", event.account_id, event.title, event.certified_at)


def hear_elsewhere(unit: Unit, event: CertifiedElsewhere) -> None:
    """An action of our resident at a neighbour's counts like one of here."""
    actions.record(unit, f"elsewhere:{event.request_id}", event.account_id, event.title, event.certified_at)


def hear_revoked(unit: Unit, event: MissionRevoked) -> None:
    actions.revoke(unit, f"mission:{event.signup_id}")


SUBSCRIPTIONS = (
    (MissionCertified, hear_mission),
    (MissionRevoked, hear_revoked),
    (CertifiedElsewhere, hear_elsewhere),
)
