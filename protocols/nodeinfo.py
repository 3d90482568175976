"""NodeInfo 2.1 (FEP-f1d5) and the link to the instance actor (FEP-2677) (specs/actors.md §3)."""

from __future__ import annotations

from dataclasses import dataclass

from protocols import fields
from protocols.errors import RemoteProtocolError
from protocols.origins import same_origin
from protocols.types import Json, JsonObject
from protocols.vocabulary import REL_APPLICATION, REL_NODEINFO_2_0, REL_NODEINFO_2_1

SOFTWARE_NAME = "ygor"


@dataclass(frozen=True, slots=True)
class NodeInfoLinks:
    """The well-known document: where the NodeInfo document is, and who the instance actor is."""

    document: str
    application: str | None


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What a node says of itself. User counts are None where a peer does not say."""

    software: str
    version: str
    protocols: tuple[str, ...]
    open_registrations: bool
    users_total: int | None
    users_active_month: int | None
    users_active_half_year: int | None
    local_posts: int | None
    name: str | None
    description: str | None
    implements: tuple[str, ...] = ()
    """Further protocols in `metadata`, such as `ygor-honour/1`."""


def build_links(*, document: str, application: str) -> JsonObject:
    """`/.well-known/nodeinfo`: addresses of our NodeInfo document and of our instance actor."""
    return {
        "links": [
            {"rel": REL_NODEINFO_2_1, "href": document},
            {"rel": REL_APPLICATION, "href": application},
        ]
    }


def parse_links(document: JsonObject, *, base_url: str) -> NodeInfoLinks:
    """Read a host's well-known document; links that leave the host of `base_url` are refused."""
    found: dict[str, str] = {}
    for link in fields.children(document, "links", max_items=20):
        rel = fields.text(link, "rel")
        if rel in (REL_NODEINFO_2_0, REL_NODEINFO_2_1, REL_APPLICATION):
            href = fields.identifier(link, "href")
            if not same_origin(href, base_url):
                raise RemoteProtocolError("A NodeInfo link leaves its host", code="cross-origin")
            found.setdefault(rel, href)
    address = found.get(REL_NODEINFO_2_1) or found.get(REL_NODEINFO_2_0)
    if address is None:
        raise RemoteProtocolError("No NodeInfo 2.0 or 2.1 link")
    return NodeInfoLinks(document=address, application=found.get(REL_APPLICATION))


def build_document(info: NodeInfo, *, repository: str | None = None, homepage: str | None = None) -> JsonObject:
    """`/nodeinfo/2.1`."""
    software: JsonObject = {"name": info.software, "version": info.version}
    software |= {key: value for key, value in (("repository", repository), ("homepage", homepage)) if value}
    users: JsonObject = {
        key: value
        for key, value in (
            ("total", info.users_total),
            ("activeMonth", info.users_active_month),
            ("activeHalfyear", info.users_active_half_year),
        )
        if value is not None
    }
    usage: JsonObject = {"users": users}
    if info.local_posts is not None:
        usage["localPosts"] = info.local_posts
    metadata: JsonObject = {
        key: value for key, value in (("nodeName", info.name), ("nodeDescription", info.description)) if value
    }
    if info.implements:
        metadata["implements"] = list[Json](info.implements)
    return {
        "version": "2.1",
        "software": software,
        "protocols": list[Json](info.protocols),
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": info.open_registrations,
        "usage": usage,
        "metadata": metadata,
    }


def parse_document(document: JsonObject) -> NodeInfo:
    """Read a NodeInfo 2.0 or 2.1 document; raises RemoteProtocolError."""
    software = fields.child(document, "software")
    usage = fields.optional_child(document, "usage") or {}
    users = fields.optional_child(usage, "users") or {}
    metadata = document.get("metadata")
    facts = metadata if isinstance(metadata, dict) else {}  # some servers write an empty list
    return NodeInfo(
        software=fields.text(software, "name", max_length=100),
        version=fields.text(software, "version", max_length=200),
        protocols=fields.texts(document, "protocols", max_items=50, max_length=100),
        open_registrations=fields.optional_flag(document, "openRegistrations"),
        users_total=fields.optional_integer(users, "total"),
        users_active_month=fields.optional_integer(users, "activeMonth"),
        users_active_half_year=fields.optional_integer(users, "activeHalfyear"),
        local_posts=fields.optional_integer(usage, "localPosts"),
        name=fields.optional_text(facts, "nodeName"),
        description=fields.optional_text(facts, "nodeDescription", max_length=5000),
        implements=fields.texts(facts, "implements", max_items=50, max_length=200),
    )
