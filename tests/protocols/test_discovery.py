"""WebFinger and NodeInfo: how a node is found."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import nodeinfo, webfinger
from protocols.errors import RemoteProtocolError
from protocols.webfinger import Resource, parse_resource
from tests.protocols.documents import COMMUNE, put, spoiled

JRD: Any = webfinger.build_jrd(
    subject="acct:commune@saint-avold.example",
    actor=COMMUNE,
    profile_page="https://saint-avold.example/",
    subscribe_template="https://saint-avold.example/suivre?uri={uri}",
    service="https://saint-avold.example/instance",
)
LINKS: Any = nodeinfo.build_links(
    document="https://saint-avold.example/nodeinfo/2.1", application="https://saint-avold.example/instance"
)
INFO = nodeinfo.NodeInfo(
    software="ygor",
    version="0.1.0",
    protocols=("activitypub",),
    open_registrations=True,
    users_total=1200,
    users_active_month=100,
    users_active_half_year=600,
    local_posts=42,
    name="Saint-Avold",
    description="La vie citoyenne",
    implements=("ygor-honour/1",),
)
DOCUMENT: Any = nodeinfo.build_document(INFO, repository="https://forge.example/ygor", homepage="https://y.example/")


@pytest.mark.parametrize(
    ("text", "user", "host"),
    [
        ("acct:commune@saint-avold.example", "commune", "saint-avold.example"),
        ("ACCT:commune@Saint-Avold.EXAMPLE", "commune", "saint-avold.example"),
        ("@commune@saint-avold.example", "commune", "saint-avold.example"),
        ("commune@saint-avold.example", "commune", "saint-avold.example"),
        ("acct:commune@saint-avold.localhost:8080", "commune", "saint-avold.localhost:8080"),
        ("acct:commune@forêt.example", "commune", "xn--fort-ipa.example"),
        ("acct:jean.dupont_1@[::1]:80", "jean.dupont_1", "[::1]:80"),
    ],
)
def test_accounts(text: str, user: str, host: str) -> None:
    resource = parse_resource(text)
    assert resource == Resource(host=host, user=user, url=None)
    assert parse_resource(str(resource)) == resource


def test_addresses() -> None:
    assert parse_resource("https://Metz.example/") == Resource("metz.example", None, "https://Metz.example/")
    assert parse_resource("http://metz.localhost:8080/actor").host == "metz.localhost:8080"


@pytest.mark.parametrize(
    "text",
    ["", "acct:", "acct:@metz.example", "acct:commune", "acct:commune@", "acct:a@b@metz.example", "acct:@a@b.example",
     "acct:com mune@metz.example", "acct:commune@metz.example/x", "acct:commune@metz.example:x", "mailto:a@b.example",
     "acct:commune@metz.example.", "acct:commune@0x7f.1", "acct:../x@metz.example", "http://metz.example/",
     "https://user@metz.example/", "ftp://metz.example/", "acct:" + "a" * 200 + "@metz.example",
     "acct:a@" + "a." * 200 + "example"],
)  # fmt: skip
def test_resources_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_resource(text)


def test_jrd() -> None:
    read = webfinger.parse_jrd(json.loads(json.dumps(JRD)))
    assert read.subject == "acct:commune@saint-avold.example"
    assert read.actor == COMMUNE
    assert read.aliases == (COMMUNE,)
    assert read.profile_page == "https://saint-avold.example/"
    assert read.service == "https://saint-avold.example/instance"


def test_jrd_of_others() -> None:
    ld = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    links: Any = [
        {"rel": "self", "type": "text/html", "href": "https://metz.example/page"},
        {"rel": "http://invented.example/", "href": 1},
        {"rel": "self", "type": ld, "href": "https://metz.example/actor"},
        {"rel": "self", "type": ld, "href": "https://metz.example/second"},
    ]
    read = webfinger.parse_jrd({"subject": "acct:a@metz.example", "links": links})
    assert read.actor == "https://metz.example/actor"
    assert webfinger.parse_jrd({"subject": "acct:a@metz.example"}).actor is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("subject",), None),
        (("subject",), 1),
        (("aliases",), [1]),
        (("aliases",), ["a"] * 101),
        (("links",), "text"),
        (("links",), ["text"]),
        (("links",), [{}]),
        (("links",), JRD["links"] * 30),
        (("links", 0, "rel"), 1),
        (("links", 0, "type"), 1),
        (("links", 0, "href"), "http://saint-avold.example/actor"),
        (("links", 0, "href"), "file:///etc/passwd"),
        (("links", 0, "href"), ["x"]),
        (("links", 1, "href"), "javascript:alert(1)"),
    ],
)
def test_jrd_refused(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        webfinger.parse_jrd(put(JRD, path, value))


def test_nodeinfo() -> None:
    links = nodeinfo.parse_links(LINKS, base_url="https://saint-avold.example/")
    assert links.document == "https://saint-avold.example/nodeinfo/2.1"
    assert links.application == "https://saint-avold.example/instance"
    assert nodeinfo.parse_document(json.loads(json.dumps(DOCUMENT))) == INFO
    assert DOCUMENT["software"]["repository"] == "https://forge.example/ygor"
    assert DOCUMENT["services"] == {"inbound": [], "outbound": []}


def test_nodeinfo_of_others() -> None:
    least: Any = {"software": {"name": "mastodon", "version": "4.5.0"}, "protocols": ["activitypub"], "metadata": []}
    read = nodeinfo.parse_document(least)
    assert (read.software, read.users_total, read.open_registrations) == ("mastodon", None, False)
    old: Any = {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://m.example/2"}]}
    assert nodeinfo.parse_links(old, base_url="https://m.example").document == "https://m.example/2"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("links",), []),
        (("links",), [1]),
        (("links",), LINKS["links"] * 11),
        (("links", 0, "href"), "https://metz.example/nodeinfo/2.1"),
        (("links", 0, "href"), "http://saint-avold.example/nodeinfo/2.1"),
        (("links", 0, "href"), "https://169.254.169.254/latest"),
        (("links", 0, "href"), None),
        (("links", 1, "href"), "https://metz.example/instance"),
        (("links", 1, "rel"), None),
    ],
)
def test_nodeinfo_links_refused(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        nodeinfo.parse_links(put(LINKS, path, value), base_url="https://saint-avold.example")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("software",), None),
        (("software", "name"), 1),
        (("software", "version"), "v" * 300),
        (("protocols",), [1]),
        (("openRegistrations",), "true"),
        (("usage",), []),
        (("usage", "users", "total"), "1200"),
        (("usage", "users", "total"), -1),
        (("usage", "localPosts"), 1.5),
        (("metadata", "nodeName"), {}),
    ],
)
def test_nodeinfo_refused(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        nodeinfo.parse_document(put(DOCUMENT, path, value))


@given(spoiled(JRD), spoiled(LINKS), spoiled(DOCUMENT), st.text())
def test_only_refusals(jrd: Any, links: Any, document: Any, text: str) -> None:
    for read in (
        lambda: webfinger.parse_jrd(jrd),
        lambda: nodeinfo.parse_links(links, base_url="https://saint-avold.example"),
        lambda: nodeinfo.parse_document(document),
        lambda: parse_resource(text),
        lambda: parse_resource("acct:" + text + "@metz.example"),
        lambda: parse_resource("acct:commune@" + text),
    ):
        with contextlib.suppress(RemoteProtocolError):
            read()
