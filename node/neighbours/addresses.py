"""Our own addresses on the wire, and the identities behind them (specs/actors.md §1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from federation.identity import Identity
from node.core.keyring import Keyring, KeySet
from node.core.keys import NodeKeys
from node.core.unit import NodeFacts
from protocols.actors import Actor, Ed25519Key, FormerKey, RsaKey, build_actor, rsa_public_pem
from protocols.types import JsonObject
from protocols.vocabulary import IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519, IMPLEMENTS_YGOR

ACTOR_PATH = "/ap/actor/"
INSTANCE_PATH = "/ap/instance"
SHARED_INBOX_PATH = "/ap/inbox"
ACTIVITY_PATH = "/ap/activities/"


def username(facts: NodeFacts) -> str:
    """The name before the @: the first label of the host, `castanet-tolosan@castanet-tolosan.fr`."""
    return _label(facts.base_url)


def _label(base_url: str) -> str:
    return base_url.partition("://")[2].partition(":")[0].split(".")[0] or "commune"


def actor_id(facts: NodeFacts) -> str:
    """The public actor: the commune or grouping."""
    return actor_at(facts.base_url)


def actor_at(base_url: str) -> str:
    """The public actor of a node at that address, present or former."""
    return base_url + ACTOR_PATH + _label(base_url)


def former_ids(facts: NodeFacts) -> tuple[str, ...]:
    """The ids our actor had before the node moved, the oldest first."""
    return tuple(actor_at(base) for base in facts.former_urls)


def instance_id(facts: NodeFacts) -> str:
    """The bare actor that signs fetches."""
    return facts.base_url + INSTANCE_PATH


def identity(facts: NodeFacts, keys: NodeKeys) -> Identity:
    """The public actor with its keys."""
    return identity_of(actor_id(facts), keys)


def instance_identity(facts: NodeFacts, keys: NodeKeys) -> Identity:
    """The instance actor with the same keys under its own identifiers."""
    return identity_of(instance_id(facts), keys)


def identity_of(owner: str, keys: NodeKeys) -> Identity:
    """One of our actors with its keys."""
    return Identity(
        actor_id=owner,
        rsa_key_id=f"{owner}#main-key{keys.suffix}",
        rsa_key=keys.rsa,
        ed25519_key_id=f"{owner}#http-ed25519{keys.suffix}",
        ed25519_seed=keys.http_seed,
        proof_key_id=proof_method(owner, keys.suffix),
        proof_seed=keys.proof_seed,
    )


def proof_method(owner: str, suffix: str) -> str:
    """The verification method of an actor's proofs by the key set with that suffix."""
    return f"{owner}#proof-ed25519{suffix}"


def actor_document(facts: NodeFacts, ring: Keyring, now: datetime) -> JsonObject:
    """The commune's actor as anybody may fetch it."""
    actor = replace(_commune(facts, facts.base_url), also_known_as=former_ids(facts))
    actor = replace(actor, draw_keys=_draw_keys(facts, ring, now))
    return build_actor(_with_keys(actor, ring, now))


def _draw_keys(facts: NodeFacts, ring: Keyring, now: datetime) -> tuple[Ed25519Key, ...]:
    owner = actor_id(facts)
    return tuple(Ed25519Key(f"{owner}#draw-key{keys.suffix}", keys.draw_public) for keys in ring.listed(now))


def former_document(facts: NodeFacts, base_url: str, ring: Keyring, now: datetime) -> JsonObject:
    """The actor under a former address: it says where it is now."""
    return build_actor(_with_keys(replace(_commune(facts, base_url), moved_to=actor_id(facts)), ring, now))


def _commune(facts: NodeFacts, base_url: str) -> Actor:
    owner = actor_at(base_url)
    return Actor(
        id=owner,
        type="Organization",
        preferred_username=_label(base_url),
        inbox=f"{owner}/inbox",
        outbox=f"{owner}/outbox",
        followers=f"{owner}/followers",
        shared_inbox=base_url + SHARED_INBOX_PATH,
        name=facts.name,
        url=facts.base_url + "/",
        node_kind=facts.kind,
        official_code=facts.code or None,
    )


def instance_document(facts: NodeFacts, ring: Keyring, now: datetime) -> JsonObject:
    """The instance actor as anybody may fetch it, without a signature."""
    actor = Actor(
        id=instance_id(facts),
        type="Application",
        preferred_username="instance",
        inbox=facts.base_url + SHARED_INBOX_PATH,
        shared_inbox=facts.base_url + SHARED_INBOX_PATH,
        name=f"Ygor – {facts.name}",
        url=facts.base_url + "/",
        approves_followers=True,
    )
    return build_actor(_with_keys(actor, ring, now))


def _with_keys(actor: Actor, ring: Keyring, now: datetime) -> Actor:
    listed = ring.listed(now)
    names = [identity_of(actor.id, keys) for keys in listed]
    return replace(
        actor,
        rsa_keys=tuple(RsaKey(one.rsa_key_id, rsa_public_pem(one.rsa_key.public_key())) for one in names),
        proof_keys=tuple(Ed25519Key(proof_method(actor.id, keys.suffix), keys.proof_public) for keys in listed),
        http_keys=tuple(
            Ed25519Key(one.ed25519_key_id, keys.http_public) for one, keys in zip(names, listed, strict=True)
        ),
        former_keys=tuple(_former(actor.id, one) for one in ring.former(now)),
        implements=(IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519, IMPLEMENTS_YGOR),
    )


def _former(owner: str, one: KeySet) -> FormerKey:
    until = one.revoked_at or one.ends_at or one.signs_from
    return FormerKey(
        proof_method(owner, one.suffix), one.proof_public, until.replace(microsecond=0), one.revoked_at is not None
    )
