"""Content types, taken literally (FEP-fe34): a document counts only as what its server says that it is."""

from __future__ import annotations

from email.message import Message

ACTIVITY = "application/activity+json"
LD_ACTIVITY = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ACTIVITY_ACCEPT = f"{ACTIVITY}, {LD_ACTIVITY}"
JRD = "application/jrd+json"
JSON = "application/json"
PROBLEM = "application/problem+json"
_AS2 = "https://www.w3.org/ns/activitystreams"


def media_type(header: str | None) -> tuple[str, dict[str, str]]:
    """A Content-Type header as (type, parameters), both lower case but for the parameters' values."""
    if not header:
        return "", {}
    message = Message()
    message["Content-Type"] = header
    parameters = message.get_params(failobj=[])
    return message.get_content_type() if "/" in header.split(";")[0] else "", {
        name.lower(): value for name, value in parameters[1:] if isinstance(value, str)
    }


def is_activity(header: str | None) -> bool:
    """`application/activity+json`, or `application/ld+json` with the ActivityStreams profile, and nothing else."""
    name, parameters = media_type(header)
    return name == ACTIVITY or (name == "application/ld+json" and _AS2 in parameters.get("profile", "").split())


def is_json(header: str | None) -> bool:
    """Plain JSON."""
    return media_type(header)[0] == JSON


def is_jrd(header: str | None) -> bool:
    """WebFinger's own type; plain JSON is what many servers say."""
    return media_type(header)[0] in (JRD, JSON)
