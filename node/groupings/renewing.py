"""After our key has changed: what we signed and others still check bears the new key's proof (specs/groupings.md §1.4).

The hash of a document does not depend on its proofs, so nobody has to accept anything again.
"""

from __future__ import annotations

from node.core.unit import Unit
from node.groupings import joining, pairs, publishing, records
from node.groupings.models import NetworkRow, OfferRow
from node.neighbours.public import own_proof_method, peer
from protocols.proofs import proofs_of
from protocols.types import JsonObject


def renew(unit: Unit) -> None:
    """Sign our list, our terms and our acceptance of the newest ones again if their key is not our present one."""
    own = publishing.own(unit, lock=True)
    if own is not None and own.document is not None and unit.node.kind == "grouping":
        _renew_list(unit, own)
    for row in records.networks(unit, "member"):
        _renew_acceptance(unit, row)


def _renew_list(unit: Unit, own: NetworkRow) -> None:
    stale = [row for row in records.offers(unit, own.actor_id) if not _is_ours(unit, row.document)]
    for row in stale:
        _sign_again(unit, row)
    if stale or not _is_ours(unit, own.document):
        publishing.rebuild(unit, own)


def _sign_again(unit: Unit, row: OfferRow) -> None:
    plain = {name: value for name, value in row.document.items() if name != "proof"}
    row.document = records.signed(unit, plain)


def _renew_acceptance(unit: Unit, row: NetworkRow) -> None:
    """The grouping puts it in the place of the older one; until then that one counts where it was checked already."""
    known, newest = peer(unit, row.actor_id), records.newest_offer(unit, row.actor_id)
    if known is None or newest is None or newest.hash not in pairs.accepting(row.listed):
        return
    signed = [each for each in row.sent if each["terms"] == newest.hash]
    if signed and not _is_ours(unit, signed[-1]):
        joining.accept_again(unit, row, known, newest.hash)


def _is_ours(unit: Unit, document: JsonObject) -> bool:
    methods = {proof.get("verificationMethod") for proof in proofs_of(document)}
    return own_proof_method(unit) in methods
