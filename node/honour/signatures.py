"""`ygor check`: the proofs under terms and statements, by the keys of today and of the past."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from node.core.unit import Unit
from node.honour import parties
from node.honour.choosing import is_countersigned
from node.honour.models import StatementRow, TermsRow
from node.neighbours.public import own_ids, own_proof_key, peer
from protocols.errors import RemoteProtocolError
from protocols.honour import settlement
from protocols.honour.terms import owner_of
from protocols.proofs import proofs_of, verify_proof
from protocols.types import JsonObject


def problems(unit: Unit) -> Iterator[str]:
    """Every proof that does not fit, or whose key is published no longer. A key that was revoked later proves what we
    hold since before."""
    for row in unit.session.execute(select(TermsRow).order_by(TermsRow.made_at)).scalars():
        if is_countersigned(row):
            yield from _proofs(unit, f"terms {row.hash[:12]}…", row.document)
    signed = select(StatementRow).where(StatementRow.state == settlement.SIGNED).order_by(StatementRow.number)
    for statement in unit.session.execute(signed).scalars():
        yield from _proofs(unit, f"statement {statement.id}", statement.document)


def _proofs(unit: Unit, what: str, document: JsonObject) -> Iterator[str]:
    for proof in proofs_of(document):
        method = str(proof.get("verificationMethod"))
        owner = owner_of(method)
        known = None if owner in own_ids(unit) else peer(unit, owner)
        if known is not None:
            keys = {key.verification_method: key for key in parties.their_keys(unit, known, even_revoked=True)}
            public = keys[method].public_key if method in keys else None
        elif owner in own_ids(unit):
            public = own_proof_key(unit, method, even_revoked=True)
        else:
            continue  # a neighbour we no longer know: nobody here can look its keys up
        if public is None:
            yield f"{what}: the key of its proof by {owner} is not published any more"
            continue
        try:
            verify_proof(document, public_key=public, verification_method=method)
        except RemoteProtocolError as error:
            yield f"{what}: the proof by {owner}: {error}"
