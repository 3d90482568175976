"""Allow and block lists, with subdomains (specs/federation.md §8): the rule nearest to the host counts."""

from __future__ import annotations

from federation.errors import AddressRefused
from federation.ports import HostRule, HostRules
from protocols.errors import RemoteProtocolError
from protocols.origins import is_address, origin


def suffixes(host: str) -> tuple[str, ...]:
    """`a.b.org` → (`a.b.org`, `b.org`, `org`); an IP address stands alone."""
    if is_address(host):
        return (host,)
    labels = host.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


async def allowed(host: str, rules: HostRules) -> bool:
    """Whether we deal with a host (a normalised name, without port).

    A block covers every subdomain; only a rule for the subdomain itself, made by the administrator, is nearer.
    """
    names = suffixes(host)
    found = await rules.lookup(names)
    for name in names:
        rule = found.get(name)
        if rule is not None:
            return rule is HostRule.ALLOW
    return not await rules.allow_listed_only()


async def check_outgoing(url: str, rules: HostRules) -> None:
    """Raises AddressRefused("blocked") for a URL that we do not call."""
    if not await allowed(origin(url).host, rules):
        raise AddressRefused("This host is blocked here", code="blocked")


async def check_incoming(url: str, rules: HostRules) -> None:
    """Raises RemoteProtocolError 403 for a sender that we do not hear."""
    if not await allowed(origin(url).host, rules):
        raise RemoteProtocolError("This host is not heard here", status=403, code="blocked")
