"""Rotating our own keys: by a button, with a grace time, or at once when they leaked.

Clauses: specs/federation.md §12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from federation.identity import prove
from node.core import audit
from node.core.errors import Conflict, DomainError
from node.core.keyring import KeysChanging, KeySet, fresh_set, with_leaked, with_new_set, without_ended
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import addresses
from node.neighbours.events import KeysRevoked
from node.neighbours.models import DeliveryRow, KeyChange
from node.neighbours.public import new_activity_id, own_actor, publish_about_us
from protocols import activities, jcs, strict_json
from protocols.proofs import proofs_of
from protocols.vocabulary import PUBLIC

LEAD = timedelta(minutes=15)
"""How long new keys are published before they sign: other processes and peers have heard of them by then."""
GRACE = timedelta(days=14)
"""How long old keys stay listed after that: a delivery is tried for seven days with the proof it was given."""
REMIND_AFTER = timedelta(days=365)
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class KeysShown:
    """One key set for the page. `state`: announced, signing, grace, former, revoked."""

    name: str
    state: str
    made_at: datetime
    signs_from: datetime
    ends_at: datetime | None
    revoked_at: datetime | None
    is_old: bool


def rotate(node: Node, *, leaked: bool) -> KeySet:
    """Make new keys and put them into the keyring; takes a second, call it in a thread. `announce` must follow.

    Raises Conflict `neighbours.keys-changing`, DomainError `neighbours.keys-not-writable`.
    """
    fresh, now = fresh_set(node.keyring.secret), node.runtime.clock()
    try:
        ring = node.key_folder.change(
            lambda ring: (
                with_leaked(ring, fresh, now) if leaked else with_new_set(ring, fresh, now, lead=LEAD, grace=GRACE)
            )
        )
    except KeysChanging as error:
        raise Conflict("neighbours.keys-changing") from error
    except OSError as error:
        raise DomainError("neighbours.keys-not-writable", status=503) from error
    return ring.newest


def tell_keys(unit: Unit, by: str = "") -> bool:
    """Send the `Update` of our actor about the newest keys, once; answers whether it was due. During the lead time the
    old keys sign it. Safe to call at any time: what a crash left untold is told by the next call."""
    newest = unit.keyring.newest
    if not newest.suffix or unit.session.get(KeyChange, newest.suffix) is not None:
        return False
    leaked = any(one.revoked_at is not None and one.revoked_at >= newest.made_at for one in unit.keyring.sets)
    unit.session.add(KeyChange(suffix=newest.suffix, leaked=leaked, told_at=unit.now))
    unit.session.flush()
    if leaked:
        _prove_anew(unit)
        unit.emit(KeysRevoked())
    actor = own_actor(unit)
    said = activities.build_update(
        new_activity_id(unit),
        actor=actor,
        updated=addresses.actor_document(unit.node, unit.keyring, unit.now),
        to=(PUBLIC,),
        cc=(f"{actor}/followers",),
        published=unit.now,
    )
    publish_about_us(unit, said)
    if by:
        audit.record(unit, by, "neighbours.keys-leaked" if leaked else "neighbours.keys-rotated", newest.suffix)
    return True


def _prove_anew(unit: Unit) -> None:
    """What waits in the outbox, or died there and may be sent again, bears a proof that nobody accepts any more."""
    rows = select(DeliveryRow.id, DeliveryRow.body).where(DeliveryRow.state != "done").limit(MOST_ROWS)
    gone = {one.suffix for one in unit.keyring.sets if one.revoked_at is not None}
    for row_id, body in unit.session.execute(rows).all():
        document = strict_json.loads(body, max_bytes=len(body))
        owner = str(document["actor"])
        methods = {proof.get("verificationMethod") for proof in proofs_of(document)}
        if not methods & {addresses.proof_method(owner, suffix) for suffix in gone}:
            continue
        bare = {name: value for name, value in document.items() if name != "proof"}
        fresh = prove(addresses.identity_of(owner, unit.keys), bare, unit.now)
        changed = update(DeliveryRow).where(DeliveryRow.id == row_id).values(body=jcs.canonical(fresh))
        unit.session.execute(changed)


def shown(unit: Unit) -> tuple[KeysShown, ...]:
    """All key sets, the newest first."""
    signing = unit.keyring.signing(unit.now).suffix

    def state(one: KeySet) -> str:
        if one.revoked_at is not None:
            return "revoked"
        if one.suffix == signing:
            return "signing"
        if not one.is_listed(unit.now):
            return "former"
        return "announced" if one.signs_from > unit.now else "grace"

    return tuple(
        KeysShown(
            name=one.suffix.removeprefix("-"),
            state=state(one),
            made_at=one.made_at,
            signs_from=one.signs_from,
            ends_at=one.ends_at,
            revoked_at=one.revoked_at,
            is_old=state(one) == "signing" and unit.now - one.made_at > REMIND_AFTER,
        )
        for one in reversed(unit.keyring.sets)
    )


def destroy_ended(node: Node) -> bool:
    """The private half of keys whose grace is over goes from the disk; answers whether there was any."""
    ring, now = node.keyring, node.runtime.clock()
    if without_ended(ring, now) == ring:
        return False
    node.key_folder.change(lambda found: without_ended(found, now))
    return True
