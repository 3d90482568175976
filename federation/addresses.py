"""Which IP addresses the federation client may connect to (specs/federation.md §1).

Refused always: multicast, reserved, unspecified, broadcast, link-local (cloud metadata lives there) and the IPv6
ranges that carry an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo, ISATAP), because what they reach is
decided by a gateway. Refused unless `allow_private`: loopback, RFC 1918, ULA, CGNAT and whatever else is not global.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_CARRIERS = (
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated, RFC 7915
    IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
    IPv6Network("64:ff9b:1::/48"),  # NAT64 local use, RFC 8215
    IPv6Network("2002::/16"),  # 6to4, RFC 3056
    IPv6Network("2001::/32"),  # Teredo, RFC 4380
)
_COMPATIBLE = IPv6Network("::/96")
_SITE_LOCAL = IPv6Network("fec0::/10")
_RELAY = IPv4Network("192.88.99.0/24")  # 6to4 relay anycast, RFC 7526


@lru_cache(4096)
def is_allowed(address: str, *, allow_private: bool = False) -> bool:
    """Whether we may connect to `address` (text of an IPv4 or IPv6 address); what is no address is refused."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False
    refused = _refused_v4(ip) if isinstance(ip, IPv4Address) else _refused_v6(ip)
    if refused:
        return False
    return allow_private or ip.is_global


def _refused_v4(ip: IPv4Address) -> bool:
    return ip.is_reserved or ip in _RELAY or ip in IPv4Network("0.0.0.0/8")


def _refused_v6(ip: IPv6Address) -> bool:
    if ip.is_loopback:
        return False
    if ip.scope_id is not None or ip in _COMPATIBLE or ip in _SITE_LOCAL or any(ip in net for net in _CARRIERS):
        return True
    # ISATAP, RFC 5214: the interface identifier says ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d
    return (int(ip) >> 32) & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE)
