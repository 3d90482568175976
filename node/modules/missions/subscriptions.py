"""What missions listen to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from node.core.unit import Unit
from node.emission.events import AwardRefused, AwardRevoked, AwardSigned
from node.modules.missions import certifying, federation

SUBSCRIPTIONS: Final[tuple[tuple[type, Callable[[Unit, Any], None]], ...]] = (
    *federation.SUBSCRIPTIONS,
    (AwardSigned, certifying.signed),
    (AwardRefused, certifying.withdrawn),
    (AwardRevoked, certifying.withdrawn),
)
