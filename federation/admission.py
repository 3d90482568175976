"""How much strangers may say: every verified message costs rows that we keep, so whoever we have no tie with gets so
many and then so many a second; all strangers together too, because a domain has any number of hosts below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from federation.ports import Acquaintances, Clock
from federation.remote_actor import RemoteActor
from protocols.errors import RemoteProtocolError

BURST = 1_000
SECONDS_EACH = 0.5
ALL_BURST = 20_000
ALL_SECONDS_EACH = 0.02
MAX_HOSTS = 10_000


@dataclass(slots=True)
class _Bucket:
    """`left` messages at the time `at`, one more after every `each`, at most `most`."""

    left: float
    at: datetime
    most: int
    each: timedelta

    def take(self, now: datetime) -> bool:
        self.left = min(self.most, self.left + max((now - self.at) / self.each, 0.0))
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Admission:
    """Counts in this process alone; several processes let as many times more in. Bounded: the hosts that spoke
    longest ago are forgotten."""

    def __init__(
        self, acquaintances: Acquaintances, clock: Clock, *, burst: int = BURST, all_burst: int = ALL_BURST
    ) -> None:
        self._acquaintances = acquaintances
        self._clock = clock
        self._burst = burst
        self._all = _Bucket(all_burst, clock(), all_burst, timedelta(seconds=ALL_SECONDS_EACH))
        self._hosts: dict[str, _Bucket] = {}

    async def admit(self, actor: RemoteActor) -> None:
        """Raises RemoteProtocolError 429 for a stranger whose host has spoken too much. Who we know may always speak;
        that is looked up only when a host has used up what strangers get."""
        now = self._clock()
        bucket = self._bucket(actor.host, now)
        if bucket.take(now) and self._all.take(now):
            return
        if await self._acquaintances.knows(actor.id):
            bucket.left = self._burst
            return
        raise RemoteProtocolError("Too many messages from a host that we do not know", status=429, code="too-many")

    def _bucket(self, host: str, now: datetime) -> _Bucket:
        bucket = self._hosts.pop(host, None) or _Bucket(self._burst, now, self._burst, timedelta(seconds=SECONDS_EACH))
        self._hosts[host] = bucket
        while len(self._hosts) > MAX_HOSTS:
            del self._hosts[next(iter(self._hosts))]
        return bucket
