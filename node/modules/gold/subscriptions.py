"""Actions that other parts certify, and take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from node.core.unit import Unit
from node.modules.gold import actions
from node.modules.missions import events as missions
from node.modules.missions.events import MissionCertified
from node.sharing.events import CertifiedElsewhere


def hear_mission(unit: Unit, event: MissionCertified) -> None:
    actions.record(unit, f"mission:{event.signup_id}", event.account_id, event.title, event.certified_at)


def hear_elsewhere(unit: Unit, event: CertifiedElsewhere) -> None:
    """An action of our resident at a neighbour's counts like one of here."""
    actions.record(unit, f"elsewhere:{event.request_id}", event.account_id, event.title, event.certified_at)


def hear_revoked(unit: Unit, event: Any) -> None:
    """The event of the missions that a certified attendance does not stand any more."""
    actions.revoke(unit, f"mission:{event.signup_id}")


Heard = tuple[type, Callable[[Unit, Any], None]]


def _subscriptions() -> tuple[Heard, ...]:
    heard: tuple[Heard, ...] = ((MissionCertified, hear_mission), (CertifiedElsewhere, hear_elsewhere))
    revoked = getattr(missions, "MissionRevoked", None)  # missions that cannot be revoked have no such event
    return (*heard, (revoked, hear_revoked)) if revoked else heard


SUBSCRIPTIONS = _subscriptions()
