"""Operations on actors, activities and missions (specs/actors.md, activities.md, missions.md): taken or refused."""

from __future__ import annotations

from protocols import jcs
from protocols.activities import parse_activity
from protocols.actors import parse_actor
from protocols.conformance.given import Given
from protocols.missions import parse_mission
from protocols.nodeinfo import parse_document, parse_links
from protocols.origins import origin
from protocols.types import Json, JsonObject
from protocols.webfinger import parse_jrd


def _actor(given: Given) -> JsonObject:
    """document → id, inbox, keys: the key ids by use"""
    actor = parse_actor(given.object("document"))
    keys: JsonObject = {
        "publicKey": [key.id for key in actor.rsa_keys],
        "assertionMethod": [key.id for key in actor.proof_keys],
        "authentication": [key.id for key in actor.http_keys],
    }
    return {"id": actor.id, "inbox": actor.inbox, "nodeKind": actor.node_kind, "keys": keys}


def _webfinger(given: Given) -> JsonObject:
    """document → actor, service"""
    found = parse_jrd(given.object("document"))
    return {"subject": found.subject, "actor": found.actor, "service": found.service}


def _nodeinfo_links(given: Given) -> JsonObject:
    """document, baseUrl → document, application"""
    found = parse_links(given.object("document"), base_url=given.text("baseUrl"))
    return {"document": found.document, "application": found.application}


def _nodeinfo(given: Given) -> JsonObject:
    """document → implements"""
    return {"implements": list[Json](parse_document(given.object("document")).implements)}


def _activity(given: Given) -> JsonObject:
    """document → type, object: the id, digest (federation.md 6.5)"""
    document = given.object("document")
    activity = parse_activity(document)
    said = {name: value for name, value in document.items() if name not in ("proof", "signature")}
    return {"type": activity.type, "object": activity.object_id, "digest": jcs.digest(said).hex()}


def _mission(given: Given) -> JsonObject:
    """document → name, tokens, shifts: how many"""
    mission = parse_mission(given.object("document"))
    return {"name": mission.name, "tokens": mission.tokens, "shifts": len(mission.shifts)}


def _origin(given: Given) -> JsonObject:
    """address → origin"""
    return {"origin": str(origin(given.text("address")))}


OPERATIONS = {
    "actor": _actor,
    "webfinger": _webfinger,
    "nodeinfo-links": _nodeinfo_links,
    "nodeinfo": _nodeinfo,
    "activity": _activity,
    "mission": _mission,
    "origin": _origin,
}
