"""Which addresses may be connected to (SSRF)."""

from __future__ import annotations

import pytest

from federation.addresses import is_allowed

PRIVATE = ["127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1", "fc00::1"]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "2a00:1450::5efe:7f00:1",
    "2a00:1450::200:5efe:a00:1",
    "not an address",
    "",
    "2130706433",
    "0x7f.1",
]
GLOBAL = ["8.8.8.8", "93.184.216.34", "2a00:1450:4007:80e::200e", "2606:2800:220:1::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_only_where_allowed(address: str) -> None:
    assert not is_allowed(address)
    assert is_allowed(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_never_whatever_the_setting(address: str) -> None:
    assert not is_allowed(address)
    assert not is_allowed(address, allow_private=True)


@pytest.mark.parametrize("address", GLOBAL)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert is_allowed(address)
