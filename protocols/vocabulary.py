"""Names of the wire: JSON-LD contexts, link relations, media types, ActivityStreams and `ygor:` terms.

Contexts are constants that we write and never interpret: no JSON-LD processing anywhere. Our own terms are defined
inline, because a remote context that cannot be fetched makes some peers fail (specs: wire profile, point 2).

Clauses: specs/actors.md §5.
"""

from __future__ import annotations

from typing import Final

from protocols.types import Json, JsonObject

ACTIVITYSTREAMS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY_V1: Final = "https://w3id.org/security/v1"
DID_V1: Final = "https://www.w3.org/ns/did/v1"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
DATA_INTEGRITY_V1: Final = "https://w3id.org/security/data-integrity/v1"

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})

ACTIVITY_JSON: Final = "application/activity+json"
LD_JSON: Final = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
JRD_JSON: Final = "application/jrd+json"

REL_SELF: Final = "self"
REL_PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"
REL_SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
REL_SERVICE: Final = "https://www.w3.org/ns/activitystreams#Service"
"""FEP-d556: from a host to its instance actor, by WebFinger."""
REL_APPLICATION: Final = "https://www.w3.org/ns/activitystreams#Application"
"""FEP-2677: from a host to its instance actor, by NodeInfo."""
REL_NODEINFO_2_1: Final = "http://nodeinfo.diaspora.software/ns/schema/2.1"
REL_NODEINFO_2_0: Final = "http://nodeinfo.diaspora.software/ns/schema/2.0"

# FEP-844e: what an application can do, each named by an address.
IMPLEMENTS_RFC9421: Final = "https://datatracker.ietf.org/doc/html/rfc9421"
IMPLEMENTS_RFC9421_ED25519: Final = "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"
IMPLEMENTS_YGOR: Final = "urn:ygor:1"

YGOR_TERMS: Final[JsonObject] = {
    # A name, not an address: nothing is ever fetched from it.
    "ygor": "urn:ygor:ns#",
    "sc": "http://schema.org#",
    "mz": "https://joinmobilizon.org/ns#",
    "joinMode": {"@id": "mz:joinMode", "@type": "mz:joinModeType"},
    "externalParticipationUrl": {"@id": "mz:externalParticipationUrl", "@type": "sc:URL"},
    "maximumAttendeeCapacity": "sc:maximumAttendeeCapacity",
    "ical": "http://www.w3.org/2002/12/cal/ical#",
    "PostalAddress": "sc:PostalAddress",
    "address": {"@id": "sc:address", "@type": "sc:PostalAddress"},
    "streetAddress": "sc:streetAddress",
    "postalCode": "sc:postalCode",
    "addressLocality": "sc:addressLocality",
    "addressCountry": "sc:addressCountry",
    "ygor:shifts": {"@id": "ygor:shifts", "@container": "@list"},
    "ygor:skills": {"@id": "ygor:skills", "@container": "@set"},
}
ACTOR_TERMS: Final[JsonObject] = {
    "ygor": "urn:ygor:ns#",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@set"},
}


def activity_context() -> Json:
    """The `@context` of our activities and objects; a fresh value at each call."""
    return [ACTIVITYSTREAMS, DATA_INTEGRITY_V1, dict(YGOR_TERMS)]


def actor_context() -> Json:
    """The `@context` of our actors; a fresh value at each call."""
    return [ACTIVITYSTREAMS, SECURITY_V1, DID_V1, MULTIKEY_V1, DATA_INTEGRITY_V1, dict(ACTOR_TERMS)]


def with_context(document: JsonObject) -> JsonObject:
    """A copy of an object as it is served on its own, with the context first."""
    return {"@context": activity_context(), **{k: v for k, v in document.items() if k != "@context"}}
