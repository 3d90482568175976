"""Web origins, and the one spelling of a host (specs/federation.md §1): the ground of FEP-fe34's same-origin rule.

Strict on purpose: a host that two URL parsers could read differently is not repaired but refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from protocols.errors import RemoteProtocolError

MAX_URL = 2048

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[^\s/?#@:\[\]\\%]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^\s?#\\]*)?(?:\?(?P<query>[^\s#\\]*))?(?:#(?P<fragment>[^\s#\\]*))?",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """RFC 6454: scheme, normalised host, port (always explicit)."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """`host`, with the port only where it is not the scheme's own: what a Host header says."""
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute http(s) URL taken apart; `target` is its path and query as a request line sends them."""

    origin: Origin
    target: str
    fragment: str | None


@lru_cache(maxsize=2048)
def parse_url(text: str) -> Url:
    """Take an absolute http(s) URL apart.

    Raises RemoteProtocolError for other schemes, credentials, whitespace, controls, backslashes, bad ports, bad hosts
    and more than `MAX_URL` letters. One request asks for the same few addresses a dozen times: they are kept.
    """
    match = None if len(text) > MAX_URL or _CONTROL.search(text) else _URL.fullmatch(text)
    if match is None:
        raise RemoteProtocolError("Not an acceptable http(s) URL")
    scheme = match["scheme"].lower()
    port = _DEFAULT_PORTS[scheme] if match["port"] is None else int(match["port"])
    if not 0 < port < 65536:
        raise RemoteProtocolError("Not an acceptable port")
    query = "" if match["query"] is None else "?" + match["query"]
    return Url(
        origin=Origin(scheme, normalised_host(match["host"]), port),
        target=(match["path"] or "/") + query,
        fragment=match["fragment"],
    )


def origin(url: str) -> Origin:
    """The origin of an absolute http(s) URL; raises RemoteProtocolError as `parse_url`."""
    return parse_url(url).origin


def same_origin(first: str, second: str) -> bool:
    """Whether two URLs share scheme, host and port. What is not an acceptable URL shares an origin with nothing."""
    try:
        return origin(first) == origin(second)
    except RemoteProtocolError:
        return False


@lru_cache(maxsize=2048)
def normalised_host(host: str) -> str:
    """Lower-case ASCII (IDNA 2008 with UTS 46 mapping), canonical IP addresses, IPv6 in brackets; without port.

    Refused: a final dot, empty or over-long labels, addresses in shapes that only some resolvers understand
    (`0x7f.1`, `2130706433`).
    """
    if host.startswith("["):
        try:
            return f"[{IPv6Address(host[1:-1])}]"
        except AddressValueError as error:
            raise RemoteProtocolError("Not an acceptable host") from error
    name = host.lower() if host.isascii() else _to_ascii(host)
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise RemoteProtocolError("Not an acceptable host")
    if any(label.startswith("xn--") for label in labels):
        _to_ascii(name)
    if labels[-1][0].isdigit():
        try:
            return str(IPv4Address(name))
        except AddressValueError as error:
            raise RemoteProtocolError("Not an acceptable host") from error
    return name


def is_address(host: str) -> bool:
    """Whether a normalised host is an IP address: no name's last label begins with a digit."""
    return host.startswith("[") or host.rpartition(".")[2][:1].isdigit()


def is_loopback(host: str) -> bool:
    """Whether a normalised host names this very machine: localhost, *.localhost, 127/8, ::1."""
    if host.startswith("["):
        return IPv6Address(host[1:-1]).is_loopback
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and host.startswith("127.")


def _to_ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, IndexError) as error:
        raise RemoteProtocolError("Not an acceptable international host") from error
