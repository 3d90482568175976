"""What the profile listens to."""

from __future__ import annotations

from node.modules.missions.events import MissionCertified
from node.modules.profile.service import record

SUBSCRIPTIONS = ((MissionCertified, record),)
