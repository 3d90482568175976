"""What sharing hands out: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Why = Literal["", "terms", "no-terms", "off", "spent"]
LIVE = frozenset({"asked", "registered", "waiting", "leaving", "attended", "absent"})
"""States in which a person need not ask again."""
COMING = frozenset({"asked", "registered", "waiting"})


@dataclass(frozen=True, slots=True)
class Invitation:
    """One slot of something a neighbour offers, as the module that shows it knows it. `slot_uri` is empty for an event
    without slots; `tokens`: what it earns the neighbour's own residents; `local_id`: the module's own row."""

    kind: str
    local_id: str
    peer_actor: str
    object_uri: str
    slot_uri: str
    title: str
    organisation: str
    place: str
    starts_at: datetime
    ends_at: datetime
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """What our commune gives for an action certified there, fixed when somebody signs up. `why` tells the reason: terms
    are live (`terms`), there are none, the commune gives nothing for actions elsewhere (`off`), or has promised all it
    gives this month (`spent`); empty when the action earns nothing there either."""

    tokens: int
    why: Why


@dataclass(frozen=True, slots=True)
class Participation:
    """A resident's own view of what they asked for. `state`: asked (the neighbour has not answered yet), leaving, or
    the neighbour's word (`protocols.joining.STATES`). `paid`: the tokens are in the wallet. `code` is shown on
    the day."""

    id: str
    account_id: str
    kind: str
    local_id: str
    object_uri: str
    slot_uri: str
    peer_host: str
    peer_name: str
    name: str
    code: str
    state: str
    reason: str
    note: str
    title: str
    organisation: str
    place: str
    starts_at: datetime
    ends_at: datetime
    tokens: int
    paid: bool
    settled: bool
    changed_at: datetime

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def coming(self) -> bool:
        """Whether a place, one in the waiting list, or an answer is to come."""
        return self.state in COMING

    @property
    def grouped_code(self) -> str:
        return f"{self.code[:4]} {self.code[4:]}"


@dataclass(frozen=True, slots=True)
class HiddenThing:
    """A rule of moderation: what is not shown here, since when, by whom, why."""

    id: str
    scope: str
    host: str
    value: str
    label: str
    reason: str
    hidden_by: str
    hidden_at: datetime
