"""One guarded way to the network: a connector that checks every address when it connects, and bounded exchanges.

The check happens twice on purpose: at resolution, so that only allowed addresses are tried, and when the socket is
made, where a literal address and a name that has changed its mind since (DNS rebinding) arrive as well.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from federation.addresses import is_allowed
from federation.errors import AddressRefused, PeerUnreachable
from protocols.errors import RemoteProtocolError
from protocols.origins import is_address, parse_url

MAX_BODY = 1_048_576
MAX_ERROR_BODY = 2048
TOTAL_S = 10.0
_CHUNK = 65_536
_MAX_CONNECTIONS = 400
"""More than deliveries ever hold (`places`), so that fetches never wait for peers that hang."""
_MAX_PER_HOST = 16


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Where we may connect. `localhost_names`: names under .localhost mean this machine, for nodes that live there."""

    allow_private: bool = False
    localhost_names: bool = False

    @property
    def localhost(self) -> bool:
        """Names under .localhost are only ever resolved when private addresses are allowed as well."""
        return self.allow_private and self.localhost_names


@dataclass(frozen=True, slots=True)
class Answer:
    """A response read to its end: `headers` with lower-case names (said twice: joined by a comma), `body` decoded."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


class AddressNotAllowed(OSError):
    """Raised below aiohttp, which wraps it; `Transport` turns it into AddressRefused."""


class GuardedResolver(AbstractResolver):
    """Resolves through `inner` and keeps the addresses that the policy allows."""

    def __init__(self, policy: NetworkPolicy, inner: AbstractResolver) -> None:
        self._policy = policy
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        name = host.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            if not self._policy.localhost:
                raise AddressNotAllowed("Names under .localhost are not for this node")
            return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]
        found = await self._inner.resolve(host, port, family)
        kept = [one for one in found if is_allowed(one["host"], allow_private=self._policy.allow_private)]
        if not kept:
            raise AddressNotAllowed(f"{host} resolves to no address that we may connect to")
        return kept

    async def close(self) -> None:
        await self._inner.close()


class Transport:
    """The connections of one process for one policy; many nodes may share it. Make it inside a running loop.

    `resolver` replaces the system's resolver (the guard stays around it), `tls` the default certificate check.
    """

    def __init__(
        self,
        policy: NetworkPolicy,
        *,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        user_agent: str = "Ygor",
    ) -> None:
        self.policy = policy
        inner = resolver if resolver is not None else aiohttp.ThreadedResolver()
        self._resolver = GuardedResolver(policy, inner)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._resolver,
                socket_factory=self._socket,
                ssl=tls if tls is not None else True,
                limit=_MAX_CONNECTIONS,
                limit_per_host=_MAX_PER_HOST,
                ttl_dns_cache=60,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=TOTAL_S),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
        )

    def _socket(self, info: Any) -> socket.socket:
        """Make the socket for an address, or refuse it: nothing connects without passing here."""
        family, kind, protocol, _, address = info
        if not is_allowed(str(address[0]), allow_private=self.policy.allow_private):
            raise AddressNotAllowed(f"{address[0]} is not an address that we may connect to")
        return socket.socket(family=family, type=kind, proto=protocol)

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        max_body: int | None = None,
    ) -> Answer:
        """One request, one answer of at most `max_body` bytes (None: `MAX_BODY`); redirects are not followed. The
        caller sets the total time (`asyncio.timeout`).

        Raises AddressRefused for a scheme or address outside the policy, PeerUnreachable for no or no usable answer.
        """
        location = parse_url(url)
        if location.origin.scheme != "https" and not self.policy.allow_private:
            raise AddressRefused("Only https is allowed")
        host = location.origin.host.strip("[]")
        if is_address(location.origin.host) and not is_allowed(host, allow_private=self.policy.allow_private):
            raise AddressRefused("This address is not allowed")
        target = URL(f"{location.origin}{location.target}", encoded=True)
        try:
            async with self._session.request(
                method, target, headers=dict(headers), data=body, allow_redirects=False
            ) as response:
                limit = (max_body or MAX_BODY) if response.status < 300 else MAX_ERROR_BODY
                content = await _read(response, limit, strict=response.status < 300)
                names = {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}
                return Answer(response.status, url, names, content)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translated(error) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._resolver.close()


async def _read(response: aiohttp.ClientResponse, limit: int, *, strict: bool) -> bytes:
    """The body, at most `limit` bytes once decoded. Beyond it: PeerUnreachable if `strict`, else cut off."""
    inflate = _inflater(response.headers.getall("Content-Encoding", []))
    parts: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        data = chunk if inflate is None else _inflated(inflate, chunk, limit - size + 1)
        size += len(data)
        parts.append(data)
        if size > limit:
            response.close()
            if strict:
                raise PeerUnreachable(f"The answer is longer than {limit} bytes", code="too-large")
            break
    return b"".join(parts)[:limit]


def _inflater(encodings: Sequence[str]) -> Any:
    """None for an unencoded body. zlib is given a ceiling on each call, so a bomb never unfolds."""
    names = [name.strip().lower() for line in encodings for name in line.split(",") if name.strip()]
    if names in ([], ["identity"]):
        return None
    if names in (["gzip"], ["x-gzip"]):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    raise PeerUnreachable("The answer's encoding is not supported", code="bad-encoding")


def _inflated(inflate: Any, chunk: bytes, ceiling: int) -> bytes:
    try:
        return bytes(inflate.decompress(chunk, max(ceiling, 1)))
    except zlib.error as error:
        raise PeerUnreachable("The answer's encoding is broken", code="bad-encoding") from error


def _translated(error: Exception) -> RemoteProtocolError:
    """aiohttp's and the system's errors in our words; the guard's own refusal shines through its wrapping."""
    cause: BaseException | None = error
    for _ in range(6):
        if isinstance(cause, AddressNotAllowed):
            return AddressRefused(str(cause))
        cause = getattr(cause, "os_error", None) or (cause.__cause__ if cause is not None else None)
    if isinstance(error, asyncio.TimeoutError | aiohttp.ServerTimeoutError):
        return PeerUnreachable("The peer did not answer in time", code="timeout")
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionResetError | BrokenPipeError):
        return PeerUnreachable("The peer closed the connection", code="disconnected")
    return PeerUnreachable(f"No answer: {type(error).__name__}")
