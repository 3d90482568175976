from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import RemoteProtocolError
from protocols.origins import MAX_URL, Origin, is_loopback, normalised_host, origin, parse_url, same_origin


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://metz.example/a", "https://metz.example/b?c#d"),
        ("https://metz.example", "https://METZ.Example:443/"),
        ("HTTPS://metz.example/", "https://metz.example:0443/"),
        ("http://metz.localhost:80/", "http://metz.localhost/"),
        ("https://forêt.example/", "https://xn--fort-ipa.example/"),
        ("https://FORÊT.example/", "https://xn--fort-ipa.example/"),
        ("https://fore\u0302t.example/", "https://xn--fort-ipa.example/"),
        ("https://metz。example\u200b/", "https://metz.example/"),
        ("https://[::1]:8443/", "https://[0:0:0:0:0:0:0:1]:8443/"),
        ("https://127.0.0.1/", "https://127.0.0.1:443/"),
    ],
)
def test_same_origin(first: str, second: str) -> None:
    assert same_origin(first, second)
    assert same_origin(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://metz.example/", "http://metz.example/"),
        ("https://metz.example/", "https://metz.example:8443/"),
        ("https://metz.example/", "https://www.metz.example/"),
        ("https://metz.example/", "https://metz.example.evil.example/"),
        ("https://metz.example/", "https://metz.example@evil.example/"),
        ("https://metz.example/", "https://metz.example./"),
        ("https://metz.example/", "https://mеtz.example/"),  # a Cyrillic е
        ("https://metz.example/", "https://metz.example\\@evil.example/"),
        ("https://metz.example/", "https://metz%2eexample/"),
        ("https://metz.example/", "//metz.example/"),
        ("https://strasse.example/", "https://straße.example/"),
    ],
)
def test_other_origin(first: str, second: str) -> None:
    assert same_origin(first, first)
    assert not same_origin(first, second)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "metz.example",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://metz.example/",
        "javascript:alert(1)",
        "https:///path",
        "https://",
        "https:/metz.example/",
        "https://user@metz.example/",
        "https://user:pass@metz.example/",
        "https://metz.example:0/",
        "https://metz.example:65536/",
        "https://metz.example:x/",
        "https://metz.example:/",
        "https://metz example/",
        "https://metz.example/a b",
        "https://metz.example/\n",
        "\thttps://metz.example/",
        "https://met\tz.example/",
        "https://metz.example/\x00",
        "https://metz..example/",
        "https://.example/",
        "https://-metz.example/",
        "https://metz-.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
        "https://xn--/",
        "https://xn--a/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://127.1/",
        "https://127.0.0.01/",
        "https://1.2.3.4.5/",
        "https://[::1/",
        "https://[::g]/",
        "https://[fe80::1%25eth0]/",
        "https://metz.example/" + "a" * MAX_URL,
    ],
)
def test_refuses(url: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_url(url)
    assert not same_origin(url, url)


def test_parts() -> None:
    url = parse_url("https://Metz.example:8443/inbox?a=1&b=/?#main-key")
    assert url.origin == Origin("https", "metz.example", 8443)
    assert url.origin.authority == "metz.example:8443"
    assert str(url.origin) == "https://metz.example:8443"
    assert url.target == "/inbox?a=1&b=/?"
    assert url.fragment == "main-key"
    assert parse_url("https://metz.example?a").target == "/?a"
    assert parse_url("https://metz.example").fragment is None
    assert str(origin("http://[::1]:80/")) == "http://[::1]"


def test_loopback() -> None:
    for host in ("localhost", "metz.localhost", "127.0.0.1", "127.9.9.9", "[::1]"):
        assert is_loopback(normalised_host(host))
    for host in ("localhost.example", "notlocalhost", "128.0.0.1", "[::2]", "metz.example"):
        assert not is_loopback(normalised_host(host))


@given(st.text() | st.text(alphabet="htps:/@.[]0127ae%xn-é#?\\", max_size=40).map("https://".__add__))
def test_only_refusals(url: str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        parsed = parse_url(url)
        assert origin(str(parsed.origin)) == parsed.origin
        assert parsed.target.startswith("/")
