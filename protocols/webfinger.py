"""WebFinger, RFC 7033 (specs/actors.md §2): from `acct:commune@host`, an address or a bare host to an actor.

A host itself can be asked too (FEP-d556): the answer leads to its instance actor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocols import fields
from protocols.errors import RemoteProtocolError
from protocols.origins import normalised_host, parse_url
from protocols.types import Json, JsonObject
from protocols.vocabulary import ACTIVITY_JSON, REL_PROFILE_PAGE, REL_SELF, REL_SERVICE, REL_SUBSCRIBE

MAX_LINKS = 100

_USER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]/?#@\s]+)(?::(?P<port>[0-9]{1,5}))?")
_ACTOR_TYPES = (ACTIVITY_JSON, "application/ld+json")


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: an account `user` at `host`, or the thing at `url`. `host` may carry a port."""

    host: str
    user: str | None
    url: str | None

    def __str__(self) -> str:
        return self.url or f"acct:{self.user}@{self.host}"


@dataclass(frozen=True, slots=True)
class ResourceDescriptor:
    """What a JRD says that matters here: `actor` is the ActivityPub identifier, `service` the instance actor's."""

    subject: str
    aliases: tuple[str, ...]
    actor: str | None
    profile_page: str | None
    service: str | None


def parse_resource(text: str) -> Resource:
    """Read `acct:user@host`, `user@host`, `@user@host` or an absolute address; raises RemoteProtocolError."""
    if text[:8].lower().startswith(("https://", "http://")):
        url = fields.check_link(text, "resource")
        return Resource(host=parse_url(url).origin.authority, user=None, url=url)
    account = text[5:] if text[:5].lower() == "acct:" else text.removeprefix("@")
    user, at, authority = account.partition("@")
    match = _AUTHORITY.fullmatch(authority)
    if not at or not _USER.fullmatch(user) or match is None or len(authority) > 300:
        raise RemoteProtocolError("resource: acct:name@host or an address was expected")
    host = normalised_host(match["host"])
    return Resource(host=host if match["port"] is None else f"{host}:{int(match['port'])}", user=user, url=None)


def build_jrd(
    *,
    subject: str,
    actor: str,
    profile_page: str | None = None,
    subscribe_template: str | None = None,
    service: str | None = None,
    aliases: tuple[str, ...] = (),
) -> JsonObject:
    """The JRD of an actor. `subscribe_template` contains `{uri}`; `service` is given when a host was asked for."""
    links: list[Json] = [{"rel": REL_SELF, "type": ACTIVITY_JSON, "href": actor}]
    if profile_page is not None:
        links.append({"rel": REL_PROFILE_PAGE, "type": "text/html", "href": profile_page})
    if subscribe_template is not None:
        links.append({"rel": REL_SUBSCRIBE, "template": subscribe_template})
    if service is not None:
        links.append({"rel": REL_SERVICE, "type": ACTIVITY_JSON, "href": service})
    others = [alias for alias in dict.fromkeys((*aliases, actor)) if alias != subject]
    return {"subject": subject, "aliases": list[Json](others), "links": links}


def parse_jrd(document: JsonObject) -> ResourceDescriptor:
    """Read a JRD; raises RemoteProtocolError. Unknown relations are passed over.

    That the actor found claims the account back is for the caller to see.
    """
    found: dict[str, str] = {}
    for link in fields.children(document, "links", max_items=MAX_LINKS):
        rel = fields.text(link, "rel")
        media_type = fields.optional_text(link, "type") or ""
        if rel in (REL_SELF, REL_SERVICE) and not media_type.startswith(_ACTOR_TYPES):
            continue
        if rel in (REL_SELF, REL_SERVICE, REL_PROFILE_PAGE) and rel not in found and link.get("href") is not None:
            check = fields.check_link if rel == REL_PROFILE_PAGE else fields.check_identifier
            found[rel] = check(link["href"], "href")
    return ResourceDescriptor(
        subject=fields.text(document, "subject", max_length=2048),
        aliases=fields.texts(document, "aliases", max_items=MAX_LINKS, max_length=2048),
        actor=found.get(REL_SELF),
        profile_page=found.get(REL_PROFILE_PAGE),
        service=found.get(REL_SERVICE),
    )
