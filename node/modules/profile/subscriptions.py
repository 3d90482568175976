"""What the profile listens to."""

from __future__ import annotations

from node.modules.missions.events import MissionCertified, MissionRevoked
from node.modules.profile.service import record, record_elsewhere, revoke
from node.sharing.events import CertifiedElsewhere

SUBSCRIPTIONS = ((MissionCertified, record), (CertifiedElsewhere, record_elsewhere), (MissionRevoked, revoke))
