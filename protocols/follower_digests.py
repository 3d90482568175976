"""Follower digests (FEP-8fcf): with deliveries goes a digest of who, at the receiver's host, follows the sender; a
receiver that counts otherwise asks for the list and mends the difference."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from protocols.errors import RemoteProtocolError
from protocols.fields import check_identifier
from protocols.origins import same_origin

HEADER: Final = "Collection-Synchronization"
MAX_HEADER = 4_096
_MEMBER = re.compile(r'\s*([A-Za-z]+)="([^"\\]{0,2000})"\s*(?:,|$)')
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Synchronisation:
    """What the header says: whose followers, where the receiver's part of them is listed, their digest (hex)."""

    collection_id: str
    url: str
    digest: str


def digest_of(follower_ids: Iterable[str]) -> str:
    """Hex of the XOR of the SHA-256 of each id: the same in any order, zeros for nobody."""
    total = 0
    for follower_id in set(follower_ids):
        total ^= int.from_bytes(hashlib.sha256(follower_id.encode()).digest(), "big")
    return f"{total:064x}"


def write_header(said: Synchronisation) -> str:
    """The header's value."""
    return f'collectionId="{said.collection_id}", url="{said.url}", digest="{said.digest}"'


def read_header(value: str) -> Synchronisation:
    """Raises RemoteProtocolError unless it has its three members, once each, and both addresses one origin."""
    if len(value) > MAX_HEADER:
        raise RemoteProtocolError("Collection-Synchronization: too long")
    members: dict[str, str] = {}
    place = 0
    while place < len(value):
        found = _MEMBER.match(value, place)
        if found is None or found[1] in members:
            raise RemoteProtocolError("Collection-Synchronization: malformed")
        members[found[1]] = found[2]
        place = found.end()
    collection_id = check_identifier(members.get("collectionId"), "collectionId")
    url = check_identifier(members.get("url"), "url")
    digest = members.get("digest", "").lower()
    if not _DIGEST.fullmatch(digest) or not same_origin(collection_id, url):
        raise RemoteProtocolError("Collection-Synchronization: malformed")
    return Synchronisation(collection_id, url, digest)
