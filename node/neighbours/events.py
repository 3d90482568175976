"""What happened between us and our peers, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowerJoined:
    """Somebody follows us from now on: parts send what is current, so that a new neighbour does not start empty."""

    actor_id: str


@dataclass(frozen=True, slots=True)
class PeerMoved:
    """A peer is at another address now; its former id stays a name of it."""

    former_id: str
    actor_id: str
    host: str
    name: str


@dataclass(frozen=True, slots=True)
class KeysRevoked:
    """Keys of ours leaked: what they signed and nobody answered yet has to be signed anew or withdrawn."""


@dataclass(frozen=True, slots=True)
class FollowingEnded:
    """We follow this actor no longer: what it sent may go."""

    actor_id: str
    host: str
