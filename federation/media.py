"""Content types, taken literally (FEP-fe34): a document counts only as what its server says that it is."""

from __future__ import annotations

import re

ACTIVITY = "application/activity+json"
LD_ACTIVITY = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ACTIVITY_ACCEPT = f"{ACTIVITY}, {LD_ACTIVITY}"
JRD = "application/jrd+json"
JSON = "application/json"
PROBLEM = "application/problem+json"
_AS2 = "https://www.w3.org/ns/activitystreams"

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110's token, nobody's secret
_TYPE = re.compile(rf"[ \t]*({_TOKEN}/{_TOKEN})[ \t]*")
_PARAMETER = re.compile(rf';[ \t]*(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*"))?[ \t]*')


def media_type(header: str | None) -> tuple[str, dict[str, str]]:
    """A Content-Type header (RFC 9110 §8.3.1) as (type, parameters), names in lower case; what is malformed, or says
    a parameter twice, is of no type: ("", {})."""
    match = _TYPE.match(header or "")
    if header is None or match is None:
        return "", {}
    parameters: dict[str, str] = {}
    position = match.end()
    while position < len(header):
        found = _PARAMETER.match(header, position)
        if found is None or (found[1] or "").lower() in parameters:
            return "", {}
        if found[1] is not None:
            value = found[2]
            parameters[found[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value
        position = found.end()
    return match[1].lower(), parameters


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
