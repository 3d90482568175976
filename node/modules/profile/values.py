"""What the profile hands out: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from node.modules.missions.public import MissionCard

Why = Literal["theme-chosen", "skill-chosen", "skill-known", "theme-known"]


@dataclass(frozen=True, slots=True)
class Interests:
    """Keys of `node.civic.themes` and `node.civic.skills` somebody chose, in the order of those lists."""

    themes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.themes or self.skills)


@dataclass(frozen=True, slots=True)
class ActionShown:
    """One line of the register. `minutes` is the length of the slot; `digest` names the signed statement."""

    id: str
    kind: str
    title: str
    organisation: str
    mission_id: str
    minutes: int
    skills: tuple[str, ...]
    theme: str
    tokens: int
    expiry_day: date | None
    done_on: date
    certified_at: datetime
    digest: str
    commune: str = ""
    """The neighbour where it was done and certified; empty for here."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something of a vocabulary occurs, and for how long."""

    key: str
    count: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What somebody's actions add up to. `skills` and `themes`: the most practised first."""

    actions: int
    minutes: int
    tokens: int
    organisations: int
    skills: tuple[Counted, ...]
    themes: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a mission fits: `key` is the theme's or the skill's."""

    why: Why
    key: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mission to come that fits, and the strongest reason first."""

    mission: MissionCard
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """All of the page `/moi`."""

    actions: tuple[ActionShown, ...]
    totals: Totals
    interests: Interests
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """All of the printed register. `key` is the node's proof key as a multikey, `signed_as` its public name."""

    name: str
    actions: tuple[ActionShown, ...]
    totals: Totals
    key: str
    signed_as: str
