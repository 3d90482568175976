"""Rate limits per client address, with the library `limits` over a bounded table in memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from functools import lru_cache
from typing import Any

from aiohttp import web as aio
from aiohttp.typedefs import Handler
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from web.csrf import SAFE_METHODS
from web.keys import CONFIG, TENANT
from web.marks import mark_of

MOST_COUNTERS = 50_000


class TooMany(Exception):
    """Raised when a client went over a limit. ``retry_after_s``: seconds until it may try again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s


class BoundedMemoryStorage(Storage):
    """Counters in one ordered table of bounded length; the library's own memory store starts threads and has no bound.

    The table is ordered by last first-use; when it is full the oldest counter goes, whether run out or not.
    """

    STORAGE_SCHEME = ["bounded-memory"]  # noqa: RUF012  # the library wants a list

    def __init__(self, most: int = MOST_COUNTERS) -> None:
        super().__init__()
        self.most = most
        self.counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        count, ends = self._live(key)
        if count == 0:
            self.counters.pop(key, None)
            ends = time.time() + expiry
            while len(self.counters) >= self.most:
                self.counters.popitem(last=False)
        self.counters[key] = (count + amount, ends)
        return count + amount

    def get(self, key: str) -> int:
        return self._live(key)[0]

    def get_expiry(self, key: str) -> float:
        return self._live(key)[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        count = len(self.counters)
        self.counters.clear()
        return count

    def clear(self, key: str) -> None:
        self.counters.pop(key, None)

    def _live(self, key: str) -> tuple[int, float]:
        count, ends = self.counters.get(key, (0, 0.0))
        now = time.time()
        return (count, ends) if ends > now else (0, now)


class Limiter:
    """Counts hits; one per application."""

    def __init__(self) -> None:
        self.storage = BoundedMemoryStorage()
        self.strategy = FixedWindowRateLimiter(self.storage)

    def hit(self, rate: str, *identifiers: str) -> None:
        """Count one call; TooMany when the rate is used up."""
        item = _parsed(rate)
        if not self.strategy.hit(item, *identifiers):
            ends, _left = self.strategy.get_window_stats(item, *identifiers)
            raise TooMany(max(1, int(ends - time.time()) + 1))


LIMITER = aio.AppKey("limiter", Limiter)


@lru_cache(maxsize=128)
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def client_address(request: aio.Request) -> str:
    """The address that counts: IPv4 as it is, IPv6 by its /64, which is one household."""
    try:
        address = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)


def hit(request: aio.Request, rate: str, *identifiers: str) -> None:
    """Count against a limit of one's own, e.g. per e-mail address: ``hit(request, "5/hour", "magic", email)``."""
    tenant: Any = request.get(TENANT)
    request.config_dict[LIMITER].hit(rate, tenant.code if tenant is not None else "", *identifiers)


@aio.middleware
async def limit_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """The handler's own limit, else the default for unsafe methods; machine endpoints set their own."""
    rate = mark_of(request, "ygor_rate")
    route = request.match_info.route.name or request.match_info.handler.__name__
    if rate is not None:
        hit(request, rate, "route", route, client_address(request))
    elif request.method not in SAFE_METHODS and not mark_of(request, "ygor_csrf_exempt", False):
        hit(request, request.config_dict[CONFIG].unsafe_rate, "unsafe", client_address(request))
    return await handler(request)
