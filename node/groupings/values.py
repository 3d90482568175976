"""What pages and other parts see of groupings: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from node.neighbours.public import Health
from protocols.groupings import GroupingTerms


@dataclass(frozen=True, slots=True)
class OfferShown:
    """A version of a grouping's terms. `last_day`: on which it opens payments at the latest."""

    hash: str
    terms: GroupingTerms
    last_day: date
    is_newest: bool
    is_valid_today: bool
    replaced: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member, or somebody who asks. `accepted`: the newest version of the terms that it accepted, None for none.

    `is_late`: it has not accepted the newest version. `missions`: of its own, to come, as far as we follow it.
    `is_official`: its code is one of the grouping's in the official list; None when that cannot be told.
    """

    actor_id: str
    name: str
    host: str
    url: str
    code: str
    state: str
    note: str
    since: datetime | None
    asked_at: datetime | None
    accepted: int | None
    terms_hash: str
    is_late: bool
    is_us: bool
    missions: int
    is_official: bool | None
    error: str
    health: Health | None


@dataclass(frozen=True, slots=True)
class OwnNetwork:
    """The grouping that we are."""

    members: tuple[MemberLine, ...]
    waiting: tuple[MemberLine, ...]
    former: tuple[MemberLine, ...]
    offers: tuple[OfferShown, ...]
    version: int
    changed_at: datetime | None

    @property
    def newest(self) -> OfferShown | None:
        return self.offers[0] if self.offers else None

    @property
    def missions(self) -> int:
        return sum(line.missions for line in self.members)

    @property
    def up_to_date(self) -> int:
        return sum(not line.is_late for line in self.members)

    @property
    def pending(self) -> int:
        """Messages that wait to be delivered to members."""
        return sum(line.health.pending + line.health.dead for line in self.members if line.health)


@dataclass(frozen=True, slots=True)
class Membership:
    """A grouping to which we belong, belonged, or asked to belong. `fellows` do not count ourselves."""

    actor_id: str
    name: str
    host: str
    url: str
    state: str
    note: str
    asked_at: datetime | None
    since: datetime | None
    offers: tuple[OfferShown, ...]
    accepted: frozenset[str]
    sent: frozenset[str]
    fellows: tuple[MemberLine, ...]
    version: int
    fetched_at: datetime | None
    error: str
    has_fork: bool
    missions: int
    health: Health | None

    @property
    def newest(self) -> OfferShown | None:
        return self.offers[0] if self.offers else None

    @property
    def to_accept(self) -> OfferShown | None:
        """The version that waits for our yes."""
        newest = self.newest
        open_ = self.state == "member" and newest is not None and newest.hash not in self.accepted
        return newest if open_ else None

    @property
    def is_sent(self) -> bool:
        """Whether our yes to the newest version is on its way."""
        return self.newest is not None and self.newest.hash in self.sent
