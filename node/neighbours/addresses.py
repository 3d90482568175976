"""Our own addresses on the wire, and the identities behind them (specs/actors.md §1)."""

from __future__ import annotations

from dataclasses import replace

from federation.identity import Identity
from node.core.keys import NodeKeys
from node.core.unit import NodeFacts
from protocols.actors import Actor, Ed25519Key, RsaKey, build_actor, rsa_public_pem
from protocols.types import JsonObject
from protocols.vocabulary import IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519, IMPLEMENTS_YGOR

ACTOR_PATH = "/ap/actor/"
INSTANCE_PATH = "/ap/instance"
SHARED_INBOX_PATH = "/ap/inbox"
ACTIVITY_PATH = "/ap/activities/"


def username(facts: NodeFacts) -> str:
    """The name before the @: the first label of the host, `castanet-tolosan@castanet-tolosan.fr`."""
    return facts.host.partition(":")[0].split(".")[0] or "commune"


def actor_id(facts: NodeFacts) -> str:
    """The public actor: the commune or grouping."""
    return facts.base_url + ACTOR_PATH + username(facts)


def instance_id(facts: NodeFacts) -> str:
    """The bare actor that signs fetches."""
    return facts.base_url + INSTANCE_PATH


def identity(facts: NodeFacts, keys: NodeKeys) -> Identity:
    """The public actor with its keys."""
    return _identity(actor_id(facts), keys)


def instance_identity(facts: NodeFacts, keys: NodeKeys) -> Identity:
    """The instance actor with the same keys under its own identifiers."""
    return _identity(instance_id(facts), keys)


def _identity(owner: str, keys: NodeKeys) -> Identity:
    return Identity(
        actor_id=owner,
        rsa_key_id=f"{owner}#main-key",
        rsa_key=keys.rsa,
        ed25519_key_id=f"{owner}#http-ed25519",
        ed25519_seed=keys.http_seed,
        proof_key_id=f"{owner}#proof-ed25519",
        proof_seed=keys.proof_seed,
    )


def actor_document(facts: NodeFacts, keys: NodeKeys) -> JsonObject:
    """The commune's actor as anybody may fetch it."""
    owner = actor_id(facts)
    actor = Actor(
        id=owner,
        type="Organization",
        preferred_username=username(facts),
        inbox=f"{owner}/inbox",
        outbox=f"{owner}/outbox",
        followers=f"{owner}/followers",
        shared_inbox=facts.base_url + SHARED_INBOX_PATH,
        name=facts.name,
        url=facts.base_url + "/",
        node_kind=facts.kind,
        official_code=facts.code or None,
    )
    return build_actor(_with_keys(actor, keys))


def instance_document(facts: NodeFacts, keys: NodeKeys) -> JsonObject:
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
    return build_actor(_with_keys(actor, keys))


def _with_keys(actor: Actor, keys: NodeKeys) -> Actor:
    return replace(
        actor,
        rsa_keys=(RsaKey(f"{actor.id}#main-key", rsa_public_pem(keys.rsa.public_key())),),
        proof_keys=(Ed25519Key(f"{actor.id}#proof-ed25519", keys.proof_public),),
        http_keys=(Ed25519Key(f"{actor.id}#http-ed25519", keys.http_public),),
        implements=(IMPLEMENTS_RFC9421, IMPLEMENTS_RFC9421_ED25519, IMPLEMENTS_YGOR),
    )
